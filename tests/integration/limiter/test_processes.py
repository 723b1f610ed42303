"""Many processes, one quota: real processes and a real PostgreSQL under a virtual clock."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import signal
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.limiter import DatabaseLimiter
from tests.unit.api.windows import most_in

START = datetime(2026, 11, 2, 12, tzinfo=UTC)
PROCESSES = 8
APP = "7100000000000000001"
# What a call takes, from asking the limiter to asking it for the next one.
CALL_SECONDS = 0.05
fork = multiprocessing.get_context("fork")


class Worker:
    """A process that calls as fast as the limiter lets it, when the test says what time it is."""

    def __init__(self, warehouse: str, group: str, call_seconds: float) -> None:
        self.line, theirs = fork.Pipe()
        self.process = fork.Process(
            target=self._work, args=(theirs, warehouse, group, call_seconds), daemon=True
        )
        self.process.start()
        self.wakes_at = 0.0

    @staticmethod
    def _work(line, warehouse: str, group: str, call_seconds: float) -> None:
        now = 0.0
        limiter = DatabaseLimiter(
            warehouse,
            APP,
            "basic",
            clock=lambda: START + timedelta(seconds=now),
            monotonic=lambda: now,
        )
        while True:
            now = line.recv()
            wait = limiter.acquire(group)
            line.send((wait == 0, now + (wait or call_seconds)))

    def kill(self) -> None:
        """End the process as the kernel does, whatever it is doing."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()


def drive(workers: list[Worker], seconds: float) -> list[float]:
    """Wake the workers in the order of their waits, together when together; return the calls."""
    went = []
    now = min(worker.wakes_at for worker in workers)
    while now < seconds:
        due = [worker for worker in workers if worker.wakes_at <= now]
        for worker in due:
            worker.line.send(now)
        for worker in due:
            has_called, worker.wakes_at = worker.line.recv()
            if has_called:
                went.append(now)
        now = min(worker.wakes_at for worker in workers)
    return went


@pytest.fixture
def start_worker(warehouse):
    workers = []

    def start(group: str = "general", call_seconds: float = CALL_SECONDS) -> Worker:
        workers.append(Worker(warehouse, group, call_seconds))
        return workers[-1]

    yield start
    for worker in workers:
        if worker.process.is_alive():
            worker.kill()


def test_eight_processes_share_ten_a_second_and_600_a_minute_for_ten_minutes(start_worker):
    workers = [start_worker() for _ in range(PROCESSES)]

    went = drive(workers, 600.0)

    assert most_in(went, 1.0) <= 10
    assert most_in(went, 60.0) <= 600
    assert len(went) >= 0.95 * 6000


def test_eight_processes_share_a_thousand_events_a_second(start_worker):
    workers = [start_worker("events", call_seconds=0.004) for _ in range(PROCESSES)]

    went = drive(workers, 4.0)

    assert most_in(went, 1.0) <= 1000
    assert len(went) >= 0.9 * 4000


def test_a_killed_holder_leaves_no_burst_and_takes_its_permits_along_for_a_second_only(
    warehouse, start_worker
):
    lots = random.Random(1)
    went, now = [], 0.0
    for _ in range(100):
        worker = start_worker("events")
        for _ in range(lots.randrange(20, 60)):
            worker.line.send(now)
            has_called, _ = worker.line.recv()
            went += [now] * has_called
            now += 0.0005
        worker.line.send(now)
        worker.kill()

    assert most_in(went, 1.0) <= 1000
    now += 2.0
    rested = DatabaseLimiter(
        warehouse, APP, "basic", clock=lambda: START + timedelta(seconds=now), monotonic=lambda: now
    )
    free = sum(1 for _ in itertools.takewhile(lambda wait: wait == 0, iter_acquire(rested)))
    rested.close()
    assert free == 1000


def iter_acquire(limiter: DatabaseLimiter):
    """Yield what the limiter answers, forever."""
    while True:
        yield limiter.acquire("events")


def test_a_throttle_of_one_process_cools_down_all(start_worker, warehouse):
    workers = [start_worker() for _ in range(3)]
    throttled = DatabaseLimiter(warehouse, APP, "basic", clock=lambda: START)
    throttled.cool_down("general", 300.0)
    throttled.close()

    went = drive(workers, 310.0)

    assert min(went) >= 300.0


def test_the_database_clock_counts_when_no_other_is_given(warehouse):
    limiter = DatabaseLimiter(warehouse, APP, "basic")

    waits = [limiter.acquire("general") for _ in range(11)]

    limiter.close()
    assert waits[:10] == [0.0] * 10
    assert 0 < waits[10] <= 1.1


def test_a_dropped_connection_is_opened_again(warehouse):
    limiter = DatabaseLimiter(warehouse, APP, "basic")
    assert limiter.acquire("general") == 0
    with connect(warehouse) as other:
        other.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and application_name like '%% limiter'",
            [],
        )

    assert limiter.acquire("general") == 0
    limiter.close()


def test_a_forked_child_does_not_speak_on_its_parents_connection(warehouse):
    limiter = DatabaseLimiter(warehouse, APP, "basic")
    assert limiter.acquire("general") == 0
    line, theirs = fork.Pipe()
    child = fork.Process(target=lambda: theirs.send(limiter.acquire("general")), daemon=True)
    child.start()

    assert line.recv() == 0
    child.join()
    assert limiter.acquire("general") == 0
    limiter.close()


def test_apps_do_not_share_a_quota(warehouse):
    limiters = [DatabaseLimiter(warehouse, app, "basic") for app in ("1", "2")]

    waits = [[limiter.acquire("general") for _ in range(10)] for limiter in limiters]

    for limiter in limiters:
        limiter.close()
    assert waits == [[0.0] * 10] * 2


def test_a_pool_may_lend_the_connections(warehouse):
    class OneConnection:
        def __init__(self):
            self.lent = 0

        @contextmanager
        def connection(self):
            self.lent += 1
            with connect(warehouse) as connection:
                yield connection

    pool = OneConnection()

    assert DatabaseLimiter(pool, APP, "basic").acquire("general") == 0
    assert pool.lent == 1
