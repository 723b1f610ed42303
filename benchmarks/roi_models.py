# ruff: noqa: INP001, S603 - a program, run by its path; it starts dbt
"""How long the models take: all of them once, and what an hour adds, on a long and a short history.

    python benchmarks/roi_models.py [--views 200000] [--days 90] [--ads 2000] [--slowest 10]

Makes page views, a tenth as many orders and hourly spend in an embedded PostgreSQL, builds all,
then lets hours pass and runs what a schedule runs (`dbt build --selector tiktok_hourly`). Then the
same with a tenth of the history: as many rows an hour, for a tenth of the days. At last the first
run of the next day on the long one, which takes all rows again (var `whole_build_days`).

The full size is `--views 10000000`. `--slowest` prints the models that took the longest.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from peaks import Peaks

from airflow_provider_tiktok.warehouse.migrate import migrate
from sandbox.postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[1]
DBT = ROOT / "dbt_project"
END = datetime(2026, 11, 20, 12, tzinfo=UTC)
# Indexes that docs/how-to/map-your-sources.md asks for, beside the primary keys.
INDEXES = """
create index on web.page_views (occurred_at);
create index on web.page_views (visitor_id, occurred_at);
create index on web.identities (observed_at);
create index on web.identities (visitor_id);
create index on web.consents (visitor_id);
create index on shop.customers (updated_at);
create index on shop.orders (ordered_at);
create index on shop.order_items (order_id);
create index on shop.refunds (refunded_at);
create index on crm.lead_events (occurred_at);
analyze;
"""
# As docs/how-to/size-the-warehouse.md says; fsync is off because the data is thrown away.
SERVER = {
    "fsync": "off",
    "synchronous_commit": "off",
    "max_wal_size": "8GB",
    "shared_buffers": "1GB",
    "work_mem": "128MB",
    "maintenance_work_mem": "512MB",
    "random_page_cost": "1.1",
    "effective_cache_size": "4GB",
    "jit": "off",
}
HOURS = 3
FULL_GOAL, HOURLY_GOAL, RATIO_GOAL = 900, 60, 1.3


@dataclass
class World:
    """A warehouse with a history."""

    uri: str
    views: int
    days: int
    ads: int
    work: Path
    slowest: int

    def blocks(self) -> dict[str, str]:
        """Return the statements of the SQL file by name."""
        text = (ROOT / "benchmarks" / "roi_models.sql").read_text()
        parts = re.split(r"^-- (\w+) --$", text, flags=re.MULTILINE)[1:]
        return dict(zip(parts[::2], parts[1::2], strict=True))

    def fill(self, names: list[str], since: float, until: float) -> None:
        """Add the rows of a stretch of the history."""
        values = {
            "start": END - timedelta(days=self.days),
            "views": self.views,
            "days": self.days,
            "ads": self.ads,
            "since": since,
            "until": until,
        }
        blocks = self.blocks()
        with psycopg.connect(self.uri, cursor_factory=psycopg.ClientCursor) as connection:
            for name in names:
                connection.execute(blocks[name], values)

    def set_clock(self, moment: datetime) -> None:
        """Make a moment the warehouse's "now"."""
        offset = (moment - datetime.now(UTC)).total_seconds()
        with psycopg.connect(self.uri, autocommit=True) as connection:
            name = connection.info.dbname
            connection.execute(
                f"alter database {name} set tiktok.clock_offset = '{offset} seconds'"
            )

    def hour(self, number: int) -> float:
        """Let an hour pass with its rows and restatements; return the seconds of its run."""
        share = 1 / (self.days * 24)
        self.set_clock(END + timedelta(hours=number + 1))
        self.fill(["page_views", "shop", "spend"], 1 + number * share, 1 + (number + 1) * share)
        self.fill(["restate"], 0, 1)
        return self.build("--selector", "tiktok_hourly")

    def size(self) -> int:
        """Return the bytes of the database."""
        with psycopg.connect(self.uri) as connection:
            row = connection.execute("select pg_database_size(current_database())").fetchone()
        return int(row[0]) if row else 0

    def build(self, *arguments: str) -> float:
        """Run dbt; return seconds, its start included."""
        parts = urlsplit(self.uri)
        environment = os.environ | {
            "TIKTOK_WAREHOUSE_HOST": str(parts.hostname),
            "TIKTOK_WAREHOUSE_PORT": str(parts.port),
            "TIKTOK_WAREHOUSE_USER": str(parts.username),
            "TIKTOK_WAREHOUSE_PASSWORD": str(parts.password),
            "TIKTOK_WAREHOUSE_DBNAME": parts.path.lstrip("/"),
        }
        started = time.perf_counter()
        folders = ("--project-dir", DBT, "--profiles-dir", DBT)
        logs = ("--target-path", self.work / "target", "--log-path", self.work / "logs")
        subprocess.run(
            [
                Path(sys.executable).with_name("dbt"),
                "build",
                *arguments,
                *folders,
                *logs,
                "--quiet",
            ],
            env=environment,
            check=True,
        )
        seconds = time.perf_counter() - started
        self.print_slowest(seconds)
        return seconds

    def print_slowest(self, seconds: float) -> None:
        """Print which models of the last run took the longest, if that is asked for."""
        if self.slowest:
            results = json.loads((self.work / "target" / "run_results.json").read_text())["results"]
            results.sort(key=lambda result: -result["execution_time"])
            print(f"  {seconds:.1f} s:", flush=True)
            for result in results[: self.slowest]:
                print(f"{result['execution_time']:>10.1f}  {result['unique_id'].split('.')[2]}")

    def timed(self, query: str) -> float:
        """Return the seconds that a query takes."""
        with psycopg.connect(self.uri) as connection:
            started = time.perf_counter()
            connection.execute(query)  # type: ignore[call-overload]
            return time.perf_counter() - started


