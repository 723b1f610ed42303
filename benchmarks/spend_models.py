# ruff: noqa: INP001 - a program, run by its path
"""What an hourly run of the spend models costs, with little and with much history.

    python benchmarks/spend_models.py [--ads 2000] [--days 7 21 90] [--slowest 5]

For each length of history it fills a ledger with hourly pulls, builds the models from nothing, lets
hours pass (each ad has a new hour, and 1 % of the last two days is restated) and builds them again
after each; the table shows the median. Time in the database is PostgreSQL's own count
(pg_stat_database.active_time); CPU (Linux) is that of dbt and PostgreSQL, which a busy machine
blurs less; blocks are the pages of 8 kB that PostgreSQL looked at, which it does not blur at all.
No test of the data runs here: they read all history.

2,000 ads over 90 days are 4.3 million hourly rows: have 10 GB free and a quarter of an hour.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg

from airflow_provider_tiktok.warehouse.migrate import migrate
from sandbox.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
ADVERTISER = "7000000000000000001"
USER_TABLES = (
    *("web.page_views", "web.consents", "web.identities", "shop.orders", "shop.order_items"),
    *("shop.refunds", "shop.customers", "crm.lead_events"),
)
HISTORY_GOAL, REBUILD_GOAL = 1.3, 1 / 3
REPEATS = 3

WORK = """
    select active_time / 1000, blks_hit + blks_read
    from pg_stat_database where datname = current_database()
"""


@dataclass
class Run:
    """Seconds that a run took: in the database, on the wall, and of the CPU; and its blocks."""

    database: float
    wall: float
    cpu: float
    blocks: float


@dataclass
class Measured:
    """One line of the table: the first build, and the median of the hours after it."""

    days: int
    rows: int
    rebuild: Run
    hour: Run

    @property
    def share(self) -> float:
        """Return what part of a rebuild's time in the database an hour takes."""
        return self.hour.database / self.rebuild.database

    def __str__(self) -> str:
        """Return the line."""
        return (
            f"{self.days:>5}{self.rows:>12,}{self.rebuild.database:>12.1f}"
            f"{self.hour.database:>10.1f}{self.share:>8.2f}"
            f"{self.rebuild.cpu:>12.1f}{self.hour.cpu:>10.1f}{self.hour.wall:>10.1f}"
            f"{self.hour.blocks:>13,.0f}"
        )


