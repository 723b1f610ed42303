# ruff: noqa: INP001 - a program, run by its path
"""Live a year in an hour: hourly pulls, daily syncs, retention; print how tables and times grow.

    python benchmarks/year.py                 # a week
    python benchmarks/year.py --days 365      # 8,760 hourly pulls

Everything is real but the waiting: PostgreSQL, the sandbox over HTTP, the engine's own loops.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from airflow_provider_tiktok.api.accounts import advertiser_info, list_pixels
from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.reports import ReportRequest, read_report
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
    from collections.abc import Sequence

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
    pg_database_size(current_database())
"""


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
            for reading in due_for(self.connection, advertiser, moment, first_day=first_day):
                request = ReportRequest(
                    advertiser_id=advertiser.advertiser_id,
                    data_level=reading.data_level,
                    time_dimension=reading.time_dimension,
                    start_date=reading.start_date,
                    end_date=reading.end_date,
                    include_promoted=True,
                )
                load_report(
                    self.connection,
                    request,
                    read_report(self.client, request),
                    display_timezone=advertiser.display_timezone or "UTC",
                    currency=advertiser.currency,
                    run_id=moment.isoformat(),
                )

    def sync(self, day: int, orders: int) -> float:
        """Do what a daily sync does, and return the seconds of enqueue and delivery."""
        with psycopg.ClientCursor(self.connection) as cursor:
            cursor.execute(ORDERS, {"day": day, "pixel": PIXEL, "orders": orders})
        started = time.perf_counter()
        enqueue(self.connection, RELATION, EventSettings())
        deliver(self.connection, self.client, PIXEL, settings=EventSettings())
        return time.perf_counter() - started


def main() -> None:
    """Print one line a week, or a day where there are few."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=7, help="length (default 7)")
    parser.add_argument("--orders", type=int, default=500, help="orders a day (default 500)")
    asked = parser.parse_args()
    world = World(seed=1, start=START, days=asked.days)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with EmbeddedPostgres(Path(folder) / "postgres", {"synchronous_commit": "off"}) as server:
            uri = server.create_database("year")
            with connect(uri) as connection, start_server(world) as sandbox:
                migrate(connection)
                connection.execute(EXPORT)
                year = Year(connection, sandbox)
                year.at(START)
                year.import_accounts([one.advertiser_id for one in world.advertisers])
                play(year, asked.days, asked.orders)


def play(year: Year, days: int, orders: int) -> None:
    """Live the days, and print how long they took and what they left."""
    print(f"{days} days, {24 * days} hourly runs, {orders} orders a day")
    head = ("day", "ms an hour", "s a sync", "pulls", "snapshots", "outbox", "payloads", "MB")
    print(" ".join(f"{name:>10}" for name in head))
    every = 7 if days > 28 else 1  # noqa: PLR2004 - a line a week or a day
    spent, synced = 0.0, 0.0
    for day in range(1, days + 1):
        for hour in range(24):
            moment = START + timedelta(days=day - 1, hours=hour + 1)
            year.at(moment)
            started = time.perf_counter()
            year.pull(moment, START.date())
            spent += time.perf_counter() - started
        synced += year.sync(day, orders)
        if day % 7 == 0:
            retain(year.connection)
            retain_pulls(year.connection)
        if day % every == 0 or day == days:
            row = year.connection.execute(SIZES).fetchone()
            assert row is not None  # noqa: S101 - one row of counts
            shown = (day, round(1000 * spent / (24 * every)), f"{synced / every:.2f}", *row[:-1])
            print(" ".join(f"{cell:>10}" for cell in (*shown, row[-1] // 2**20)), flush=True)
            spent, synced = 0.0, 0.0
    accepted = len(year.sandbox.events(limit=10**9))
    print(json.dumps({"events_accepted": accepted, "events_ordered": days * orders}))


if __name__ == "__main__":
    main()
