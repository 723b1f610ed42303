"""A task that Airflow stops answers for the call on its way and takes no other."""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.operators.events import (
    TikTokDeliverEventsOperator,
    TikTokEnqueueEventsOperator,
)
from tests.airflow.fleet import EXPORT, ORDERS

if TYPE_CHECKING:
    from .conftest import Stage

US = "CUS00000000000000001"
CONTEXT: Any = {"run_id": "today"}
SECONDS_A_CALL = 1.0
CALLS = "select outcome, count(*) from tiktok_ops.event_batches group by outcome"
STATES = "select state, count(*) from tiktok_ops.event_outbox group by state order by state"


def test_the_call_on_its_way_is_recorded_and_the_rest_waits_for_the_next_run(stage: Stage) -> None:
    stage.at(datetime.now(UTC))
    stage.write(EXPORT)
    stage.write(ORDERS, 5000)  # half of them of this pixel: three calls of a thousand
    TikTokEnqueueEventsOperator(task_id="enqueue").execute(CONTEXT)
    stage.sandbox.fault("T08", endpoint="events", options={"seconds": SECONDS_A_CALL})
    task = TikTokDeliverEventsOperator(task_id="deliver", pixel_code=US)
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(task.execute(CONTEXT)))
    thread.start()
    while "sent" not in dict(stage.rows(CALLS)):
        assert thread.is_alive()
        time.sleep(0.02)
    task.on_kill()
    started = time.monotonic()
    thread.join()
    sys.stdout.write(f"recorded {time.monotonic() - started:.2f} s after on_kill\n")

    calls = dict(stage.rows(CALLS))
    assert calls.pop("accepted") == 1
    assert set(calls) <= {"not_sent"}  # claimed ahead, and given back
    assert [(r["calls"], r["delivered"], r["stopped"]) for r in results] == [(1, 1000, "asked")]
    assert stage.rows(STATES) == [("delivered", 1000), ("pending", 4000)]
    stage.sandbox.clear_faults()
    TikTokDeliverEventsOperator(task_id="deliver", pixel_code=US).execute(CONTEXT)
    assert stage.rows(STATES) == [("delivered", 2500), ("pending", 2500)]
    sent = [event["event_id"] for event in stage.sandbox.events(limit=10**6)]
    assert (len(sent), len(set(sent))) == (2500, 2500)
