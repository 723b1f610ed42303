# ruff: noqa: INP001 - a program, run by its path
"""What an hourly run of the spend models costs, with little and with much history.

    python benchmarks/spend_models.py [--ads 2000] [--days 7 21 90]

For each length of history it fills a ledger, builds the models from nothing, lets an hour pass
(each ad has a new hour, and 1 % of the last two days is restated) and builds them again. Time in
the database is PostgreSQL's own count (pg_stat_database.active_time).

2,000 ads over 90 days are 4.3 million hourly rows: have 10 GB free and half an hour.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
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

ACCOUNT = """
insert into tiktok_raw.advertisers (
    advertiser_id, connection_id, advertiser_name, display_timezone, currency
)
values (%(advertiser)s, 'tiktok_default', 'One', 'America/New_York', 'USD')
"""
PULL = """
insert into tiktok_raw.report_pulls (
    advertiser_id, data_level, time_dimension, start_date, end_date, display_timezone, currency,
    metrics, observed_at, finished_at, rows_changed, is_complete
)
values (
    %(advertiser)s, 'AUCTION_AD', 'stat_time_hour', %(day)s, %(day)s, 'America/New_York', 'USD',
    '{spend}', %(at)s, %(at)s, 1, true
)
returning pull_id
"""
SNAPSHOTS = """
insert into tiktok_raw.spend_snapshots (
    advertiser_id, data_level, time_dimension, stat_time, entity_id, seq, pull_id, observed_at,
    campaign_id, adgroup_id, currency, spend, impressions, clicks, conversion, complete_payment,
    total_complete_payment_rate
)
select
    %(advertiser)s, 'AUCTION_AD', 'stat_time_hour',
    to_char(%(day)s::date + make_interval(hours => hour), 'YYYY-MM-DD HH24:00:00'),
    (1800000000000000 + ad)::text, 1, %(pull)s, %(at)s, (1600000000000000 + ad / 20)::text,
    (1700000000000000 + ad / 5)::text, 'USD', (ad * 7 + hour * 13) %% 997 / 100.0, 10, 1, 0, 0, 0
from generate_series(1, %(ads)s::integer) as ads (ad)
cross join generate_series(%(first_hour)s::integer, %(last_hour)s::integer) as hours (hour)
"""
RESTATED = """
insert into tiktok_raw.spend_snapshots (
    advertiser_id, data_level, time_dimension, stat_time, entity_id, seq, pull_id, observed_at,
    campaign_id, adgroup_id, currency, spend, impressions, clicks, conversion, complete_payment,
    total_complete_payment_rate
)
select
    advertiser_id, data_level, time_dimension, stat_time, entity_id, seq + 1, %(pull)s, %(at)s,
    campaign_id, adgroup_id, currency, spend + 0.01, impressions, clicks, conversion,
    complete_payment, total_complete_payment_rate
from tiktok_raw.spend_snapshots
where
    stat_time >= to_char(%(day)s::date - 1, 'YYYY-MM-DD')
    and pull_id <> %(pull)s
    and hashtext(stat_time || entity_id) %% 100 = 0
