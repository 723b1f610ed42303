"""Days are read by report tasks, whoever dies on the way, without a second task at TikTok."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from airflow_provider_tiktok.warehouse import spend_task_run
from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.spend_task_run import TaskRun
from sandbox.server import start_server
from tests.integration.ledger.puller import start_pulling, truth

US = "7000000000000000001"
FIRST, LAST = date(2026, 10, 31), date(2026, 11, 2)
STATES = "select start_date::text, end_date::text, state from tiktok_ops.report_tasks order by 1, 2"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def puller(warehouse, world):
    """A session, the real client and a sandbox whose reports take a minute."""
    switches = {"report_task_seconds": 60}
    with (
        start_server(world, clock_speed=0.0, switches=switches) as sandbox,
        connect(warehouse) as connection,
    ):
        puller = start_pulling(connection, sandbox, world, world.end + timedelta(days=1))
        yield puller
        puller.transport.close()


def run_of(puller, connection=None, run_id="backfill"):
    (advertiser, *_) = enabled_advertisers(puller.connection, "tiktok")
    return TaskRun(connection or puller.connection, puller.client, advertiser, run_id=run_id)


def go(run, stop=lambda: False):
    return run.step(FIRST, LAST, stop)


def ordered(puller):
    """Return how many report tasks TikTok was asked to make."""
    return len(puller.sandbox.requests(endpoint="report/task/create/"))


def found_and_true(puller, world):
    found = {key: list(row[:6]) for key, row in puller.ledger(US).items()}
    return found, truth(world, US, puller.moment)


def test_a_task_is_ordered_waited_for_and_loaded_once(puller, world):
    assert go(run_of(puller)).waiting == 1
    assert go(run_of(puller)).waiting == 1
    puller.at(puller.moment + MINUTE)

    step = go(run_of(puller))

    assert (step.waiting, step.by_pages, step.counts()["pulls"]) == (0, [], 1)
    found, expected = found_and_true(puller, world)
    assert found == {key: row for key, row in expected.items() if key in found}
    assert len(found) > 0.9 * len(expected)
    assert go(run_of(puller)).counts() == {"pulls": 0}
    assert puller.connection.execute(STATES).fetchall() == [(str(FIRST), str(LAST), "loaded")]
    assert ordered(puller) == 1


def test_a_worker_that_dies_while_loading_leaves_a_task_to_load(puller, warehouse, monkeypatch):
    go(run_of(puller))
    puller.at(puller.moment + MINUTE)
    with connect(warehouse) as dying, monkeypatch.context() as patch:

        def die(*_: object, **__: object):
            dying.close()
            raise ConnectionError

        patch.setattr(spend_task_run, "close_report", die)
        with pytest.raises(ConnectionError):
            go(run_of(puller, dying))

    counted = "select count(*) from tiktok_raw.report_pulls"
    assert puller.connection.execute(counted).fetchone() == (0,)
    assert go(run_of(puller)).counts()["pulls"] == 1
    assert ordered(puller) == 1


def test_what_fails_is_halved_until_single_days_are_read_by_pages(puller):
    puller.sandbox.switch(failing_report_tasks=4)
    for _ in range(4):
        step = go(run_of(puller))
        puller.at(puller.moment + MINUTE)

    days = [str(FIRST + timedelta(days=number)) for number in range(3)]
    states = {(start, end): state for start, end, state in puller.connection.execute(STATES)}
    assert states[days[0], days[2]] == "failed"
    assert (step.waiting, sorted(map(str, step.by_pages))) == (0, sorted(
        start for (start, end), state in states.items() if start == end and state == "failed"
    ))  # fmt: skip
    assert "loaded" in states.values()


def test_a_report_that_never_comes_is_taken_back_and_halved(puller):
    puller.sandbox.switch(report_task_seconds=10**7)
    go(run_of(puller))
    puller.connection.execute("set tiktok.clock_offset = '25 hours'")

    step = go(run_of(puller))

    assert step.waiting == 2
    states = puller.connection.execute(STATES).fetchall()
    assert sorted(state for _, _, state in states) == ["canceled", "open", "open"]


def test_a_stopped_step_says_what_is_left(puller):
    assert go(run_of(puller), stop=lambda: True).waiting == 1
    assert puller.connection.execute(STATES).fetchall() == []


def test_numbers_that_change_after_35_days_are_told(puller, caplog):
    go(run_of(puller, run_id="early"))
    puller.at(puller.moment + MINUTE)
    go(run_of(puller, run_id="early"))
    assert "35 days" not in caplog.text
    puller.at(puller.moment + timedelta(days=40))
    puller.connection.execute("set tiktok.clock_offset = '40 days'")
    go(run_of(puller, run_id="late"))
    puller.at(puller.moment + MINUTE)

    go(run_of(puller, run_id="late"))

    assert "numbers changed more than 35 days after their day" in caplog.text
