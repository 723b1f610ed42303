"""What a plan says of calls and rows is what the readings then take."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.spend_price import price_of_days, price_of_due
from sandbox.server import start_server
from sandbox.world import World
from tests.integration.ledger.puller import start_pulling

TAKEN = """
    select count(*), sum(pages), sum(rows_read) from tiktok_raw.report_pulls
    where advertiser_id = %s and pull_id > %s
"""


@pytest.fixture(scope="module")
def busy_world():
    """More than a page of rows a day."""
    return World(seed=1, days=4, ads_per_advertiser=90)


def test_a_plan_of_days_names_the_calls_and_the_rows_that_come(warehouse, busy_world):
    with (
        start_server(busy_world, clock_speed=0.0) as sandbox,
        connect(warehouse) as connection,
    ):
        puller = start_pulling(
            connection, sandbox, busy_world, busy_world.end + timedelta(days=1, hours=13)
        )
        puller.pull_due()
        for advertiser in enabled_advertisers(connection, "tiktok"):
            first, last = date(2026, 11, 1), date(2026, 11, 3)
            plan = price_of_days(connection, advertiser, first, last, tier="basic")
            (newest,) = connection.execute(
                "select max(pull_id) from tiktok_raw.report_pulls"
            ).fetchone()
            for reading in plan.readings:
                puller.pull(advertiser, reading)
            taken = connection.execute(TAKEN, [advertiser.advertiser_id, newest]).fetchone()
            assert (len(plan.readings), plan.hourly_days) == (taken[0], 3)
            assert (plan.estimate.calls, plan.estimate.rows) == (taken[1], taken[2])
            assert plan.estimate.calls > len(plan.readings)
        puller.transport.close()


def test_the_price_of_an_hourly_run_is_what_is_due(ledger):
    granted = {"advertiser_id": ledger.advertiser_id, "display_timezone": "America/New_York"}
    save = "insert into tiktok_raw.advertisers (advertiser_id, connection_id, display_timezone) "
    ledger.connection.execute(
        save + "values (%s, 'tiktok', %s)", [ledger.advertiser_id, granted["display_timezone"]]
    )
    (advertiser,) = enabled_advertisers(ledger.connection, "tiktok")

    plan = price_of_due(
        ledger.connection, advertiser, datetime(2026, 11, 2, 12, tzinfo=UTC), tier="basic"
    )

    # Nothing was ever read: 36 days by the hour, whole days twice, totals three times.
    assert plan.hourly_days == 36
    assert plan.estimate.calls == len(plan.readings)
    assert plan.estimate.mode == "sync"
