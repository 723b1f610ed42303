"""Pull from the sandbox as an hourly run does: the real client, at the sandbox's own time."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.limiter import MemoryLimiter
from airflow_provider_tiktok.api.reports import read_report
from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers, save_advertisers
from airflow_provider_tiktok.warehouse.spend import load_report
from airflow_provider_tiktok.warehouse.spend_coverage import due_for
from sandbox.server import STATIC_TOKEN

if TYPE_CHECKING:
    import psycopg

    from sandbox.server import RunningSandbox

METRICS = (
    "spend",
    "impressions",
    "clicks",
    "conversion",
    "complete_payment",
    "total_complete_payment_rate",
)
LATEST = """
    select distinct on (stat_time, entity_id) stat_time, entity_id, spend, impressions, clicks,
        conversion, complete_payment, total_complete_payment_rate, campaign_id, adgroup_id
    from tiktok_raw.spend_snapshots
    where advertiser_id = %s and data_level = 'AUCTION_AD' and time_dimension = 'stat_time_hour'
    order by stat_time, entity_id, seq desc
"""


@dataclass
class Puller:
    """Pulls what is due, with the real client, at the sandbox's time."""

    sandbox: RunningSandbox
    connection: psycopg.Connection[Any]
    moment: datetime
    first_day: date
    waited: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.transport = Transport(local_url=self.sandbox.api_url)
        self.client = TikTokClient(
            self.transport,
            access_token=lambda: STATIC_TOKEN,
            limiter=MemoryLimiter("ultimate", self.client_time),
            clock=self.client_time,
            sleep=self.sleep,
            rng=random.Random(1),
        )

    def client_time(self) -> datetime:
        return self.moment + self.waited

    def sleep(self, seconds: float) -> None:
        """Wait for quota without moving the sandbox's clock, so that one run sees one moment."""
        self.waited += timedelta(seconds=seconds)

    def at(self, moment: datetime) -> None:
        self.moment = moment
        self.sandbox.set_clock(moment)

    def pull_due(self, only: str | None = None) -> list[object]:
        """Do what an hourly run does, for every account or one; return the results."""
        results = []
        for advertiser in enabled_advertisers(self.connection, "tiktok"):
            if only not in {None, advertiser.advertiser_id}:
                continue
            for _ in range(2):
                due = due_for(self.connection, advertiser, self.moment, first_day=self.first_day)
                results += [self.pull(advertiser, reading) for reading in due]
        return results

    def pull(self, advertiser, reading):
        request = reading.request(advertiser.advertiser_id)
        return load_report(
            self.connection,
            request,
            read_report(self.client, request),
            display_timezone=advertiser.display_timezone,
            currency=advertiser.currency,
            observed_at=self.moment,
        )

    def ledger(self, advertiser_id):
        """Return the newest value of every key that has one."""
        return {
            (row[0], row[1]): row[2:]
            for row in self.connection.execute(LATEST, [advertiser_id])
            if any(row[2:8])
        }


def start_pulling(connection, sandbox, world, moment) -> Puller:
    granted = [vars_of(advertiser) for advertiser in world.advertisers[:3]]
    save_advertisers(connection, "tiktok", granted)
    first_day = world.start.date() - timedelta(days=1)
    puller = Puller(sandbox, connection, moment, first_day)
    puller.at(moment)
    return puller


def vars_of(advertiser):
    return {
        "advertiser_id": advertiser.advertiser_id,
        "name": advertiser.name,
        "display_timezone": advertiser.display_timezone,
        "timezone": advertiser.timezone,
        "currency": advertiser.currency,
    }


def truth(world, advertiser_id, at, dst="merged"):
    """Return what TikTok would say now of every ad and hour that cost or earned something."""
    cells: dict[tuple[str, str], list] = {}
    for cell in world.report_cells(
        advertiser_id,
        start_date=(world.start - timedelta(days=2)).date(),
        end_date=(world.end + timedelta(days=2)).date(),
        at=at,
        dst=dst,
    ):
        numbers = [getattr(cell, name) for name in METRICS]
        known = cells.setdefault((cell.stat_time_hour, cell.ad_id), [0] * len(METRICS))
        cells[cell.stat_time_hour, cell.ad_id] = [
            a + b for a, b in zip(known, numbers, strict=True)
        ]
        parents = (cell.campaign_id, cell.adgroup_id)
    assert parents
    return {key: numbers for key, numbers in cells.items() if any(numbers)}
