"""What becomes of events under each kind of answer; the sandbox's log is the truth."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.delivery import Pace, deliver
from airflow_provider_tiktok.warehouse.delivery_result import DeliveryResult, Stopped
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_care import pause, resume
from tests.integration.outbox.conftest import set_clock
from tests.integration.outbox.export import (
    NOW,
    OTHER_PIXEL,
    PIXEL,
    RELATION,
    add_rows,
    purchase,
    states,
)
from tests.integration.outbox.leases import put, switch_off

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from sandbox.server import RunningSandbox

# A run that waits for nothing: what is not due now is left to the next run.
HASTY = Pace(patience=0.0, sleep=lambda _: None)


def run(
    connection: psycopg.Connection[Any], client: TikTokClient, pixel: str = PIXEL
) -> DeliveryResult:
    """Deliver what is due now; back-offs are as long as they can be."""
    return deliver(connection, client, pixel, pace=HASTY, chance=lambda: 0.999)


def later(connection: psycopg.Connection[Any], **hours: float) -> None:
    """Let this session live so much later than NOW."""
    set_clock(connection, NOW + timedelta(**hours))


def in_truth(sandbox: RunningSandbox) -> list[str]:
    """Return the ids that TikTok counted, each as often as it counted it."""
    return sorted(str(event["event_id"]) for event in sandbox.events(decision="counted"))


FAILURES = [
    # kind, outcome of the attempt, may TikTok have it, does TikTok have it
    ("A01", "unknown", True, False),
    ("A02", "unknown", True, False),
    ("A03", "retry", False, False),
    ("A13", "retry", False, False),
    ("A15", "unknown", True, False),
    ("A16", "unknown", True, False),
    ("T05", "unknown", True, False),
    ("T06", "unknown", True, True),
    ("T07", "unknown", True, True),
]


@pytest.mark.parametrize(("kind", "outcome", "is_unknown", "has_it"), FAILURES)
def test_a_failed_call_is_repeated_later_and_counted_once(
    connection: psycopg.Connection[Any],
    client: TikTokClient,
    sandbox: RunningSandbox,
    kind: str,
    outcome: str,
    *,
    is_unknown: bool,
    has_it: bool,
) -> None:
    put(connection, 3)
    sandbox.fault(kind, times=1, endpoint="event/track/")

    first = run(connection, client)

    assert (first.delivered, first.retried, first.unknown) == (0, 3, 3 * is_unknown)
    assert len(in_truth(sandbox)) == 3 * has_it
    row = connection.execute(
        "select distinct outcome, state, has_unknown_outcome from tiktok_ops.event_receipts"
    ).fetchall()
    assert row == [(outcome, "pending", is_unknown)]

    later(connection, hours=1)
    assert run(connection, client).delivered == 3
    assert in_truth(sandbox) == ["ord_1", "ord_2", "ord_3"]


def test_no_connection_is_no_attempt_that_tiktok_could_have_seen(
    connection: psycopg.Connection[Any], make_client: Callable[..., TikTokClient]
) -> None:
    put(connection, 1)
    result = run(connection, make_client(url="http://127.0.0.1:9"))
    assert (result.retried, result.unknown) == (1, 0)
    first_sent = connection.execute("select first_sent_at from tiktok_ops.event_outbox").fetchone()
    assert first_sent == (None,)


@pytest.mark.parametrize(("kind", "outcome"), [("A08", "reauthorise"), ("A09", "configuration")])
def test_a_refused_token_or_permission_keeps_every_event_and_stops_asking(
    connection: psycopg.Connection[Any],
    client: TikTokClient,
    sandbox: RunningSandbox,
    kind: str,
    outcome: str,
) -> None:
    put(connection, 2500)
    sandbox.fault(kind, endpoint="event/track/")

    result = run(connection, client)

    assert result.needs_a_person
    assert result.calls == 1
    assert "request" in str(result.message).lower()
    found = connection.execute(
        "select state, failures, first_sent_at is null, count(*) from tiktok_ops.event_outbox "
        "group by 1, 2, 3"
    ).fetchall()
    assert found == [("pending", 0, True, 2500)]
    calls = connection.execute("select outcome from tiktok_ops.event_batches order by batch_id")
    assert calls.fetchall() == [(outcome,)]

    again = run(connection, client)
    assert (again.calls, again.stopped) == (0, Stopped.BLOCKED)

    sandbox.clear_faults()
    resume(connection, PIXEL)
    assert run(connection, client).delivered == 2500


def test_a_blocked_pixel_asks_again_by_itself_and_does_not_stop_the_others(
    connection: psycopg.Connection[Any],
    client: TikTokClient,
    make_client: Callable[..., TikTokClient],
    sandbox: RunningSandbox,
) -> None:
    add_rows(connection, purchase(1), purchase(2, event_source_id=OTHER_PIXEL))
    enqueue(connection, RELATION, EventSettings())
    assert run(connection, make_client(token="dead")).needs_a_person  # noqa: S106 - no secret
    assert run(connection, client, OTHER_PIXEL).delivered == 1

    later(connection, minutes=6)
    assert run(connection, client).delivered == 1
    blocked = connection.execute("select blocked_at from tiktok_ops.delivery_controls").fetchone()
    assert blocked == (None,)


@pytest.mark.parametrize("kind", ["A05", "A06", "A07"])
def test_a_throttle_ends_the_run_and_counts_nothing_against_the_events(
    connection: psycopg.Connection[Any],
    make_client: Callable[..., TikTokClient],
    sandbox: RunningSandbox,
    kind: str,
) -> None:
    put(connection, 2)
    sandbox.fault(kind, times=1, endpoint="event/track/")

    result = run(connection, make_client())

    assert (result.stopped, result.retried, result.unknown) == (Stopped.THROTTLED, 2, 0)
    assert run(connection, make_client()).calls == 0
    later(connection, minutes=6)
    assert run(connection, make_client()).delivered == 2
    assert in_truth(sandbox) == ["ord_1", "ord_2"]


def test_taken_in_part_is_asked_one_by_one_until_the_receipts_are_true(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    put(connection, 16)
    sandbox.fault("A12", times=3, endpoint="event/track/")
    result = run(connection, client)
    assert result.delivered == 16
    assert in_truth(sandbox) == sorted(f"ord_{number}" for number in range(1, 17))


def test_an_answer_nobody_knows_loses_nothing(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    put(connection, 8)
    sandbox.fault("A17", times=1, endpoint="event/track/")
    assert run(connection, client).delivered == 8
    assert len(in_truth(sandbox)) == 8


def test_a_call_that_is_too_large_is_halved(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    put(connection, 10)
    options = {"code": 40061, "message": "too many"}
    sandbox.fault("A13", times=2, endpoint="event/track/", options=options)
    result = run(connection, client)
    assert (result.delivered, result.quarantined) == (10, 0)


def test_a_timeout_is_not_repeated_unchanged(
    connection: psycopg.Connection[Any],
    make_client: Callable[..., TikTokClient],
    sandbox: RunningSandbox,
) -> None:
    put(connection, 8)
    sandbox.fault("T10", times=1, endpoint="event/track/")
    pace = Pace(patience=60.0, sleep=lambda _: later(connection, minutes=1))

    result = deliver(
        connection, make_client(read_timeout=0.3), PIXEL, pace=pace, chance=lambda: 0.5
    )

    assert result.delivered == 8
    sizes = connection.execute("select events from tiktok_ops.event_batches order by batch_id")
    assert [size for (size,) in sizes] == [8, 4, 4]


def test_a_run_leaves_tiktok_alone_that_fails_again_and_again(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    put(connection, 9000)
    sandbox.fault("A03", endpoint="event/track/")
    pace = Pace(patience=60.0, sleep=lambda _: None)
    result = deliver(connection, client, PIXEL, pace=pace, chance=lambda: 0.999)
    assert (result.stopped, result.calls) == (Stopped.FAILING, 6)


def test_back_off_grows_and_the_servers_wait_is_its_least(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    put(connection, 1)
    sandbox.fault("A13", endpoint="event/track/", options={"code": 50000})
    waits = []
    for hour in range(1, 13):
        later(connection, hours=hour)
        run(connection, client)
        row = connection.execute(
            "select extract(epoch from next_attempt_at - tiktok_ops.now())::float8 "
            "from tiktok_ops.event_outbox"
        ).fetchone()
        assert row is not None
        waits.append(round(row[0]))
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 511, 899, 899, 899]

    sandbox.clear_faults()
    sandbox.fault("A03", endpoint="event/track/", options={"retry_after": 900})
    later(connection, hours=14)
    deliver(connection, client, PIXEL, pace=HASTY, chance=lambda: 0.0)
    row = connection.execute(
        "select next_attempt_at - tiktok_ops.now() > interval '14 minutes' "
        "from tiktok_ops.event_outbox"
    ).fetchone()
    assert row == (True,)


def test_a_paused_pixel_waits(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    put(connection, 1)
    pause(connection, PIXEL, paused_by="ann")
    assert run(connection, client).stopped is Stopped.PAUSED
    resume(connection, PIXEL)
    assert run(connection, client).delivered == 1


def test_a_pixel_that_is_switched_off_waits(
    connection: psycopg.Connection[Any], client: TikTokClient
) -> None:
    put(connection, 1)
    switch_off(connection)
    assert run(connection, client).stopped is Stopped.PAUSED
    assert states(connection) == {"ord_1": "pending"}


def test_a_run_that_is_asked_to_stop_gives_back_what_it_did_not_send(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    put(connection, 3000)
    asked = iter([False] * 4 + [True] * 100)
    result = deliver(connection, client, PIXEL, stop=lambda: next(asked))
    assert result.stopped is Stopped.ASKED
    found = dict(
        connection.execute(
            "select state, count(*) from tiktok_ops.event_outbox group by 1"
        ).fetchall()
    )
    assert found == {"delivered": result.delivered, "pending": 3000 - result.delivered}
    assert 0 < result.delivered < 3000
    assert len(in_truth(sandbox)) == result.delivered
