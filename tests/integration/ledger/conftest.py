"""A ledger in a real PostgreSQL, and reports whose pages a test writes down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from psycopg import sql

from airflow_provider_tiktok.api.report_pull import ReportPage, ReportReader
from airflow_provider_tiktok.api.report_rows import ReportRequest
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.spend import PullResult, load_report

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from decimal import Decimal

    import psycopg

    from airflow_provider_tiktok.api.errors import TikTokError

DAY = date(2026, 11, 2)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
METRICS = (
    "spend",
    "impressions",
    "clicks",
    "conversion",
    "complete_payment",
    "total_complete_payment_rate",
)


def sent(ad_id: str, hour: int | str, day: date = DAY, **metrics: str) -> dict[str, object]:
    """Return one row as TikTok sends it; metrics that are not named are 0."""
    stat_time = hour if isinstance(hour, str) else f"{day} {hour:02}:00:00"
    numbers = dict.fromkeys(METRICS, "0") | metrics
    parents = {"campaign_id": "61", "adgroup_id": "51", "currency": "USD"}
    return {
        "dimensions": {"ad_id": ad_id, "stat_time_hour": stat_time, "stat_time_day": stat_time},
        "metrics": numbers | parents,
    }


class WrittenReport(ReportReader):
    """A report whose pages are written down in the test; rows are read by the real reader."""

    def __init__(
        self,
        request: ReportRequest,
        pages: Collection[Sequence[object]],
        *,
        problem: str | None = None,
        error: TikTokError | None = None,
        announced: int | None = None,
    ) -> None:
        super().__init__(request)
        self._pages = pages
        self._problem_found = problem
        self._error = error
        self._announced = announced

    def _read_pages(self) -> Iterator[ReportPage]:
        total = self._announced
        for number, rows in enumerate(self._pages, 1):
            page = self._take(rows)
            yield ReportPage(page, number, len(self._pages), total or self.rows_read, "r", None)
        if self._error is not None:
            raise self._error
        if self._problem_found is not None:
            self._note(self._problem_found)


@dataclass
class Ledger:
    """Pulls of one account, and what the ledger says after them."""

    connection: psycopg.Connection
    advertiser_id: str = "7000000000000000001"
    display_timezone: str = "America/New_York"
    day: date = DAY

    def pull(self, *pages: Sequence[object], **options: object) -> PullResult:
        """Load a report that has these pages."""
        return self.pull_pages(pages, **options)

    def pull_pages(
        self,
        pages: Collection[Sequence[object]],
        *,
        at: datetime | None = None,
        start: date | None = None,
        end: date | None = None,
        time_dimension: str = "stat_time_hour",
        level: str = "AUCTION_AD",
        currency: str = "USD",
        announced: int | None = None,
        problem: str | None = None,
        error: TikTokError | None = None,
    ) -> PullResult:
        """Load a report page by page; a problem or an error comes after the last one."""
        first = start or self.day
        request = ReportRequest(self.advertiser_id, level, time_dimension, first, end or first)
        report = WrittenReport(request, pages, announced=announced, problem=problem, error=error)
        return load_report(
            self.connection,
            request,
            report,
            display_timezone=self.display_timezone,
            currency=currency,
            observed_at=at or NOON,
        )

    def rows(self, query: str | sql.Composed, *parameters: object) -> list[tuple]:
        """Return the rows of a query."""
        return self.connection.execute(query, parameters or None).fetchall()

    def history(self, metric: str = "spend") -> dict[tuple[str, str], list[Decimal | None]]:
        """Return every key's values in the order of seq, oldest first."""
        values: dict[tuple[str, str], list[Decimal | None]] = {}
        query = sql.SQL(
            "select stat_time, entity_id, seq, {} from tiktok_raw.spend_snapshots "
            "where advertiser_id = %s order by stat_time, entity_id, seq"
        ).format(sql.Identifier(metric))
        for stat_time, entity_id, seq, value in self.rows(query, self.advertiser_id):
            values.setdefault((stat_time, entity_id), []).append(value)
            assert seq == len(values[stat_time, entity_id]), "seq has a gap"
        return values

    def latest(self, metric: str = "spend") -> dict[tuple[str, str], Decimal | None]:
        """Return every key's newest value."""
        return {key: values[-1] for key, values in self.history(metric).items()}


@pytest.fixture
def ledger(warehouse: str) -> Iterator[Ledger]:
    """A ledger without a pull."""
    with connect(warehouse) as connection:
        yield Ledger(connection)


@pytest.fixture
def twin() -> Callable[[Ledger, psycopg.Connection], Ledger]:
    """The function that gives the same account to another session."""
    return lambda ledger, connection: replace(ledger, connection=connection)


@pytest.fixture
def row() -> object:
    """The function that writes a row as TikTok sends it."""
    return sent


@pytest.fixture
def minutes_later() -> object:
    """Return noon plus some minutes."""
    return lambda minutes: NOON + timedelta(minutes=minutes)
