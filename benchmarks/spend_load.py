# ruff: noqa: INP001 - a program, run by its path
"""How fast reports become snapshots: rows a second from the API to the ledger, and memory.

    python benchmarks/spend_load.py [--ads 10000] [--warehouse postgresql://...]

Pulls one day by the hour for three advertisers from `python -m sandbox`, a process of its own, with
the quota off: the first time, again at once, and again when TikTok has restated about 1 %. Without
--warehouse it starts an embedded PostgreSQL with its default settings.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.reports import read_report
from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.migrate import migrate
from airflow_provider_tiktok.warehouse.spend import load_report
from airflow_provider_tiktok.warehouse.spend_schedule import Reading
from sandbox.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

ACCOUNTS = {
    "7000000000000000001": ("America/New_York", "USD"),
    "7000000000000000002": ("Asia/Kolkata", "INR"),
    "7000000000000000003": ("Europe/Berlin", "EUR"),
}
DAY = date(2026, 11, 1)
A_DAY_BY_THE_HOUR = Reading(DAY, DAY, "AUCTION_AD", "stat_time_hour", "recent")
# The day after, and when late conversions and corrections have changed about 1 % of its rows.
FIRST_LOOK = datetime(2026, 11, 3, 6, tzinfo=UTC)
LATER_LOOK = FIRST_LOOK + timedelta(hours=60)
ROWS_GOAL, MEMORY_GOAL = 20_000, 300


class NoQuota:
    """A limiter that never says wait."""

    def acquire(self, group: str) -> float:  # noqa: ARG002 - the interface's argument
        """Return 0."""
        return 0.0

    def cool_down(self, group: str, seconds: float) -> None:
        """Do nothing."""


@dataclass
class Measured:
    """One line of the table."""

    what: str
    rows: int = 0
    changed: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        """Return the line."""
        return (
            f"{self.what:<22}{self.rows:>10,}{self.changed:>12,}{self.changed / self.rows:>9.1%}"
            f"{self.seconds:>10.1f}{self.rows / self.seconds:>12,.0f}"
        )


@contextlib.contextmanager
def sandbox(ads: int) -> Iterator[str]:
    """Start a sandbox and yield its address."""
    options = {"--port": "0", "--ads": str(ads), "--clock-speed": "0"}
    command = [
        sys.executable,
        "-m",
        "sandbox",
        *(word for pair in options.items() for word in pair),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
    try:
        url = process.stdout.readline().strip() if process.stdout else ""
        if not url:
            raise SystemExit("the sandbox did not start")
        yield url.removesuffix("/open_api/v1.3/")
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def warehouse(uri: str | None) -> Iterator[psycopg.Connection]:
    """Yield a migrated warehouse of the benchmark's own."""
    with contextlib.ExitStack() as stack:
        if uri is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            server = stack.enter_context(EmbeddedPostgres(Path(folder) / "data", {}))
            uri = server.create_database("warehouse")
        connection = stack.enter_context(connect(uri))
        migrate(connection)
        yield connection


def set_clock(url: str, moment: datetime) -> None:
    """Move the sandbox's clock, and make each report once, so that the world is not measured."""
    body = json.dumps({"now": moment.isoformat()}).encode()
    request = urllib.request.Request(f"{url}/control/clock", body)  # noqa: S310 - our own sandbox
    urllib.request.urlopen(request).close()  # noqa: S310 - our own sandbox


def pull(what: str, url: str, connection: psycopg.Connection, moment: datetime) -> Measured:
    """Pull the day of every account once."""
    measured = Measured(what)
    set_clock(url, moment)
    transport = Transport(local_url=f"{url}/open_api/v1.3/", read_timeout=600)
    client = TikTokClient(
        transport,
        access_token=lambda: "sandbox-access-token",
        limiter=NoQuota(),
        clock=lambda: datetime.now(UTC),
        sleep=time.sleep,
        rng=random.Random(1),  # noqa: S311 - jitter
    )
    for advertiser_id, (zone, currency) in ACCOUNTS.items():
        request = Reading(DAY, DAY, "AUCTION_AD", "stat_time_hour", "current").request(
            advertiser_id
        )
        next(iter(read_report(client, request)))  # the sandbox makes the report before its 1st page
        started = time.perf_counter()
        result = load_report(
            connection,
            request,
            read_report(client, request),
            display_timezone=zone,
            currency=currency,
            observed_at=moment,
        )
        measured.seconds += time.perf_counter() - started
        measured.rows += result.rows_read
        measured.changed += result.rows_changed
        if not result.is_complete:
            raise SystemExit(f"the pull is not complete: {result.incomplete_reason}")
    transport.close()
    return measured


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--ads", type=int, default=10_000, help="per advertiser")
    parser.add_argument("--warehouse", help="URI of an empty database; default: an embedded one")
    arguments = parser.parse_args()
    print(f"{'':<22}{'rows':>10}{'snapshots':>12}{'':>9}{'seconds':>10}{'rows/s':>12}")
    with sandbox(arguments.ads) as url, warehouse(arguments.warehouse) as connection:
        first = pull("first pull", url, connection, FIRST_LOOK)
        print(first)
        print(pull("the same again", url, connection, FIRST_LOOK))
        print(pull("after a restatement", url, connection, LATER_LOOK))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    is_fast, is_small = first.rows / first.seconds >= ROWS_GOAL, megabytes <= MEMORY_GOAL
    print(f"goal {ROWS_GOAL:,} rows/s at the first pull: {'met' if is_fast else 'MISSED'}")
    print(f"peak memory {megabytes} MB, goal {MEMORY_GOAL} MB: {'met' if is_small else 'MISSED'}")


if __name__ == "__main__":
    main()
