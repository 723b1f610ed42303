# ruff: noqa: INP001 - a program, run by its path
"""Live a year in half an hour: hourly pulls, daily syncs and upkeep; print what grows.

    python benchmarks/year.py                 # a week
    python benchmarks/year.py --days 365      # 8,760 hourly pulls

Everything is real but the waiting: PostgreSQL, the sandbox over HTTP, the engine's own loops.
`--accounts 3` pulls all of the world's accounts; one is enough to see what grows. Times are of the
CPU (Linux), so that a busy machine does not look like growth.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import tempfile
import time
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import psycopg

from airflow_provider_tiktok.api.accounts import advertiser_info, list_pixels
from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.reports import read_report
from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.accounts import (
    enabled_advertisers,
    save_advertisers,
    save_pixels,
)
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.migrate import migrate
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_care import retain
from airflow_provider_tiktok.warehouse.spend import load_report
from airflow_provider_tiktok.warehouse.spend_care import retain_pulls
from airflow_provider_tiktok.warehouse.spend_coverage import due_for
from sandbox.postgres import EmbeddedPostgres
from sandbox.server import STATIC_TOKEN, start_server
from sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_provider_tiktok.warehouse.accounts import Advertiser
    from airflow_provider_tiktok.warehouse.spend_schedule import Reading
    from sandbox.server import RunningSandbox

START = datetime(2026, 1, 1, tzinfo=UTC)
PIXEL = "CUS00000000000000001"
RELATION = "exports.orders"
EXPORT = """
create schema exports;
create table exports.orders (
    event_id text, kind text, event text, event_source text, event_source_id text,
    connection_id text, event_time timestamptz, purchase_event_id text, subject_key text,
    consent_state text, limited_data_use boolean, ttclid text, ttp text, email text, phone text,
    external_id text, first_name text, last_name text, ip text, user_agent text, locale text,
    country text, region text, city text, zip text, value numeric, currency text, contents jsonb,
    content_type text, order_id text, page_url text, page_referrer text, campaign_id text,
    ad_group_id text, ad_id text
);
"""
# The view that a user exports holds the orders of the last weeks, not all of them.
ORDERS = """
delete from exports.orders where event_time < tiktok_ops.now() - interval '28 days';
insert into exports.orders (
    event_id, kind, event, event_source, event_source_id, connection_id, event_time, subject_key,
    consent_state, limited_data_use, ttclid, email, ip, user_agent, value, currency, page_url
)
select
    %(day)s || '_' || n, 'conversion', 'CompletePayment', 'web', %(pixel)s, 'tiktok_default',
    tiktok_ops.now() - n * interval '30 seconds', 'person_' || n, 'granted', false,
    'E.C.P.' || n, 'person' || n || '@shop.example', '73.162.1.9', 'Mozilla/5.0', 12.5, 'USD',
    'https://us.northwind.example/thanks'
from generate_series(1, %(orders)s) as n
"""
SIZES = """
select
    (select count(*) from tiktok_raw.report_pulls),
    (select count(*) from tiktok_raw.spend_snapshots),
    (select count(*) from tiktok_ops.event_outbox),
    (select count(*) from tiktok_ops.event_payloads where payload is not null),
    pg_database_size(current_database()) / 1048576
"""
TABLES = """
select schemaname || '.' || relname, n_live_tup, pg_total_relation_size(relid) / 1048576.0
from pg_stat_user_tables
where pg_total_relation_size(relid) > 1048576 and schemaname <> 'exports'
order by 3 desc
"""
# As often as the operator of tiktok_spend asks what is due.
ROUNDS = 2


class NoLimiter:
    """A quota without an end: the waits of a year are not what is measured."""

    def acquire(self, group: str) -> float:  # noqa: ARG002 - the interface's argument
        """Return 0: go."""
        return 0.0

    def cool_down(self, group: str, seconds: float) -> None:
        """Do nothing."""


class Year:
    """The engine on a warehouse and a sandbox, hour by hour."""

    def __init__(self, connection: psycopg.Connection[Any], sandbox: RunningSandbox) -> None:
        self.connection = connection
        self.sandbox = sandbox
        self.client = TikTokClient(
            Transport(local_url=sandbox.url),
            access_token=lambda: STATIC_TOKEN,
            limiter=NoLimiter(),
            clock=lambda: datetime.now(UTC),
            sleep=time.sleep,
            rng=random.Random(1),  # noqa: S311 - spreads retries
        )

    def import_accounts(self, ids: Sequence[str]) -> None:
        """Import the world's advertisers and pixels."""
        granted = list(advertiser_info(self.client, ids))
        save_advertisers(self.connection, "tiktok_default", granted)
        for account in granted:
            pixels = list_pixels(self.client, account.advertiser_id)
            save_pixels(self.connection, account.advertiser_id, pixels)

    def at(self, moment: datetime) -> None:
        """Let the warehouse and TikTok live at that moment."""
        self.sandbox.set_clock(moment)
        offset = (moment - datetime.now(UTC)).total_seconds()
        self.connection.execute(
            "select set_config('tiktok.clock_offset', %s, false)", [f"{offset:.3f} seconds"]
        )

    def pull(self, moment: datetime, first_day: date) -> None:
        """Do what an hourly run of tiktok_spend does."""
        for advertiser in enabled_advertisers(self.connection, "tiktok_default"):
            done: set[Reading] = set()
            for _ in range(ROUNDS):
                due = due_for(self.connection, advertiser, moment, first_day=first_day)
                for reading in due:
                    if reading not in done:
                        done.add(reading)
                        self._load(advertiser, reading, run_id=moment.isoformat())

    def _load(self, advertiser: Advertiser, reading: Reading, *, run_id: str) -> None:
        request = reading.request(advertiser.advertiser_id)
        load_report(
            self.connection,
            request,
            read_report(self.client, request),
            display_timezone=advertiser.display_timezone or "UTC",
            currency=advertiser.currency,
            run_id=run_id,
        )

    def order(self, day: int, orders: int) -> None:
        """Let people buy, each half a minute apart."""
        with psycopg.ClientCursor(self.connection) as cursor:
            cursor.execute(ORDERS, {"day": day, "pixel": PIXEL, "orders": orders})

    def enqueue(self) -> None:
        """Do what the first half of a daily sync does."""
        enqueue(self.connection, RELATION, EventSettings())

    def deliver(self) -> None:
        """Do what the other half does: claim, send, settle."""
        deliver(self.connection, self.client, PIXEL, settings=EventSettings())

    def upkeep(self) -> None:
        """Do what a run of tiktok_upkeep removes."""
        retain(self.connection)
        retain_pulls(self.connection)