"""
ACTIVE = "select active_time / 1000 from pg_stat_database where datname = current_database()"


@dataclass
class Measured:
    """One line of the table; seconds in the database, and of the whole run for the hour."""

    days: int
    rows: int
    rebuild: float
    hour: float
    hour_wall: float

    def __str__(self) -> str:
        """Return the line."""
        return (
            f"{self.days:>5}{self.rows:>12,}{self.rebuild:>12.1f}{self.hour:>10.1f}"
            f"{self.hour / self.rebuild:>9.2f}{self.hour_wall:>12.1f}"
        )


def fill(connection: psycopg.Connection, *, ads: int, days: int) -> None:
    """Write a ledger: every ad in every hour of the days before today, one pull a day."""
    connection.execute(ACCOUNT, {"advertiser": ADVERTISER})
    for ago in range(days, -1, -1):
        [day, at, hour] = connection.execute(
            "select (now() at time zone 'America/New_York')::date - %s, "
            "now() - interval '1 day' * %s, "
            "extract(hour from now() at time zone 'America/New_York')::int - 1",
            [ago, ago],
        ).fetchone()
        write(connection, ads=ads, day=day, at=at, first_hour=0, last_hour=hour if ago == 0 else 23)
    connection.execute("vacuum analyze")


def write(
    connection: psycopg.Connection,
    *,
    ads: int,
    day: object,
    at: object,
    first_hour: int,
    last_hour: int,
) -> int:
    """Write one pull with new hours of a day; return its id."""
    values = {"advertiser": ADVERTISER, "day": day, "at": at, "ads": ads}
    [pull] = connection.execute(PULL, values).fetchone()
    hours = {"first_hour": first_hour, "last_hour": last_hour, "pull": pull}
    connection.execute(SNAPSHOTS, values | hours)
    return pull


def let_an_hour_pass(connection: psycopg.Connection, *, ads: int) -> None:
    """Write what the next hourly pull brings: an hour of each ad, and 1 % of two days restated."""
    [day, at, hour] = connection.execute(
        "select (now() at time zone 'America/New_York')::date, now(), "
        "extract(hour from now() at time zone 'America/New_York')::int"
    ).fetchone()
    pull = write(connection, ads=ads, day=day, at=at, first_hour=hour, last_hour=hour)
    connection.execute(RESTATED, {"day": day, "at": at, "pull": pull})


def build(uri: str, work: str, *arguments: str) -> tuple[float, float]:
    """Run the spend models; return seconds in the database and seconds in all."""
    parts = urlsplit(uri)
    names = ("HOST", "PORT", "USER", "PASSWORD", "DBNAME")
    values = (parts.hostname, str(parts.port), parts.username, parts.password, parts.path[1:])
    given = {f"TIKTOK_WAREHOUSE_{name}": one or "" for name, one in zip(names, values, strict=True)}
    command = [
        *(str(Path(sys.executable).with_name("dbt")), "run", "--selector", "tiktok_spend"),
        *("--project-dir", str(ROOT / "dbt_project"), "--profiles-dir", str(ROOT / "dbt_project")),
        *("--target-path", f"{work}/target", "--log-path", f"{work}/logs", "--quiet"),
        *("--vars", json.dumps({"missing_sources": USER_TABLES}), *arguments),
    ]
    before, started = active_seconds(uri), time.monotonic()
    subprocess.run(command, check=True, env=os.environ | given)  # noqa: S603 - dbt itself
    return active_seconds(uri) - before, time.monotonic() - started


def active_seconds(uri: str) -> float:
    """Return how long the database has worked on statements so far."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("select pg_stat_force_next_flush()")
        [seconds] = connection.execute(ACTIVE).fetchone()
    return float(seconds)


def measure(uri: str, *, ads: int, days: int) -> Measured:
    """Fill an empty warehouse, build it, let an hour pass, and build it again."""
    with psycopg.connect(uri, autocommit=True) as connection, tempfile.TemporaryDirectory() as work:
        migrate(connection)
        fill(connection, ads=ads, days=days)
        rebuild, _ = build(uri, work)
        connection.execute("vacuum analyze")
        let_an_hour_pass(connection, ads=ads)
        hour, wall = build(uri, work)
        [rows] = connection.execute("select count(*) from analytics.fct_spend_hourly").fetchone()
    return Measured(days, rows, rebuild, hour, wall)


@contextlib.contextmanager
def warehouse(number: int) -> Iterator[str]:
    """Give an empty database of an embedded PostgreSQL with its default settings."""
    with (
        tempfile.TemporaryDirectory() as directory,
        EmbeddedPostgres(Path(directory) / "data", {"max_wal_size": "4GB"}) as server,
    ):
        yield server.create_database(f"spend_models_{number}")


def main() -> None:
    """Measure and print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--ads", type=int, default=2000)
    options.add_argument("--days", type=int, nargs="+", default=[7, 21, 90])
    given = options.parse_args()
    print(f"{given.ads:,} ads; seconds in the database, and of the whole hourly run")
    print(f"{'days':>5}{'hour rows':>12}{'from zero':>12}{'an hour':>10}{'share':>9}{'run':>12}")
    lines = []
    for number, days in enumerate(given.days):
        with warehouse(number) as uri:
            lines.append(measure(uri, ads=given.ads, days=days))
            print(lines[-1], flush=True)
    first, last = lines[0], lines[-1]
    print(
        f"An hour after {last.days} days takes {last.hour_wall / first.hour_wall:.2f} times what "
        f"it takes after {first.days} (goal: {HISTORY_GOAL}); in the database "
        f"{last.hour / first.hour:.2f} times.\n"
        f"At {last.rows:,} rows it takes {last.hour / last.rebuild:.2f} of a rebuild "
        f"(goal: {REBUILD_GOAL:.2f})."
    )


if __name__ == "__main__":
    main()
