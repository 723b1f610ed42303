"""TikTok forgets an event after 48 hours: nothing of unknown outcome leaves after 47."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow_provider_tiktok.warehouse.outbox_batches import Limits
from tests.chaos.bench import Bench
from tests.integration.outbox.export import NOW, purchase

if TYPE_CHECKING:
    from tests.chaos.servers import SandboxProcess

EVENTS = 2_000
LIMITS = Limits()
# The hours of the runs; TikTok's window ends at 48.
HOURS = (0, 1, 12, 30, 46.2, 46.8, 47.2, 47.9, 48.2, 60, 100)
STATES = "select state, reason, count(*) from tiktok_ops.event_outbox group by 1, 2"
ALERTS = "select count(*) from tiktok_ops.event_outbox where reason is not null and hint is null"


def test_an_unknown_outcome_is_never_sent_again_after_47_hours(
    warehouse: str, sandbox_process: SandboxProcess
) -> None:
    bench = Bench(warehouse, sandbox_process)
    bench.prepare()
    bench.set_clock(timedelta(0))
    rows = [purchase(number) for number in range(1, EVENTS + 1)]
    bench.enqueue(rows)
    # Every call is carried out, and no answer ever comes back.
    sandbox_process.control.fault("T06", endpoint="events")
    for hour in HOURS:
        bench.set_clock(timedelta(hours=hour))
        for _ in range(EVENTS // LIMITS.batch_size):
            bench.deliver(limits=LIMITS)  # a run gives up after its first failure

    assert bench.database.execute(STATES).fetchall() == [
        ("expired_unknown", "outcome_unknown", EVENTS)
    ]
    assert bench.database.execute(ALERTS).fetchone() == (0,)
    received, decisions = received_hours(sandbox_process)
    assert len(received) == EVENTS
    assert max(max(hours) - min(hours) for hours in received.values()) <= 47
    assert min(len(hours) for hours in received.values()) > 1, "they were resent before"
    assert decisions["counted"] == EVENTS


def test_a_call_that_never_succeeds_is_given_up_within_the_window(
    warehouse: str, sandbox_process: SandboxProcess
) -> None:
    bench = Bench(warehouse, sandbox_process)
    bench.prepare()
    bench.set_clock(timedelta(0))
    rows = [purchase(number) for number in range(1, 101)]
    bench.enqueue(rows)
    sandbox_process.control.fault("A13", endpoint="events", options={"code": 50000})
    calls = {}
    for hour in HOURS:
        bench.set_clock(timedelta(hours=hour))
        calls[hour] = bench.deliver(limits=LIMITS).calls

    assert bench.database.execute(STATES).fetchall() == [
        ("quarantined", "retries_exhausted", len(rows))
    ]
    assert [hour for hour, number in calls.items() if number] == [0, 1, 12, 30]
    assert received_hours(sandbox_process)[0] == {}


def test_the_time_in_which_nobody_tries_gives_no_event_up(
    warehouse: str, sandbox_process: SandboxProcess
) -> None:
    bench = Bench(warehouse, sandbox_process)
    bench.prepare()
    bench.set_clock(timedelta(0))
    bench.enqueue([purchase(1)])
    sandbox_process.control.fault("A13", endpoint="events", options={"code": 50000}, times=6)
    for minutes in range(0, 120, 20):
        bench.set_clock(timedelta(minutes=minutes))
        bench.deliver(limits=LIMITS)
    # The pixel was paused for three days.
    bench.set_clock(timedelta(hours=72))
    bench.deliver(limits=LIMITS)
    assert bench.database.execute(STATES).fetchall() == [("delivered", None, 1)]


def received_hours(sandbox: SandboxProcess) -> tuple[dict[str, list[float]], Counter[str]]:
    """Return when the sandbox took each copy, in hours since NOW, and what it decided."""
    received: dict[str, list[float]] = defaultdict(list)
    decisions: Counter[str] = Counter()
    for line in sandbox.truth_log.read_text().splitlines():
        record = json.loads(line)
        for (_, event_id, _), decision in zip(
            record.get("keys", ()), record.get("decisions", ()), strict=True
        ):
            received[event_id].append((record["received_at"] - NOW.timestamp()) / 3600)
            decisions[decision] += 1
    return received, decisions
