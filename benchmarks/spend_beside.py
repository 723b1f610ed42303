# ruff: noqa: INP001 - a program, run by its path
"""Our pull beside ingestr's: time, memory, and how many rows are right when things go wrong.

    python benchmarks/spend_beside.py [--ads 2850] [--bad-ads 250] [--folder DIR]

Each reads the same day of the same sandbox by the hour into PostgreSQL, as a process of its own
from start to end, three times in turn. ingestr is installed into a throw-away environment; without
a package index the table has our half only.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg import errors
from spend_load import sandbox
from spend_peer import METRICS, Peer

from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.migrate import migrate
from sandbox.postgres import EmbeddedPostgres
from sandbox.server.control_client import SandboxControl
from sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

US, ZONE = "7000000000000000001", "America/New_York"
DAY, LONG_DAY = date(2026, 11, 2), date(2026, 11, 1)  # New York's clocks go back on the latter
# An hour before the day ends, so that it still moves; and when most is settled.
EARLY = datetime(2026, 11, 3, 4, tzinfo=UTC)
LATE = EARLY + timedelta(days=3)
GOAL = 5.0
ROUNDS = 3  # of both in turn; the middle one counts
OURS = """
    select distinct on (stat_time, entity_id) entity_id,
        tiktok_raw.hour_starts_at(stat_time, 'America/New_York'), spend, impressions, clicks,
        conversion, complete_payment, total_complete_payment_rate
    from tiktok_raw.spend_snapshots order by stat_time, entity_id, seq desc
"""
# A day, what goes wrong at which calls, and when it is read.
Case = tuple[date, "Sequence[tuple[str, Sequence[int]]]", "Sequence[datetime]"]
PEERS = f"select ad_id, stat_time_hour, {METRICS} from peer.hours"  # noqa: S608 - our own constant


@dataclass(frozen=True)
class Run:
    """One process from its start to its end."""

    code: int
    seconds: float
    megabytes: float


def run(command: list[str], environment: dict[str, str], log: Path) -> Run:
    """Run a command; its peak memory is the operating system's."""
    started = time.perf_counter()
    with log.open("ab") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)  # noqa: S603 - our own commands
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Run(process.returncode, time.perf_counter() - started, usage.ru_maxrss / 1024)


@dataclass
class Stage:
    """A sandbox, a PostgreSQL and the two who read from one into the other."""

    server: EmbeddedPostgres
    peer: Peer | None
    folder: Path
    databases: int = 0

    def fresh(self) -> str:
        """Return the URI of a new, migrated database."""
        self.databases += 1
        uri = self.server.create_database(f"beside_{self.databases}")
        with connect(uri) as connection:
            migrate(connection)
        return uri

    def ours(self, url: str, warehouse: str, day: date) -> Run:
        """Pull a day with this package."""
        program = str(Path(__file__).with_name("spend_ours.py"))
        words = [sys.executable, program, f"{url}/open_api/v1.3/", warehouse, US, ZONE, str(day)]
        return run(words, dict(os.environ), self.folder / "ours.log")

    def theirs(self, url: str, warehouse: str, day: date) -> Run:
        """Pull a day with ingestr."""
        if self.peer is None:
            raise SystemExit("ingestr is not installed")
        command = self.peer.command(url, warehouse, US, day)
        return run(command, self.peer.environment(url), self.folder / "ingestr.log")


def truth(world: World, day: date, at: datetime, *, is_local: bool) -> set[tuple[object, ...]]:
    """Return what is right of a day: ad, hour and numbers of every row.

    :param is_local: the hour is the account's, taken for UTC; else it is the UTC hour.
    """
    cells = world.report_cells(US, start_date=day, end_date=day, at=at)
    return {
        (
            cell.ad_id,
            datetime.fromisoformat(cell.stat_time_hour).replace(tzinfo=UTC)
            if is_local
            else cell.utc_hour,
            *(getattr(cell, name) for name in METRICS.split(",")),
        )
        for cell in cells
    }


def stored(warehouse: str, query: str) -> list[tuple[object, ...]]:
    """Return the rows in the warehouse; none where the run left no table."""
    with connect(warehouse) as connection:
        try:
            return [
                (str(row[0]), row[1].astimezone(UTC), *(Decimal(value or 0) for value in row[2:]))
                for row in connection.execute(query)  # type: ignore[call-overload]
            ]
        except errors.UndefinedTable:
            return []