class Spent:
    """CPU by what it was spent on: ours, the sandbox's and that of our PostgreSQL process."""

    def __init__(self, backend: int) -> None:
        self._backend = Path(f"/proc/{backend}/stat")
        self._each: defaultdict[str, list[float]] = defaultdict(list)

    def _now(self) -> float:
        ticks = self._backend.read_text().rpartition(")")[2].split()[11:13]
        return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def on(self, name: str, what: Callable[[], None]) -> None:
        """Do something and note what it took."""
        started = self._now()
        what()
        self._each[name].append(1000 * (self._now() - started))

    def means(self, *names: str) -> list[int]:
        """Return the mean milliseconds of each, and forget them."""
        found = [round(fmean(self._each[name])) for name in names]
        self._each.clear()
        return found


def main() -> None:
    """Print one line for four weeks, or for a day where there are few."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=7, help="length (default 7)")
    parser.add_argument("--orders", type=int, default=500, help="orders a day (default 500)")
    parser.add_argument("--ads", type=int, default=12, help="ads of an account (default 12)")
    parser.add_argument("--accounts", type=int, default=1, help="accounts to pull (default 1)")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)  # the world's small gaps, which every run would name
    world = World(seed=1, start=START, days=asked.days, ads_per_advertiser=asked.ads)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with EmbeddedPostgres(Path(folder) / "postgres", {"synchronous_commit": "off"}) as server:
            uri = server.create_database("year")
            with connect(uri) as connection, start_server(world) as sandbox:
                migrate(connection)
                connection.execute(EXPORT)
                year = Year(connection, sandbox)
                year.at(START)
                ids = [one.advertiser_id for one in world.advertisers]
                year.import_accounts(ids[: asked.accounts])
                play(year, asked.days, asked.orders)


def play(year: Year, days: int, orders: int) -> None:
    """Live the days, and print the CPU that a run took and what they left."""
    print(f"{days} days, {24 * days} hourly runs, {orders} orders a day; ms of CPU a run")
    head = ("day", "pull ms", "enqueue ms", "deliver ms", "upkeep ms",
            "pulls", "snapshots", "outbox", "payloads", "MB")  # fmt: skip
    print(" ".join(f"{name:>10}" for name in head))
    every = 28 if days > 28 else 1  # noqa: PLR2004 - a line for four weeks or a day
    spent = Spent(year.connection.info.backend_pid)
    for day in range(1, days + 1):
        for hour in range(24):
            moment = START + timedelta(days=day - 1, hours=hour + 1)
            year.at(moment)
            spent.on("pull", partial(year.pull, moment, START.date()))
        year.order(day, orders)
        for name, job in (
            ("enqueue", year.enqueue), ("deliver", year.deliver), ("upkeep", year.upkeep)
        ):  # fmt: skip
            spent.on(name, job)
        if day % every == 0 or day == days:
            row = year.connection.execute(SIZES).fetchone()
            assert row is not None  # noqa: S101 - one row of counts
            shown = (day, *spent.means("pull", "enqueue", "deliver", "upkeep"), *row)
            print(" ".join(f"{cell:>10}" for cell in shown), flush=True)
    for table, rows, megabytes in year.connection.execute(TABLES):
        print(f"{table:>40} {rows:>10} rows {megabytes:>8.1f} MB")
    accepted = len(year.sandbox.events(limit=10**9))
    print(json.dumps({"events_accepted": accepted, "events_ordered": days * orders}))


if __name__ == "__main__":
    main()
