"""Run workers, hit them, then let them finish, and hand what is left to the checker."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.warehouse.database import connect
from tests.chaos.checker import Findings, check
from tests.chaos.history import TERMINAL, Sampler, watch
from tests.chaos.plan import START
from tests.chaos.servers import SandboxProcess
from tests.chaos.source import Source, copy_rows, make_source
from tests.chaos.waiting import wait_until
from tests.chaos.worker import READ_SECONDS, Post, fork, make_post, start_worker
from tests.integration.outbox.export import create_export

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import psycopg

    from airflow_provider_tiktok.warehouse.outbox_batches import Limits
    from tests.chaos.plan import Plan

SAMPLE_SECONDS = 0.1
# A throttled event waits for five minutes: the clock moves on when the storm is over.
AFTER_THE_STORM = timedelta(minutes=10)
DRAIN_SECONDS = 180.0
CALM_LEASE = timedelta(seconds=30)
CALM_READ_SECONDS = 10.0
# How long a worker that slept past its lease works on beside its successor.
ZOMBIE_SECONDS = 1.0
CHUNKS = 60
CUT = """
select pg_terminate_backend(pid)
from pg_stat_activity
where application_name = 'chaos worker' and datname = current_database()
order by random()
limit 1
"""
BACKEND = """
select pid from pg_stat_activity
where application_name = 'chaos worker' and datname = current_database()
order by random()
limit 1
"""


@dataclass(frozen=True)
class Report:
    """What one run did and what the checker found."""

    plan: Plan
    blows: Counter[str]
    seconds: float
    findings: Findings
    faults: Counter[str]


def run(
    plan: Plan,
    warehouse: str,
    folder: Path,
    *,
    first: Callable[[], None] = lambda: None,
    say: Callable[[str], None] = lambda _: None,
) -> Report:
    """Deliver the plan's events under its blows, and check.

    :param warehouse: URI of a migrated warehouse of this run's own.
    :param first: called in each new worker before it works; this is how a defect is planted.
    """
    started = time.monotonic()
    storm = Storm(plan, warehouse, folder, make_source(plan.seed, plan.events), first, say)
    try:
        storm.prepare()
        storm.rage()
        storm.drain()
        findings = storm.check()
    finally:
        storm.stop()
    return Report(plan, storm.blows, time.monotonic() - started, findings, storm.faults)


@dataclass
class Zombie:
    """A stopped worker: it wakes when its lease is long over, works on, and ends."""

    process: fork.Process
    wakes_at: float
    ends_at: float
    is_awake: bool = False


@dataclass
class Storm:
    """One run under way."""

    plan: Plan
    warehouse: str
    folder: Path
    source: Source
    first: Callable[[], None]
    say: Callable[[str], None]
    blows: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    sampler: Sampler = field(default_factory=Sampler)
    workers: dict[int, fork.Process] = field(default_factory=dict)
    zombies: list[Zombie] = field(default_factory=list)
    written: int = 0
    last_sample: float = 0.0

    def __post_init__(self) -> None:
        """Open what the run needs."""
        self.rng = random.Random(f"storm {self.plan.seed}")
        self.sandbox = SandboxProcess(self.folder)
        self.post = self._post(self.plan.limits)
        self.late: psycopg.Connection[Any] | None = None

    def prepare(self) -> None:
        """Start the servers and the workers; the clocks of both servers go together."""
        self.database = connect(self.warehouse)
        self._set_clock(START)
        create_export(self.database)
        watch(self.database)
        self.sandbox.start(self._now(), self.plan)
        for number in range(self.plan.workers + 1):
            self.workers[number] = start_worker(self.post, number, self.first)

    def rage(self) -> None:
        """Write rows and strike until the kills are done; rows last as long as kills do."""
        deadline = time.monotonic() + self.plan.longest
        while self.blows["kill"] < self.plan.kills and time.monotonic() < deadline:
            share = (self.blows["kill"] + 1) / self.plan.kills
            self._write_rows(int(share * CHUNKS) / CHUNKS)
            self._rest(self.rng.uniform(0, 2 * self.plan.pause))
            self._strike()
            if self.blows["kill"] % 50 == 0:
                self.say(f"{self.blows['kill']} kills, {dict(self.sampler.look(self.database))}")
        self._write_rows(1.0)
        self._write_rows(1.0)  # commits the last rows

    def drain(self) -> None:
        """Stop the faults, move the clock past every back-off, and wait for the last event."""
        self._note_faults()
        self._end_all()
        self._set_clock(self._now() + AFTER_THE_STORM)
        self.sandbox.kill()
        self.sandbox.start(self._now())
        # Nothing is in a hurry any more, so that a slow machine finishes too.
        self.post = self._post(replace(self.plan.limits, lease=CALM_LEASE), CALM_READ_SECONDS)
        for number in self.workers:
            self.workers[number] = start_worker(self.post, number, self.first)
        wait_until(self._is_done, DRAIN_SECONDS, "every event has ended")
        self._end_all()

    def check(self) -> Findings:
        """Compare what the warehouse says with what the sandbox took."""
        return check(
            self.database,
            self.source,
            self.sandbox.truth_log,
            self.sampler,
            self.post.crashes.read_text(),
        )

    def stop(self) -> None:
        """End every process."""
        self._end_all()
        if self.sandbox.starts:
            self.sandbox.kill()
        self.database.close()
        if self.late is not None:
            self.late.close()

    def _post(self, limits: Limits, read_timeout: float = READ_SECONDS) -> Post:
        crashes = self.folder / "crashes.txt"
        return make_post(self.warehouse, self.sandbox.url, crashes, limits, read_timeout)

    def _write_rows(self, share: float) -> None:
        """Write rows up to a share of all; they become visible one step later than their turn."""
        if self.late is not None:
            self.late.commit()
            self.late.close()
            self.late = None
        until = int(len(self.source.rows) * share)
        if until > self.written:
            self.late = connect(self.warehouse, autocommit=False)
            copy_rows(self.late, self.source.rows[self.written : until])
            self.written = until

    def _strike(self) -> None:
        kinds = list(self.plan.weights)
        kind = self.rng.choices(kinds, [self.plan.weights[one] for one in kinds])[0]
        number = self.rng.randrange(self.plan.workers + 1)
        self.blows[kind] += 1
        if kind == "kill":
            _end(self.workers[number])
            self.workers[number] = start_worker(self.post, number, self.first)
        elif kind == "stop":
            # Another worker takes its place, as a second try of a task does.
            os.kill(self.workers[number].pid, signal.SIGSTOP)
            wakes_at = time.monotonic() + self.plan.limits.lease.total_seconds() * 1.5
            self.zombies.append(Zombie(self.workers[number], wakes_at, wakes_at + ZOMBIE_SECONDS))
            self.workers[number] = start_worker(self.post, number, self.first)
        elif kind == "cut":
            self.database.execute(CUT)
        elif kind == "backend":
            self._crash_postgres()
        else:
            self._note_faults()
            self.sandbox.kill()
            self.sandbox.start(self._now(), self.plan)

    def _crash_postgres(self) -> None:
        """Kill one backend, so that PostgreSQL ends all sessions and recovers from its log."""
        row = self.database.execute(BACKEND).fetchone()
        if row is None:
            return
        if self.late is not None:
            self.late.commit()
            self.late.close()
            self.late = None
        os.kill(row[0], signal.SIGKILL)
        time.sleep(0.2)
        self.database.close()
        wait_until(self._reconnect, 60, "PostgreSQL is back")

    def _reconnect(self) -> bool:
        try:
            self.database = connect(self.warehouse)
        except Exception:  # noqa: BLE001 - it is starting
            return False
        return True

    def _rest(self, seconds: float) -> None:
        """Let the workers work, take samples, and wake who was stopped for long enough."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            now = time.monotonic()
            self._wake(now)
            if now - self.last_sample > SAMPLE_SECONDS:
                self.last_sample = now
                self.sampler.look(self.database)
            time.sleep(0.01)

    def _wake(self, now: float) -> None:
        for zombie in list(self.zombies):
            if not zombie.is_awake and zombie.wakes_at <= now:
                os.kill(zombie.process.pid, signal.SIGCONT)
                zombie.is_awake = True
            elif zombie.ends_at <= now:
                _end(zombie.process)
                self.zombies.remove(zombie)

    def _end_all(self) -> None:
        for process in (*self.workers.values(), *(zombie.process for zombie in self.zombies)):
            _end(process)
        self.zombies.clear()

    def _is_done(self) -> bool:
        states = self.sampler.look(self.database)
        ended = sum(number for state, number in states.items() if state in TERMINAL)
        return ended >= len(self.source.rows)

    def _now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def _set_clock(self, now: datetime) -> None:
        """Move tiktok_ops.now() of every session that begins from here on."""
        self.offset = now - datetime.now(UTC)
        name = self.database.info.dbname
        self.database.execute(
            f"alter database {name} set tiktok.clock_offset = "
            f"'{self.offset.total_seconds():.6f} seconds'"
        )

    def _note_faults(self) -> None:
        self.faults.update(self.sandbox.control.state()["faults"]["struck"])


def _end(worker: fork.Process) -> None:
    worker.kill()
    worker.join()
