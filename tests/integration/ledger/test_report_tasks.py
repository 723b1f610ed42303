"""A report is ordered from TikTok once, whoever asks and whatever crashes."""

from __future__ import annotations

import itertools
import threading

import pytest

from airflow_provider_tiktok.api.report_rows import ReportRequest
from airflow_provider_tiktok.warehouse.database import WarehouseError, connect
from airflow_provider_tiktok.warehouse.spend_tasks import close_report, order_report


@pytest.fixture
def request_(ledger):
    return ReportRequest(
        ledger.advertiser_id, "AUCTION_AD", "stat_time_day", ledger.day, ledger.day
    )


@pytest.fixture
def create():
    numbers = itertools.count(1)
    return lambda: f"task-{next(numbers)}"


def test_the_first_order_is_kept_and_found_again(ledger, request_, create):
    first = order_report(ledger.connection, request_, create, run_id="backfill")
    second = order_report(ledger.connection, request_, create)

    assert (first.task_id, first.is_new) == ("task-1", True)
    assert (second.task_id, second.is_new) == ("task-1", False)
    assert second.requested_at == first.requested_at


def test_workers_that_ask_at_once_order_once(warehouse, request_, create):
    barrier = threading.Barrier(6)
    found = []

    def work():
        with connect(warehouse) as connection:
            barrier.wait(20)
            found.append(order_report(connection, request_, create))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {order.task_id for order in found} == {"task-1"}
    assert sum(order.is_new for order in found) == 1


def test_an_order_that_tiktok_refuses_leaves_nothing(ledger, request_, create):
    def refuse():
        raise ConnectionError

    with pytest.raises(ConnectionError):
        order_report(ledger.connection, request_, refuse)

    assert order_report(ledger.connection, request_, create).task_id == "task-1"


@pytest.mark.parametrize("state", ["failed", "canceled"])
def test_a_task_that_ended_badly_may_be_ordered_again(ledger, request_, create, state):
    order_report(ledger.connection, request_, create)

    assert close_report(ledger.connection, "task-1", state, message="timed out")
    assert not close_report(ledger.connection, "task-1", state)

    assert order_report(ledger.connection, request_, create).task_id == "task-2"


def test_a_loaded_task_names_its_pull(ledger, row, request_, create):
    order_report(ledger.connection, request_, create)
    with pytest.raises(WarehouseError, match="loaded by a pull"):
        close_report(ledger.connection, "task-1", "loaded")
    pull = ledger.pull([row("1", 0)], time_dimension="stat_time_day")

    close_report(ledger.connection, "task-1", "loaded", pull_id=pull.pull_id)

    assert ledger.rows("select state, pull_id from tiktok_ops.report_tasks") == [
        ("loaded", pull.pull_id)
    ]
