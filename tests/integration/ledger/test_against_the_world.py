"""The ledger, filled through the real client over HTTP, equals the sandbox's own truth."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.limiter import MemoryLimiter
from airflow_provider_tiktok.api.reports import read_report
from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers, save_advertisers
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.spend import load_report
from airflow_provider_tiktok.warehouse.spend_coverage import due_for
from sandbox.server import STATIC_TOKEN, start_server
from sandbox.world import World

if TYPE_CHECKING:
    from sandbox.server import RunningSandbox

HOUR = timedelta(hours=1)
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
    connection: object
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
            rng=random.Random(1),  # noqa: S311 - jitter, drawn from a seed
        )

    def client_time(self) -> datetime:
        return self.moment + self.waited

    def sleep(self, seconds: float) -> None:
        """Wait for quota without moving the sandbox's clock, so that one run sees one moment."""
        self.waited += timedelta(seconds=seconds)

    def at(self, moment: datetime) -> None:
        self.moment = moment
        self.sandbox.set_clock(moment)

    def pull_due(self) -> list[object]:
        """Do what an hourly run does, for every account; return the results."""
        results = []
        for advertiser in enabled_advertisers(self.connection, "tiktok"):
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


def assert_equal_to_truth(puller, world, **variant):
    for advertiser in world.advertisers[:3]:
        expected = truth(world, advertiser.advertiser_id, puller.moment, **variant)
        found = puller.ledger(advertiser.advertiser_id)
        assert {key: list(row[:6]) for key, row in found.items()} == expected


@pytest.mark.parametrize("variant", ["merged", "twice", "missing"])
def test_the_ledger_is_the_truth_while_hours_are_restated(warehouse, world, variant):
    """Twice a day over the demo's days, its DST change among them, and then now and again."""
    moments = [world.start + HOUR * number for number in range(7, 84, 12)]
    moments += [world.end + timedelta(days=number, hours=13) for number in (1, 4, 9)]
    with (
        start_server(world, clock_speed=0.0, switches={"dst_hours": variant}) as sandbox,
        connect(warehouse) as connection,
    ):
        puller = start_pulling(connection, sandbox, world, moments[0])
        for moment in moments:
            puller.at(moment)
            results = puller.pull_due()
            assert all(result.is_complete for result in results)
            assert_equal_to_truth(puller, world, dst=variant)
        puller.transport.close()


def test_an_hour_without_news_costs_few_calls_and_no_rows(warehouse, world):
    with (
        start_server(world, clock_speed=0.0) as sandbox,
        connect(warehouse) as connection,
    ):
        puller = start_pulling(connection, sandbox, world, world.end + timedelta(days=20, hours=13))
        puller.pull_due()

        assert puller.pull_due() == []
        puller.at(puller.moment + HOUR)
        results = puller.pull_due()

        # Today and yesterday by the hour, and the total of the recent days, for three accounts.
        assert len(results) == 3 * 3
        assert sum(result.rows_changed for result in results) == 0
        puller.transport.close()


def test_rows_that_move_between_pages_lower_nothing_and_are_right_in_the_end(warehouse):
    world = World(seed=1, days=2, ads_per_advertiser=60)  # more than a page of rows a day
    with (
        start_server(world, clock_speed=0.0) as sandbox,
        connect(warehouse) as connection,
    ):
        moment = world.start + timedelta(hours=30)
        puller = start_pulling(connection, sandbox, world, moment)
        puller.pull_due()
        before = {key: row[0] for key, row in puller.ledger("7000000000000000001").items()}

        puller.at(moment + HOUR)
        sandbox.switch(page_shift=1)
        shifted = puller.pull_due()
        after = {key: row[0] for key, row in puller.ledger("7000000000000000001").items()}
        sandbox.switch(page_shift=0)
        puller.at(moment + 2 * HOUR)
        puller.pull_due()

        assert not all(result.is_complete for result in shifted)
        assert all(after[key] >= spend for key, spend in before.items())
        assert_equal_to_truth(puller, world)
        puller.transport.close()


@pytest.mark.long
def test_ninety_days_of_hourly_pulls_end_in_the_truth(warehouse):
    world = World(seed=2, days=90, ads_per_advertiser=6)
    with (
        start_server(world, clock_speed=0.0) as sandbox,
        connect(warehouse) as connection,
    ):
        puller = start_pulling(connection, sandbox, world, world.start + HOUR)
        while puller.moment < world.end + timedelta(days=36):
            puller.pull_due()
            puller.at(puller.moment + HOUR)
        assert_equal_to_truth(puller, world)
        puller.transport.close()
