"""Pulls of the same day may run at once, and may be killed at any moment."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from datetime import timedelta
from decimal import Decimal

from airflow_provider_tiktok.warehouse.database import connect

fork = multiprocessing.get_context("fork")
ROUNDS = 25
KILLS = 200
ANY_TIME = "any time"
DIE_AT = (
    "pull_between_pages:1",
    "pull_between_pages:3",
    "pull_before_snapshots",
    "pull_after_snapshots",
    "pull_before_gaps",
    "pull_before_commit",
    "pull_after_commit",
    ANY_TIME,
    ANY_TIME,
    ANY_TIME,
)


def test_three_pulls_of_one_day_at_once_keep_every_rule(
    warehouse, ledger, row, minutes_later, twin
):
    """An hourly pull, a backfill and a person's own, each with its view of the day."""
    barrier = threading.Barrier(3)
    failures = []

    def work(number):
        with connect(warehouse) as connection:
            own = twin(ledger, connection)
            for turn in range(ROUNDS):
                minute = turn * 3 + number
                rows = [row(str(ad), 8, spend=str(minute + ad)) for ad in range(1, 20)]
                barrier.wait(30)
                try:
                    own.pull(rows[number:], at=minutes_later(minute))
                except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                    failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    newest = ROUNDS * 3 - 1
    seen = {f"{ad}": Decimal(newest + ad) for ad in range(3, 20)}
    latest = {ad_id: value for (_, ad_id), value in ledger.latest().items() if value}
    assert latest == seen


def pull_and_die(warehouse, load, *, die_at, seconds):
    """Load a report, and be killed at a named point or so many seconds from now."""
    if die_at == ANY_TIME:
        threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
    else:
        os.environ["TIKTOK_FAILPOINT"] = die_at
    with connect(warehouse) as connection:
        load(connection)


def test_a_killed_pull_leaves_all_of_itself_or_nothing(warehouse, ledger, row, minutes_later, twin):
    lots = random.Random(3)
    last_whole, ends = -1, Counter()
    for number in range(KILLS):
        pages = [
            [row(str(ad), hour, spend=str(number + ad)) for ad in range(1, 30)] for hour in range(3)
        ]
        die_at = DIE_AT[number % len(DIE_AT)]
        at = minutes_later(number)

        def load(connection, pages=pages, at=at):
            twin(ledger, connection).pull_pages(pages, at=at)

        child = fork.Process(
            target=pull_and_die,
            args=(warehouse, load),
            kwargs={"die_at": die_at, "seconds": lots.random() * 0.03},
            daemon=True,
        )
        child.start()
        child.join()
        wait_for_its_session_to_end(ledger)
        pulls = ledger.rows("select observed_at, rows_read from tiktok_raw.report_pulls")
        if (at, 87) in pulls:
            last_whole = number
            ends[die_at] += 1
        if die_at != ANY_TIME:
            assert child.exitcode == -signal.SIGKILL
            assert ((at, 87) in pulls) == (die_at == "pull_after_commit")
        assert {rows_read for _, rows_read in pulls} <= {87}
        assert set(ledger.latest().items()) == {
            ((f"2026-11-02 0{hour}:00:00", str(ad)), Decimal(last_whole + ad))
            for ad in range(1, 30)
            for hour in range(3)
            if last_whole >= 0
        }

    assert ends["pull_after_commit"] >= KILLS // len(DIE_AT)
    ledger.pull([row("1", 0, spend="1")], at=minutes_later(KILLS) + timedelta(days=1))
    assert {key: value for key, value in ledger.latest().items() if value} == {
        ("2026-11-02 00:00:00", "1"): Decimal(1)
    }


def wait_for_its_session_to_end(ledger):
    """A killed client's last statement may still run; its end decides what it left."""
    others = (
        "select count(*) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )
    while ledger.rows(others) != [(0,)]:
        time.sleep(0.001)