def statements() -> dict[str, str]:
    """Return the statements of the SQL file by name."""
    text = Path(__file__).with_suffix(".sql").read_text()
    parts = re.split(r"^-- (\w+) --$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def write(connection: psycopg.Connection, *, ads: int, first: datetime, hours: int) -> None:
    """Write the pulls of hours of the account, and a restatement of the two days before them."""
    values = {"advertiser": ADVERTISER, "ads": ads, "first": first, "hours": hours}
    for name in ("hours", "restatement"):
        connection.execute(statements()[name], values)


def fill(connection: psycopg.Connection, *, ads: int, days: int, until: datetime) -> None:
    """Write a ledger: every ad in every hour of the days before an hour."""
    connection.execute(statements()["account"], {"advertiser": ADVERTISER})
    for ago in range(days, 0, -1):
        write(connection, ads=ads, first=until - timedelta(days=ago), hours=24)
    connection.execute("vacuum analyze")


def build(uri: str, server: int, work: str, *, slowest: int) -> Run:
    """Run the spend models and say what they took.

    :param server: the process of PostgreSQL.
    """
    parts = urlsplit(uri)
    names = ("HOST", "PORT", "USER", "PASSWORD", "DBNAME")
    values = (parts.hostname, str(parts.port), parts.username, parts.password, parts.path[1:])
    given = {f"TIKTOK_WAREHOUSE_{name}": one or "" for name, one in zip(names, values, strict=True)}
    command = [
        *(str(Path(sys.executable).with_name("dbt")), "run", "--selector", "tiktok_spend"),
        *("--project-dir", str(ROOT / "dbt_project"), "--profiles-dir", str(ROOT / "dbt_project")),
        *("--target-path", f"{work}/target", "--log-path", f"{work}/logs", "--quiet"),
        *("--vars", json.dumps({"missing_sources": USER_TABLES})),
    ]
    before, started, used = work_of(uri), time.monotonic(), cpu_seconds(server)
    subprocess.run(command, check=True, env=os.environ | given)  # noqa: S603 - dbt itself
    wall, cpu = time.monotonic() - started, cpu_seconds(server) - used
    after = work_of(uri)
    took = Run(after[0] - before[0], wall, cpu, after[1] - before[1])
    results = json.loads(Path(work, "target", "run_results.json").read_text())["results"]
    times = sorted(((one["execution_time"], one["unique_id"]) for one in results), reverse=True)
    for seconds, name in times[:slowest]:
        print(f"{seconds:>17.1f} s  {name.split('.')[-1]}")
    return took


def work_of(uri: str) -> tuple[float, float]:
    """Return how long the database has worked on statements so far, and on how many blocks."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("select pg_stat_force_next_flush()")
        seconds, blocks = connection.execute(WORK).fetchone()
    return float(seconds), float(blocks)


def cpu_seconds(server: int) -> float:
    """Return the CPU of what has ended so far of PostgreSQL's sessions and of our own processes."""
    times = Path(f"/proc/{server}/stat").read_text().rsplit(")", 1)[1].split()[11:15]
    ours = resource.getrusage(resource.RUSAGE_CHILDREN)
    ticks = os.sysconf("SC_CLK_TCK")
    return sum(map(int, times)) / ticks + ours.ru_utime + ours.ru_stime


def measure(uri: str, server: int, *, ads: int, days: int, slowest: int) -> Measured:
    """Fill an empty warehouse, build it, let an hour pass, and build it again."""
    with psycopg.connect(uri, autocommit=True) as connection, tempfile.TemporaryDirectory() as work:
        migrate(connection)
        connection.execute("set timezone = 'America/Phoenix'")
        [now] = connection.execute("select date_trunc('hour', localtimestamp)").fetchone()
        first = now - timedelta(hours=REPEATS + 1)
        fill(connection, ads=ads, days=days, until=first)
        rebuild = build(uri, server, work, slowest=slowest)
        connection.execute("vacuum analyze")
        hours = []
        for step in range(REPEATS):
            write(connection, ads=ads, first=first + timedelta(hours=step), hours=1)
            hours.append(build(uri, server, work, slowest=slowest))
        [rows] = connection.execute("select count(*) from analytics.fct_spend_hourly").fetchone()
    hour = Run(*(statistics.median(times) for times in zip(*map(astuple, hours), strict=True)))
    return Measured(days, rows, rebuild, hour)


@contextlib.contextmanager
def warehouse(number: int) -> Iterator[tuple[str, int]]:
    """Give an empty database of an embedded PostgreSQL with default settings, and its process."""
    with (
        tempfile.TemporaryDirectory() as directory,
        EmbeddedPostgres(Path(directory) / "data", {"max_wal_size": "4GB"}) as server,
    ):
        pid = int((Path(directory) / "data" / "postmaster.pid").read_text().split()[0])
        yield server.create_database(f"spend_models_{number}"), pid


def main() -> None:
    """Measure and print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--ads", type=int, default=2000)
    options.add_argument("--days", type=int, nargs="+", default=[7, 21, 90])
    options.add_argument("--slowest", type=int, default=0, help="models to name for each run")
    given = options.parse_args()
    print(f"{given.ads:,} ads; seconds in the database, of CPU, and on the wall")
    print(
        f"{'days':>5}{'hour rows':>12}{'from zero':>12}{'an hour':>10}{'share':>8}"
        f"{'zero, CPU':>12}{'hour, CPU':>10}{'hour':>10}{'hour, blocks':>13}"
    )
    lines = []
    for number, days in enumerate(given.days):
        with warehouse(number) as (uri, server):
            lines.append(measure(uri, server, ads=given.ads, days=days, slowest=given.slowest))
            print(lines[-1], flush=True)
    first, last = lines[0].hour, lines[-1].hour
    print(
        f"An hour after {lines[-1].days} days takes {last.wall / first.wall:.2f} times what it "
        f"takes after {lines[0].days} (goal: {HISTORY_GOAL}), {last.cpu / first.cpu:.2f} times its "
        f"CPU, {last.database / first.database:.2f} times its time in the database, "
        f"{last.blocks / first.blocks:.2f} times its blocks."
    )
    for line in lines:
        print(
            f"At {line.rows:,} rows it takes {line.share:.2f} of a rebuild's time in the database "
            f"(goal at a million: {REBUILD_GOAL:.2f})."
        )


if __name__ == "__main__":
    main()
