# ruff: noqa: INP001 - a program, run by its path
"""Pull one day of one advertiser into the ledger, as a process of its own, and say how it went.

python benchmarks/spend_ours.py URL WAREHOUSE ADVERTISER TIME_ZONE DAY
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, date, datetime

from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.reports import read_report
from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.spend import load_report
from airflow_provider_tiktok.warehouse.spend_schedule import Reading


class NoQuota:
    """A limiter that never says wait before TikTok does."""

    def __init__(self) -> None:
        self._until = 0.0

    def acquire(self, group: str) -> float:  # noqa: ARG002 - the interface's argument
        """Return what is left of a cool-down."""
        return max(self._until - time.monotonic(), 0.0)

    def cool_down(self, group: str, seconds: float) -> None:  # noqa: ARG002 - as above
        """Wait a hundredth of what TikTok's rules ask for: what is counted is rows, not minutes."""
        self._until = time.monotonic() + seconds / 100


def main(url: str, warehouse: str, advertiser_id: str, zone: str, day: str) -> None:
    """Pull and print how many rows came, and whether that is provably all."""
    transport = Transport(local_url=url, read_timeout=600)
    client = TikTokClient(
        transport,
        access_token=lambda: "sandbox-access-token",
        limiter=NoQuota(),
        clock=lambda: datetime.now(UTC),
        sleep=lambda seconds: time.sleep(min(seconds, 0.05)),
        rng=random.Random(1),  # noqa: S311 - jitter
    )
    on = date.fromisoformat(day)
    request = Reading(on, on, "AUCTION_AD", "stat_time_hour", "current").request(advertiser_id)
    with connect(warehouse) as connection:
        result = load_report(
            connection,
            request,
            read_report(client, request),
            display_timezone=zone,
            currency=None,
        )
    print(result.rows_read, result.is_complete)
    transport.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
