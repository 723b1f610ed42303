"""Whenever an account's clocks change, and however TikTok reports it, no spend is lost or doubled.

All 211 changes of 24 zones from 2024 to 2030; TikTok may answer a repeated hour as one row, as two,
or with its first pass only. Each quarter of an hour costs an amount of its own, so that a sum that
is right for the wrong reason does not happen.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.integration.ledger.test_time import ZONES

if TYPE_CHECKING:
    from collections.abc import Iterator

QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
# Where dbt finds an hour on the UTC line, day by day: hours, distinct starts, and their length.
PLACED = """
    select count(*), count(distinct placed.starts_at), sum(placed.ends_at - placed.starts_at)
    from (
        select tiktok_raw.hour_starts_at(stat_time, %(zone)s) as starts_at,
            tiktok_raw.hour_starts_at(
                to_char(stat_time::timestamp + interval '1 hour', 'YYYY-MM-DD HH24:00:00'), %(zone)s
            ) as ends_at
        from tiktok_raw.spend_snapshots
        where advertiser_id = %(advertiser_id)s and left(stat_time, 10) = %(day)s
    ) as placed
"""


def changed_days(zone: ZoneInfo) -> Iterator[date]:
    """Yield the local day of every change of the zone's offset, 2024 to 2030."""
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    while moment < datetime(2031, 1, 1, tzinfo=UTC):
        if moment.astimezone(zone).utcoffset() != (moment + DAY).astimezone(zone).utcoffset():
            change = moment
            while change.astimezone(zone).utcoffset() == moment.astimezone(zone).utcoffset():
                change += QUARTER
            # The quarter before: a change at midnight repeats or skips an hour of the old day.
            yield (change - QUARTER).astimezone(zone).date()
        moment += DAY


def passes(zone: ZoneInfo, day: date) -> dict[str, list[Decimal]]:
    """Return what each local hour of a day cost, pass by pass."""
    found: defaultdict[str, dict[int, Decimal]] = defaultdict(dict)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - DAY
    for number in range(3 * 96):
        local = (moment + number * QUARTER).astimezone(zone)
        if local.date() == day:
            known = found[f"{local:%Y-%m-%d %H:00:00}"]
            known[local.fold] = known.get(local.fold, Decimal()) + Decimal(number + 1) / 1000
    return {hour: [known[fold] for fold in sorted(known)] for hour, known in found.items()}


def reported(hours: dict[str, list[Decimal]], variant: str) -> list[tuple[str, Decimal]]:
    """Return the rows that TikTok sends."""
    if variant == "twice":
        return [(hour, amount) for hour, amounts in hours.items() for amount in amounts]
    if variant == "missing":
        return [(hour, amounts[0]) for hour, amounts in hours.items()]
    return [(hour, sum(amounts, Decimal())) for hour, amounts in hours.items()]


@pytest.mark.parametrize("variant", ["merged", "twice", "missing"])
def test_all_211_changes_are_read_without_loss_or_doubling(ledger, row, variant):
    changes = 0
    for name in ZONES:
        zone, ledger.display_timezone = ZoneInfo(name), name
        ledger.advertiser_id = f"70000000000000{ZONES.index(name):05}"
        for day in changed_days(zone):
            changes += 1
            ledger.day = day
            hours = passes(zone, day)
            sent = reported(hours, variant)
            rows = [row("1", hour, day, spend=str(amount)) for hour, amount in sent]
            read_at = datetime(day.year, day.month, day.day, tzinfo=UTC) + 3 * DAY

            result = ledger.pull(rows, at=read_at)
            again = ledger.pull(rows, at=read_at + DAY)

            assert (result.is_complete, again.rows_changed) == (True, 0), (name, day)
            assert result.spend_change == sum(amount for _, amount in sent), (name, day)
            key = {"zone": name, "advertiser_id": ledger.advertiser_id, "day": str(day)}
            count, starts, length = ledger.connection.execute(PLACED, key).fetchone()
            assert (count, starts) == (len(hours), len(hours)), (name, day)
            quarters = sum(
                (datetime(day.year, day.month, day.day, tzinfo=UTC) - DAY + number * QUARTER)
                .astimezone(zone).date() == day
                for number in range(3 * 96)
            )  # fmt: skip
            assert length == quarters * QUARTER, (name, day)
    assert changes == 211
