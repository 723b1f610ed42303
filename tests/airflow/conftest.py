"""One Airflow for the tests of a file, and what must be true after each of its disasters."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from .fleet import Fleet, airflow_fleet

if TYPE_CHECKING:
    from collections.abc import Iterator

# How often each disaster happens.
ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "1"))
BATCHES = 8
SECONDS_A_CALL = 1.5
TWICE = """
select outbox_id from tiktok_ops.event_attempts
inner join tiktok_ops.event_batches using (batch_id)
where outcome = 'accepted' group by outbox_id having count(*) > 1
"""
WAITING = "select state, count(*) from tiktok_ops.event_outbox group by state"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Airflow with the LocalExecutor, and a TikTok that takes its time over events."""
    with airflow_fleet(tmp_path_factory.mktemp("fleet"), "tiktok_events") as fleet:
        fleet.sandbox.fault("T08", endpoint="events", options={"seconds": SECONDS_A_CALL})
        yield fleet


@pytest.fixture(params=range(ROUNDS), ids=lambda number: f"round {number + 1}")
def backlog(fleet: Fleet) -> Fleet:
    """The fleet, with enough orders to send for a quarter of a minute."""
    fleet.order(1000 * BATCHES)
    return fleet


def check_delivery(fleet: Fleet) -> None:
    """Every order is at TikTok and counted once, and no call was acknowledged twice."""
    orders = fleet.rows("select count(*) from analytics.exp_tiktok__conversion_events")[0][0]
    assert fleet.rows(WAITING) == [("delivered", orders)]
    decisions = Counter(event["decision"] for event in fleet.sandbox.events(limit=10**6))
    assert decisions["counted"] == orders
    assert fleet.rows(TWICE) == []
