"""Eight processes on one app against a sandbox that counts, with and without kills.

`python -m tests.integration.limiter.shared_quota [--minutes 10]` runs it and prints the figures.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.api.limiter import TIERS
from airflow_provider_tiktok.api.messages import ApiRequest
from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.limiter import DatabaseLimiter
from airflow_provider_tiktok.warehouse.migrate import migrate
from sandbox.postgres import EmbeddedPostgres
from sandbox.server import APP_ID, STATIC_TOKEN, start_server
from sandbox.world import World
from tests.unit.api.windows import most_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from sandbox.server import RunningSandbox

START = datetime(2026, 11, 3, 12, tzinfo=UTC)
PROCESSES = 8
CALL_SECONDS = 0.05
QUOTA = TIERS["basic"]
LEAST_USED = 0.95
fork = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Figures:
    """What the sandbox's log says of a run."""

    minutes: int
    killed: int
    codes: dict[str, int]
    most_in_a_second: int
    most_in_a_minute: int

    @property
    def calls(self) -> int:
        """How many calls arrived."""
        return sum(self.codes.values())

    @property
    def refused(self) -> int:
        """How many of them the sandbox did not serve."""
        return self.calls - self.codes.get("0", 0)

    @property
    def utilisation(self) -> float:
        """Share of the quota that was used."""
        return self.calls / (QUOTA.per_minute * self.minutes)

    @property
    def is_good(self) -> bool:
        """True when nothing was refused, no window too full, and nearly all of it was used."""
        return (
            self.refused == 0
            and self.most_in_a_second <= QUOTA.per_second
            and self.most_in_a_minute <= QUOTA.per_minute
            and self.utilisation >= LEAST_USED
        )


class Workers:
    """Processes that call the sandbox whenever the limiter lets them; spares replace the dead.

    They are forked at once, before a sandbox runs threads in this process.
    """

    def __init__(self, warehouse: str, spares: int) -> None:
        self._all: list[tuple[Connection, Any]] = []
        for _ in range(PROCESSES + spares):
            ours, theirs = fork.Pipe()
            process = fork.Process(target=_call, args=(theirs, warehouse), daemon=True)
            process.start()
            self._all.append((ours, process))
        self._spare = self._all[PROCESSES:]
        self._at_work = self._all[:PROCESSES]

    def start(self, url: str) -> None:
        """Tell everyone where the sandbox is."""
        for line, _ in self._all:
            line.send(url)

    def wake(self, numbers: list[int], now: float) -> list[float]:
        """Let these workers call at the virtual second `now`, together; return when they wake."""
        for number in numbers:
            self._at_work[number][0].send(now)
        return [self._at_work[number][0].recv() for number in numbers]

    def kill(self, number: int, now: float) -> None:
        """Wake a worker and end it as the kernel does, whatever it is doing; a spare steps in."""
        line, process = self._at_work[number]
        line.send(now)
        process.kill()
        process.join()
        self._at_work[number] = self._spare.pop()

    def end(self) -> None:
        """End all of them."""
        for _, process in self._all:
            process.kill()
            process.join()


@contextmanager
def workers(warehouse: str, spares: int = 0) -> Iterator[Workers]:
    """Lend eight workers, and so many more to replace those that are killed."""
    them = Workers(warehouse, spares)
    try:
        yield them
    finally:
        them.end()


def _call(line: Connection, warehouse: str) -> None:
    now = 0.0
    transport = Transport(local_url=line.recv())
    limiter = DatabaseLimiter(
        warehouse,
        APP_ID,
        "basic",
        clock=lambda: START + timedelta(seconds=now),
        monotonic=lambda: now,
    )
    while True:
        now = line.recv()
        wait = limiter.acquire("general")
        if wait == 0:
            transport.send(ApiRequest("GET", "user/info/"), STATIC_TOKEN)
        line.send(now + (wait or CALL_SECONDS))


def run(them: Workers, world: World, minutes: int, *, kill_every: float | None = None) -> Figures:
    """Call for so many virtual minutes, kill a worker every `kill_every` seconds, and count."""
    switches = {"tier": "Basic"}
    with start_server(world, clock_speed=0.0, now=START, switches=switches) as sandbox:
        them.start(sandbox.api_url)
        killed = _drive(them, sandbox, 60.0 * minutes, kill_every)
        log = sandbox.requests()
        codes = sandbox.state()["codes"]
    arrivals = [one["at"] for one in log]
    assert len(arrivals) == sum(codes.values())
    return Figures(minutes, killed, codes, most_in(arrivals, 1.0), most_in(arrivals, 60.0))


def _drive(them: Workers, sandbox: RunningSandbox, seconds: float, kill_every: float | None) -> int:
    """Wake the workers in the order of their waits; return how many were killed."""
    wakes_at = [0.0] * PROCESSES
    killed, next_kill = 0, kill_every or seconds
    while (now := min(wakes_at)) < seconds:
        sandbox.set_clock(START + timedelta(seconds=now))
        due = [number for number, wakes in enumerate(wakes_at) if wakes <= now]
        if now >= next_kill:
            them.kill(due[0], now)
            # What it has sent arrives before the clock goes on.
            sandbox.state()
            sandbox.state()
            killed, next_kill, due = killed + 1, next_kill + (kill_every or seconds), due[1:]
        for number, wakes in zip(due, them.wake(due, now), strict=True):
            wakes_at[number] = wakes
    return killed


def main() -> None:
    """Run with and without kills and print what the sandbox saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=10)
    minutes = parser.parse_args().minutes
    write = sys.stdout.write
    write(f"{PROCESSES} processes, one app, {QUOTA.per_second}/s and {QUOTA.per_minute}/min\n")
    write(f"{'run':<10}{'calls':>8}{'refused':>9}{'most/1 s':>10}{'most/60 s':>11}{'used':>8}\n")
    good = True
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder) / "data", {}) as postgres,
    ):
        for kill_every in (None, 60.0):
            warehouse = postgres.create_database(f"quota_{int(kill_every or 0)}")
            with connect(warehouse, application_name="shared quota") as connection:
                migrate(connection)
            spares = 0 if kill_every is None else int(60 * minutes / kill_every)
            with workers(warehouse, spares) as them:
                found = run(them, World(), minutes, kill_every=kill_every)
            good &= found.is_good
            write(
                f"{f'{found.killed} kills':<10}{found.calls:>8,}{found.refused:>9}"
                f"{found.most_in_a_second:>10}{found.most_in_a_minute:>11}"
                f"{found.utilisation:>8.1%}\n"
            )
            sys.stdout.flush()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
