"""The ledger, filled through the real client over HTTP, equals the sandbox's own truth."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest

from airflow_provider_tiktok.api.report_rows import ReportRequest
from airflow_provider_tiktok.api.reports import check_task, create_task, download_task
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.spend import load_report
from airflow_provider_tiktok.warehouse.spend_tasks import close_report, order_report
from sandbox.server import start_server
from sandbox.world import World
from tests.integration.ledger.puller import Puller, start_pulling, truth

HOUR = timedelta(hours=1)
US = "7000000000000000001"


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
        before = {key: row[0] for key, row in puller.ledger(US).items()}

        puller.at(moment + HOUR)
        sandbox.switch(page_shift=1)
        shifted = puller.pull_due()
        after = {key: row[0] for key, row in puller.ledger(US).items()}
        sandbox.switch(page_shift=0)
        puller.at(moment + 2 * HOUR)
        puller.pull_due()

        assert not all(result.is_complete for result in shifted)
        assert all(after[key] >= spend for key, spend in before.items())
        assert_equal_to_truth(puller, world)
        puller.transport.close()


def test_an_asynchronous_report_adds_history_and_is_ordered_once(warehouse, world):
    """A worker orders a report and dies; the next one finds it on order and loads it."""
    with (
        start_server(world, clock_speed=0.0) as sandbox,
        connect(warehouse) as connection,
    ):
        puller = start_pulling(connection, sandbox, world, world.end + timedelta(days=40))
        request = ReportRequest(
            US, "AUCTION_AD", "stat_time_hour", world.start.date(), world.end.date()
        )
        orders = [
            order_report(connection, request, lambda: create_task(puller.client, request))
            for _ in range(2)
        ]
        task_id, requested_at = orders[1].task_id, orders[1].requested_at
        while not check_task(puller.client, US, task_id).is_ended:
            puller.at(puller.moment + timedelta(seconds=10))

        result = load_report(
            connection,
            request,
            download_task(puller.client, request, task_id),
            display_timezone="America/New_York",
            currency="USD",
            report_mode="async",
            observed_at=requested_at,
        )
        close_report(connection, task_id, "loaded", pull_id=result.pull_id)

        assert [order.is_new for order in orders] == [True, False]
        # Whether deleted ads are in it is not documented, so it can add and raise, and no more.
        assert result.incomplete_reason == "deleted_may_be_missing"
        expected = truth(world, US, puller.moment)
        found = {key: list(row[:6]) for key, row in puller.ledger(US).items()}
        assert found.items() <= expected.items()
        assert len(found) > 0.9 * len(expected)
        puller.transport.close()


@pytest.mark.long
def test_ninety_days_of_hourly_pulls_end_in_the_truth(warehouse):
    """Accounts are pulled side by side, each in a session of its own, as Airflow maps them."""
    world = World(seed=2, days=90, ads_per_advertiser=6)
    accounts = [advertiser.advertiser_id for advertiser in world.advertisers[:3]]
    moment = world.start
    with start_server(world, clock_speed=0.0) as sandbox, ExitStack() as stack:
        pullers = [
            start_pulling(stack.enter_context(connect(warehouse)), sandbox, world, moment)
            for _ in accounts
        ]
        pool = stack.enter_context(ThreadPoolExecutor(len(accounts)))
        while moment < world.end + timedelta(days=36):
            moment += HOUR
            for puller in pullers:
                puller.at(moment)
            for pulled in pool.map(Puller.pull_due, pullers, accounts):
                assert all(result.is_complete for result in pulled)
        assert_equal_to_truth(pullers[0], world)
        for puller in pullers:
            puller.transport.close()
