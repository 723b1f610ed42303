# ruff: noqa: INP001 - a program, run by its path
"""How much of TikTok's quota a pull uses, and whether it is ever told to slow down.

    python benchmarks/spend_quota.py [--ads 6900]

Pulls one day by the hour for three advertisers, a process each as Airflow maps them, from a sandbox
that enforces the Basic tier (10 calls a second, 600 a minute) in real time. The limiter is the one
of production, in the warehouse. What the sandbox counted is what is printed. With the default all
is read within a minute, for which the sandbox keeps the reports it has made.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from spend_load import A_DAY_BY_THE_HOUR, ACCOUNTS, FIRST_LOOK, NoQuota, sandbox, warehouse

from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.reports import read_report
from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.limiter import DatabaseLimiter
from airflow_provider_tiktok.warehouse.spend import load_report
from sandbox.server.control_client import SandboxControl

if TYPE_CHECKING:
    from airflow_provider_tiktok.api.limiter import Limiter

TIER, PER_SECOND, GOAL = "basic", 10, 0.95
APP_ID = "7100000000000000001"


def client_of(url: str, limiter: Limiter) -> TikTokClient:
    """Return a client with an own connection to the sandbox."""
    return TikTokClient(
        Transport(local_url=f"{url}/open_api/v1.3/", read_timeout=600),
        access_token=lambda: "sandbox-access-token",
        limiter=limiter,
        clock=lambda: datetime.now(UTC),
        sleep=time.sleep,
        rng=random.Random(1),  # noqa: S311 - jitter
    )


def make_reports(url: str) -> None:
    """Read a page of each report, so that the making of the world is not measured."""
    for advertiser_id in ACCOUNTS:
        next(iter(read_report(client_of(url, NoQuota()), A_DAY_BY_THE_HOUR.request(advertiser_id))))


def pull(url: str, uri: str, advertiser_id: str) -> None:
    """Pull the day of one account; a process of its own."""
    zone, currency = ACCOUNTS[advertiser_id]
    limiter = DatabaseLimiter(uri, APP_ID, TIER)
    client = client_of(url, limiter)
    request = A_DAY_BY_THE_HOUR.request(advertiser_id)
    with connect(uri) as connection:
        result = load_report(
            connection,
            request,
            read_report(client, request),
            display_timezone=zone,
            currency=currency,
            observed_at=FIRST_LOOK,
        )
    limiter.close()
    print(f"{advertiser_id}: {result.rows_read:,} rows, complete: {result.is_complete}", flush=True)
    sys.exit(0 if result.is_complete else 1)


def main() -> None:
    """Measure and print; end with 1 where the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--ads", type=int, default=6_900, help="per advertiser")
    arguments = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    with sandbox(arguments.ads) as url, warehouse(None) as connection:
        control = SandboxControl(url)
        control.switch(tier="Basic")
        control.set_clock(FIRST_LOOK)
        make_reports(url)
        control.reset("quota", "requests")
        control.set_clock(FIRST_LOOK, speed=1.0)
        uri = connection.info.dsn
        pulls = [spawn.Process(target=pull, args=(url, uri, one)) for one in ACCOUNTS]
        for process in pulls:
            process.start()
        for process in pulls:
            process.join()
        arrivals = sorted(one["at"] for one in control.requests())
        codes = control.state()["codes"]
    seconds = arrivals[-1] - arrivals[0]
    # At any moment the second that has begun may be used up: the last one counts in full.
    used = len(arrivals) / (PER_SECOND * (seconds + 1))
    throttled = codes.get("40100", 0)
    print(f"{len(arrivals):,} calls in {seconds:.1f} s: {used:.1%} of the quota, goal {GOAL:.0%}")
    print(f"{throttled} throttled, goal 0; answers: {codes}")
    is_met = used >= GOAL and throttled == 0 and all(one.exitcode == 0 for one in pulls)
    print("met" if is_met else "MISSED")
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
