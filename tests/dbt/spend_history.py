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
    from collections.abc import Iterator, Mapping, Sequence

ADVERTISER = "7000000000000000001"
NEWEST = """
select entity_id, stat_time, coalesce(spend, 0), seq
from (
    select distinct on (entity_id, stat_time) *
    from tiktok_raw.spend_snapshots
    where
        advertiser_id = %s
        and data_level = 'AUCTION_AD'
        and time_dimension = 'stat_time_hour'
    order by entity_id, stat_time, seq desc
) as newest
"""
# Ad and hour of the account's clock.
Key = tuple[str, str]
Ledger = dict[Key, tuple[Decimal, int]]


class Report(ReportReader):
    """One page with given rows, read by the real reader."""

    def __init__(
        self, request: ReportRequest, rows: Sequence[Mapping[str, Any]], note: str = ""
    ) -> None:
        super().__init__(request)
        self._rows = rows
        self._problem = note

    def _read_pages(self) -> Iterator[ReportPage]:
        if self._problem:
            self._note(self._problem)
        yield ReportPage(self._take(self._rows), 1, 1, len(self._rows), "request", None)


@dataclass
class History:
    """Pulls of one account, each at a moment of its own, and the ledger after each."""

    uri: str
    advertiser_id: str = ADVERTISER
    zone: str = "America/New_York"
    currency: str = "USD"
    now: datetime = datetime(2026, 11, 1, 12, tzinfo=UTC)
    costs: dict[Key, Decimal] = field(default_factory=dict)
    known: dict[datetime, Ledger] = field(default_factory=dict)

    @property
    def last(self) -> Ledger:
        """What the ledger holds since the last pull."""
        return self.known[max(self.known)]

    def change(self, rng: random.Random, day: date) -> None:
        """Let TikTok restate some hours of a day, take some away, and add new ones."""
        for number in range(24):
            for ad in ("1", "2", "3"):
                key = (self.advertiser_id[-1] + ad, f"{day} {number:02}:00:00")
                if rng.random() < 0.2:
                    self.costs.pop(key, None)
                elif rng.random() < 0.3:
                    self.costs[key] = Decimal(rng.randrange(1, 10_000)) / 100

    def pull(self, day: date, *, is_complete: bool = True, after: timedelta) -> None:
        """Read a day by the hour, some time after the last pull, and note what the ledger holds."""
        self.now += after
        request = ReportRequest(self.advertiser_id, "AUCTION_AD", "stat_time_hour", day, day)
        costs = {key: cost for key, cost in self.costs.items() if key[1].startswith(str(day))}
        if not is_complete:
            costs = dict(list(costs.items())[::2])
        rows = [
            _row(cost, {"ad_id": ad, "stat_time_hour": hour}, campaign_id=f"c{ad}")
            for (ad, hour), cost in costs.items()
        ]
        report = Report(request, rows, "" if is_complete else "short_page")
        with self._connect() as connection:
            result = self._load(connection, request, report)
            assert result.is_complete == is_complete
            [[finished_at]] = connection.execute(
                "select finished_at from tiktok_raw.report_pulls where pull_id = %s",
                [result.pull_id],
            ).fetchall()
            rows = connection.execute(NEWEST, [self.advertiser_id]).fetchall()
        self.known[finished_at] = {(ad, hour): (spend, seq) for ad, hour, spend, seq in rows}

    def pull_total(self, day: date, *, beyond_ads: Decimal, after: timedelta) -> Decimal:
        """Read what the account cost on a day, its ads and more; return it."""
        self.now += after
        request = ReportRequest(self.advertiser_id, "AUCTION_ADVERTISER", "stat_time_day", day, day)
        ads = sum(cost for key, cost in self.costs.items() if key[1].startswith(str(day)))
        total = ads + beyond_ads
        dimensions = {"advertiser_id": self.advertiser_id, "stat_time_day": f"{day} 00:00:00"}
        with self._connect() as connection:
            self._load(connection, request, Report(request, [_row(total, dimensions)]))
        return total

    def _load(self, connection: Any, request: ReportRequest, report: Report) -> Any:
        return load_report(
            connection,
            request,
            report,
            display_timezone=self.zone,
            currency=self.currency,
        )

    def _connect(self) -> Any:
        stop_clock(self.uri, self.now)
        return connect(self.uri)


def save_accounts(uri: str, histories: Sequence[History]) -> None:
    """Import the accounts as they are now; one that is left out would count as gone."""
    infos = [
        {
            "advertiser_id": one.advertiser_id,
            "advertiser_name": f"Account {one.advertiser_id[-1]}",
            "currency": one.currency,
            "display_timezone": one.zone,
        }
        for one in histories
    ]
    stop_clock(uri, max(one.now for one in histories))
    with connect(uri) as connection:
        accounts.save_advertisers(connection, CONNECTION_ID, infos)


def _row(cost: Decimal, dimensions: Mapping[str, str], **attributes: str) -> dict[str, Any]:
    metrics = dict.fromkeys(METRICS, "1") | {"spend": str(cost), "adgroup_id": "g1"} | attributes
    return {"dimensions": dimensions, "metrics": metrics}
