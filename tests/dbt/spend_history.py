"""A ledger with a history of pulls, and what it held after each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.api.report_pull import ReportPage, ReportReader
from airflow_provider_tiktok.api.report_rows import ReportRequest
from airflow_provider_tiktok.warehouse import accounts
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.spend import load_report
from tests.dbt.conftest import stop_clock
from tests.dbt.world_warehouse import CONNECTION_ID, METRICS

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping

ADVERTISER = "7000000000000000001"
NEWEST = """
select entity_id, stat_time, coalesce(spend, 0), seq
from (
    select distinct on (entity_id, stat_time) *
    from tiktok_raw.spend_snapshots
    where data_level = 'AUCTION_AD' and time_dimension = 'stat_time_hour'
    order by entity_id, stat_time, seq desc
) as newest
"""
# Ad and hour of the account's clock.
Key = tuple[str, str]
Ledger = dict[Key, tuple[Decimal, int]]


class Report(ReportReader):
    """One page with given costs, read by the real reader."""

    def __init__(self, request: ReportRequest, costs: Mapping[Key, Decimal], note: str) -> None:
        super().__init__(request)
        self._costs = costs
        self._problem = note

    def _read_pages(self) -> Iterator[ReportPage]:
        rows = [
            {
                "dimensions": {"ad_id": ad, "stat_time_hour": hour},
                "metrics": dict.fromkeys(METRICS, "1")
                | {"spend": str(cost), "campaign_id": f"c{ad}", "adgroup_id": f"g{ad}"},
            }
            for (ad, hour), cost in self._costs.items()
        ]
        if self._problem:
            self._note(self._problem)
        yield ReportPage(self._take(rows), 1, 1, len(rows), "request", None)


@dataclass
class History:
    """Pulls of one account, each at a moment of its own, and the ledger after each."""

    uri: str
    zone: str = "America/New_York"
    now: datetime = datetime(2026, 11, 1, 12, tzinfo=UTC)
    costs: dict[Key, Decimal] = field(default_factory=dict)
    known: dict[datetime, Ledger] = field(default_factory=dict)

    def save_account(self) -> None:
        """Import the account as it is now."""
        with self._connect() as connection:
            info = {"advertiser_id": ADVERTISER, "advertiser_name": "One", "currency": "USD"}
            accounts.save_advertisers(
                connection, CONNECTION_ID, [info | {"display_timezone": self.zone}]
            )

    def change(self, rng: random.Random, day: date) -> None:
        """Let TikTok restate some hours of a day, take some away, and add new ones."""
        for number in range(24):
            for ad in ("11", "12", "13"):
                key = (ad, f"{day} {number:02}:00:00")
                if rng.random() < 0.2:
                    self.costs.pop(key, None)
                elif rng.random() < 0.3:
                    self.costs[key] = Decimal(rng.randrange(1, 10_000)) / 100

    def pull(self, day: date, *, is_complete: bool = True, after: timedelta) -> None:
        """Read a day by the hour, some time after the last pull, and note what the ledger holds."""
        self.now += after
        request = ReportRequest(ADVERTISER, "AUCTION_AD", "stat_time_hour", day, day)
        costs = {key: cost for key, cost in self.costs.items() if key[1].startswith(str(day))}
        if not is_complete:
            costs = dict(list(costs.items())[::2])
        with self._connect() as connection:
            result = load_report(
                connection,
                request,
                Report(request, costs, "" if is_complete else "short_page"),
                display_timezone=self.zone,
                currency="USD",
            )
            assert result.is_complete == is_complete
            [[finished_at]] = connection.execute(
                "select finished_at from tiktok_raw.report_pulls where pull_id = %s",
                [result.pull_id],
            ).fetchall()
            rows = connection.execute(NEWEST).fetchall()
        self.known[finished_at] = {(ad, hour): (spend, seq) for ad, hour, spend, seq in rows}

    def _connect(self) -> Any:
        stop_clock(self.uri, self.now)
        return connect(self.uri)
