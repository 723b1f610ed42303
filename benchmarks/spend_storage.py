# ruff: noqa: INP001 - a program, run by its path
"""What a month of hourly pulls takes on disk, against the distinct values that TikTok told in it.

    python benchmarks/spend_storage.py [--days 30] [--ads 60]

Pulls one account from the sandbox every hour as the DAG does: today and yesterday again and again,
the days before as they are due, while TikTok restates them. Then it writes every distinct value of
each ad and hour once into an empty copy of the table, and compares the bytes.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.limiter import MemoryLimiter
from airflow_provider_tiktok.api.reports import read_report
from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers, save_advertisers
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.migrate import migrate
from airflow_provider_tiktok.warehouse.spend import load_report
from airflow_provider_tiktok.warehouse.spend_coverage import due_for
from sandbox.postgres import EmbeddedPostgres
from sandbox.server import STATIC_TOKEN, start_server
from sandbox.world import World

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from airflow_provider_tiktok.warehouse.accounts import Advertiser
    from sandbox.server import RunningSandbox

GOAL = 1.5
DISTINCT = """
create table tiktok_raw.distinct_values (like tiktok_raw.spend_snapshots including all);
insert into tiktok_raw.distinct_values
select distinct on (
    advertiser_id, data_level, time_dimension, stat_time, entity_id, spend, impressions, clicks,
    conversion, complete_payment, total_complete_payment_rate
) *
from tiktok_raw.spend_snapshots
"""
# What hourly pulls write: the snapshots, the log of pulls, and what no ad explains.
SIZES = """
select
    pg_total_relation_size('tiktok_raw.spend_snapshots'),
    pg_total_relation_size('tiktok_raw.report_pulls')
    + pg_total_relation_size('tiktok_raw.spend_gaps'),
    pg_total_relation_size('tiktok_raw.distinct_values'),
    (select count(*) from tiktok_raw.spend_snapshots),
    (select count(*) from tiktok_raw.report_pulls),
    (select count(*) from tiktok_raw.distinct_values)
"""


class Hourly:
    """An account, pulled at one moment after the other."""

    def __init__(self, sandbox: RunningSandbox, connection: psycopg.Connection) -> None:
        self._sandbox = sandbox
        self._connection = connection
        self._waited = timedelta()
        self.rows = 0

    def pull(self, client: TikTokClient, advertiser: Advertiser, moment: datetime) -> None:
        """Pull what is due at a moment."""
        self._sandbox.set_clock(moment)
        for _ in range(2):
            for reading in due_for(self._connection, advertiser, moment):
                request = reading.request(advertiser.advertiser_id)
                result = load_report(
                    self._connection,
                    request,
                    read_report(client, request),
                    display_timezone=advertiser.display_timezone,
                    currency=advertiser.currency,
                    observed_at=moment,
                )
                self.rows += result.rows_read


def pull_all(world: World, connection: psycopg.Connection) -> int:
    """Pull the first account at every hour of the world; return the rows that were read."""
    account = world.advertisers[0]
    infos = [asdict(account) | {"advertiser_name": account.name}]
    save_advertisers(connection, "tiktok", infos)
    [advertiser] = enabled_advertisers(connection, "tiktok")
    with start_server(world, clock_speed=0.0) as sandbox:
        hourly = Hourly(sandbox, connection)
        transport = Transport(local_url=sandbox.api_url)
        moment = world.start
        client = TikTokClient(
            transport,
            access_token=lambda: STATIC_TOKEN,
            limiter=MemoryLimiter("ultimate", lambda: moment),
            clock=lambda: moment,
            sleep=lambda seconds: None,  # noqa: ARG005 - time is the world's own
            rng=random.Random(1),  # noqa: S311 - jitter
        )
        while moment < world.end:
            moment += timedelta(hours=1)
            hourly.pull(client, advertiser, moment)
        transport.close()
    return hourly.rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--ads", type=int, default=60)
    given = parser.parse_args()
    world = World(days=given.days, ads_per_advertiser=given.ads)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        EmbeddedPostgres(Path(folder) / "data", {"fsync": "off"}) as server,
        connect(server.create_database("warehouse")) as connection,
    ):
        migrate(connection)
        read = pull_all(world, connection)
        connection.execute(DISTINCT)
        [sizes] = connection.execute(SIZES).fetchall()
    snapshots, log, distinct, rows, pulls, values = sizes
    print(f"{given.days} days, {given.ads} ads, pulled every hour: {read:,} report rows read")
    print(f"{'':<22}{'rows':>12}{'bytes':>14}{'bytes a day':>14}")
    for what, count, size in (
        ("snapshots", rows, snapshots),
        ("pulls and gaps", pulls, log),
        ("distinct values", values, distinct),
    ):
        print(f"{what:<22}{count:>12,}{size:>14,}{size // given.days:>14,}")
    ratio = (snapshots + log) / distinct
    verdict = "met" if ratio <= GOAL else "MISSED"
    print(f"in all {ratio:.2f} times the distinct values (goal: {GOAL}): {verdict}")


if __name__ == "__main__":
    main()