def speed(stage: Stage, ads: int) -> bool:
    """Read the same rows with both; return whether ours is fast enough."""
    with sandbox(ads) as url:
        control = SandboxControl(url)
        control.set_clock(LATE)
        stage.ours(url, stage.fresh(), DAY)  # the sandbox makes a report once; not measured
        # A process counts what its parent took before it: rows are counted afterwards.
        pulls = {"ours": (stage.ours, OURS)}
        if stage.peer is not None:
            pulls["ingestr"] = (stage.theirs, PEERS)
        turns: dict[str, list[Run]] = {name: [] for name in pulls}
        newest = {}
        for _ in range(ROUNDS):
            for name, (pull, query) in pulls.items():
                newest[name] = (stage.fresh(), query)
                turns[name].append(pull(url, newest[name][0], DAY))
    lines = {name: sorted(runs, key=lambda one: one.seconds) for name, runs in turns.items()}
    print(f"{'':<10}{'rows':>10}{'seconds':>10}{'rows/s':>10}{'peak MB':>10}  all seconds")
    for name, runs in lines.items():
        rows, measured = len(stored(*newest[name])), runs[ROUNDS // 2]
        rate = rows / measured.seconds
        print(
            f"{name:<10}{rows:>10,}{measured.seconds:>10.1f}{rate:>10,.0f}"
            f"{measured.megabytes:>10.0f}  {', '.join(f'{one.seconds:.1f}' for one in runs)}"
        )
    if "ingestr" not in lines:
        return True
    ours, theirs = lines["ours"][ROUNDS // 2], lines["ingestr"][ROUNDS // 2]
    ratio = theirs.seconds / ours.seconds
    print(
        f"{ratio:.1f} times as fast, {ours.megabytes / theirs.megabytes:.2f} of the memory; "
        f"goal {GOAL:.0f} times: {'met' if ratio >= GOAL else 'MISSED'}"
    )
    return ratio >= GOAL


def bad_days(stage: Stage, ads: int) -> bool:
    """Count the right rows after each thing that goes wrong; return whether ours are all right."""
    world = World(seed=1, ads_per_advertiser=ads)
    cases: dict[str, Case] = {
        "nothing goes wrong": (DAY, [], [LATE]),
        "40100 on every fifth call": (DAY, [("A06", range(2, 200, 5))], [LATE]),
        "numbers restated": (DAY, [], [EARLY, LATE]),
        "a day of 25 hours": (LONG_DAY, [], [LATE]),
        "page 2 fails with HTTP 500": (DAY, [("A01", [2])], [LATE]),
        "page 2 breaks off": (DAY, [("T07", [2])], [LATE]),
    }
    is_right = True
    head = f"{'rows that are right':<28}{'of':>8}{'ours':>8}{'ingestr':>9}"
    print(f"\n{head}{'its hours not as UTC':>24}")
    for name, (day, faults, moments) in cases.items():
        expected = truth(world, day, moments[-1], is_local=False)
        mine = set(bad_day(stage, stage.ours, OURS, ads, (day, faults, moments)))
        is_right &= mine == expected
        words = [f"{len(expected):,}", f"{len(mine & expected):,}", "-", "-"]
        if stage.peer is not None:
            theirs = set(bad_day(stage, stage.theirs, PEERS, ads, (day, faults, moments)))
            local = truth(world, day, moments[-1], is_local=True)
            words[2:] = [f"{len(theirs & expected):,}", f"{len(theirs & local):,}"]
        print(f"{name:<28}{words[0]:>8}{words[1]:>8}{words[2]:>9}{words[3]:>24}", flush=True)
    return is_right


def bad_day(
    stage: Stage, who: Callable[[str, str, date], Run], query: str, ads: int, case: Case
) -> list[tuple[object, ...]]:
    """Let one of them read the day at some moments, and return what it stored."""
    day, faults, moments = case
    warehouse = stage.fresh()
    with sandbox(ads) as url:
        control = SandboxControl(url)
        for moment in moments:
            control.set_clock(moment)
            for kind, numbers in faults:
                control.fault(kind, endpoint="reports", request_numbers=list(numbers))
            who(url, warehouse, day)
    return stored(warehouse, query)


@contextlib.contextmanager
def stage_in(folder: Path) -> Iterator[Stage]:
    """Yield the stage; ingestr and PostgreSQL live in the folder."""
    peer = Peer.build(folder / "peer")
    if peer is None:
        print("ingestr could not be installed: our half only")
    with EmbeddedPostgres(folder / "postgres" / "data", {}) as server:
        yield Stage(server, peer, folder)


def main() -> None:
    """Measure and print; end with 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--ads", type=int, default=2850, help="24 rows each, for the speed")
    parser.add_argument("--bad-ads", type=int, default=250, help="24 rows each, for the truth")
    parser.add_argument("--folder", type=Path, help="keep logs there (default: thrown away)")
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = arguments.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        )
        folder.mkdir(parents=True, exist_ok=True)
        stage = stack.enter_context(stage_in(folder))
        is_fast = speed(stage, arguments.ads)
        is_right = bad_days(stage, arguments.bad_ads)
    print(f"all our rows are right: {'yes' if is_right else 'NO'}")
    sys.exit(0 if is_fast and is_right else 1)


if __name__ == "__main__":
    main()
