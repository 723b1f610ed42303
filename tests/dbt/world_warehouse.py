"""Fill a warehouse with a world: accounts and spend by the real ledger, and the user's rows."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.api.report_pull import ReportPage, ReportReader
from airflow_provider_tiktok.api.report_rows import ReportRequest
from airflow_provider_tiktok.warehouse import accounts
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.spend import load_report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import psycopg

    from sandbox.world import Advertiser, Cell, World

CONNECTION_ID = "tiktok_default"
METRICS = (
    "spend",
    "impressions",
    "clicks",
    "conversion",
    "complete_payment",
    "total_complete_payment_rate",
)


class WorldReport(ReportReader):
    """A report of a world on one page, read by the real reader."""

    def __init__(self, request: ReportRequest, cells: Sequence[Cell], currency: str) -> None:
        super().__init__(request)
        self._rows = [_as_sent(cell, currency) for cell in cells]

    def _read_pages(self) -> Iterator[ReportPage]:
        yield ReportPage(self._take(self._rows), 1, 1, len(self._rows), "request", None)


def write_accounts(connection: psycopg.Connection[Any], world: World, at: datetime) -> None:
    """Import what TikTok lists at a moment."""
    granted = {site.advertiser_id for site in world.sites}
    advertisers = [one for one in world.advertisers if one.advertiser_id in granted]
    infos = [asdict(one) | {"advertiser_name": one.name} for one in advertisers]
    accounts.save_advertisers(connection, CONNECTION_ID, infos)
    for one in advertisers:
        for save, listed in (
            (accounts.save_pixels, world.pixels),
            (accounts.save_campaigns, world.campaigns_at(at)),
            (accounts.save_ad_groups, world.ad_groups),
            (accounts.save_ads, world.ads_at(at)),
        ):
            own = [asdict(info) for info in listed if info.advertiser_id == one.advertiser_id]
            save(connection, one.advertiser_id, own)


def pull_spend(connection: psycopg.Connection[Any], world: World, at: datetime) -> None:
    """Pull every advertiser's hours as TikTok knows them at a moment."""
    for advertiser in world.advertisers:
        hours = world.hours.get(advertiser.advertiser_id)
        if hours is None:
            continue
        first, last = hours[0].local_date, hours[-1].local_date
        for day in range((last - first).days + 1):
            _pull_day(connection, world, advertiser, day=first + timedelta(days=day), at=at)


def _pull_day(
    connection: psycopg.Connection[Any], world: World, advertiser: Advertiser, *, day: Any, at: Any
) -> None:
    request = ReportRequest(
        advertiser.advertiser_id, "AUCTION_AD", "stat_time_hour", start_date=day, end_date=day
    )
    cells = list(world.report_cells(advertiser.advertiser_id, start_date=day, end_date=day, at=at))
    load_report(
        connection,
        request,
        WorldReport(request, cells, advertiser.currency),
        display_timezone=advertiser.display_timezone,
        currency=advertiser.currency,
        observed_at=at,
    )


def fill(uri: str, world: World, *, pulls_at: Sequence[datetime]) -> None:
    """Write the whole world, pulling spend at each of these moments; "now" is its end."""
    with connect(uri) as connection:
        write_accounts(connection, world, world.end)
        for at in pulls_at:
            pull_spend(connection, world, at)
        world.write_user_tables(connection, since=world.start, until=world.end)
        connection.execute("analyze")


def _as_sent(cell: Cell, currency: str) -> dict[str, Any]:
    return {
        "dimensions": {"ad_id": cell.ad_id, "stat_time_hour": cell.stat_time_hour},
        "metrics": {
            **{name: str(getattr(cell, name)) for name in METRICS},
            "campaign_id": cell.campaign_id,
            "adgroup_id": cell.adgroup_id,
            "currency": currency,
        },
    }