def measure(world: World) -> float:
    """Measure one world, print its line, return the mean seconds of an hourly run."""
    with psycopg.connect(world.uri, autocommit=True) as connection:
        migrate(connection)
        connection.execute((ROOT / "sandbox" / "world" / "schema.sql").read_text())  # type: ignore[call-overload]
        world.set_clock(END)
    world.fill(["accounts", "page_views", "shop"], 0, 1)
    # The last pull is one of an hour, as on any day: a run takes the newest pull again.
    hour = 1 / (world.days * 24)
    world.fill(["spend"], 0, 1 - hour)
    world.fill(["spend"], 1 - hour, 1)
    with psycopg.connect(world.uri, autocommit=True) as connection:
        connection.execute(INDEXES)  # type: ignore[call-overload]
    sources = world.size()
    full = world.build("--selector", "tiktok_hourly")
    hourly = [world.hour(number) for number in range(HOURS)]
    export = world.timed(
        "select count(*) from (select * from analytics.exp_tiktok__conversion_events offset 0) as e"
    )
    models = world.size() - sources
    mean = sum(hourly[1:]) / len(hourly[1:])
    print(
        f"{world.views:>12,}{world.days:>6}{full:>12.1f}{mean:>12.1f}{export:>12.1f}"
        f"{sources / 1e9:>12.2f}{models / 1e9:>12.2f}",
        flush=True,
    )
    if full > FULL_GOAL or mean > HOURLY_GOAL:
        print(f"goal: full below {FULL_GOAL} s and an hour below {HOURLY_GOAL} s: MISSED")
    return mean


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--views", type=int, default=200_000, help="page views; orders are a tenth")
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--ads", type=int, default=2_000)
    parser.add_argument("--slowest", type=int, default=0, help="print so many models of each run")
    parser.add_argument("--keep", type=Path, help="leave the server's files in this folder")
    parser.add_argument(
        "--set", nargs="*", default=[], metavar="NAME=VALUE", help="more settings of the server"
    )
    arguments = parser.parse_args()
    settings = SERVER | dict(setting.split("=", 1) for setting in arguments.set)
    print(
        "  page views  days      full s    hourly s   exports s  sources GB   models GB", flush=True
    )
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary,
        EmbeddedPostgres((arguments.keep or Path(temporary)) / "data", settings) as server,
        Peaks(server.data_dir) as peaks,
    ):
        worlds = [
            World(
                server.create_database(name),
                arguments.views // part,
                arguments.days // part,
                arguments.ads,
                Path(temporary),
                arguments.slowest,
            )
            for name, part in (("long", 1), ("short", 10))
        ]
        means = [measure(world) for world in worlds]
        ratio = means[0] / means[1]
        print(
            f"an hour on ten times the history takes {ratio:.2f} times as long, goal {RATIO_GOAL}:",
            "met" if ratio <= RATIO_GOAL else "MISSED",
            flush=True,
        )
        worlds[0].set_clock(END + timedelta(days=1))
        seconds = worlds[0].build("--selector", "tiktok_hourly")
        print(f"the first run of the next day, which takes all rows again: {seconds:.1f} s")
    print(f"peak memory, dbt and PostgreSQL with its buffers: {peaks.memory / 1e9:.2f} GB")
    print(f"peak disk, both worlds, indexes, temporary files and WAL: {peaks.disk / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
