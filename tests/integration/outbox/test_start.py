"""What changes after a claim holds back what has not left: a person forgotten, a pixel stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.warehouse import outbox_batches as batches
from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.delivery_result import Stopped
from airflow_provider_tiktok.warehouse.outbox_batches import Limits
from airflow_provider_tiktok.warehouse.outbox_care import forget, pause, resume
from tests.integration.outbox.export import PIXEL, states
from tests.integration.outbox.leases import LIMITS, put, switch_off, take

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.messages import ApiRequest, ApiResponse
    from sandbox.server import RunningSandbox

EVENTS = 8


def pause_it(connection: psycopg.Connection[Any]) -> None:
    """Pause the pixel, as a person does."""
    pause(connection, PIXEL, paused_by="ann")


def block_it(connection: psycopg.Connection[Any]) -> None:
    """Block the pixel, as another worker does that TikTok refused."""
    refusal = dict.fromkeys(("reason", "code", "message", "request_id"))
    connection.execute(
        statement("delivery/block"), {"event_source_id": PIXEL, "seconds": "300 s", **refusal}
    )


def switch_it_on(connection: psycopg.Connection[Any]) -> None:
    """Undo whatever stopped the pixel."""
    resume(connection, PIXEL)
    connection.execute("update tiktok_raw.pixels set is_enabled = true")


STOPS = [
    pytest.param(pause_it, Stopped.PAUSED, id="paused"),
    pytest.param(block_it, Stopped.BLOCKED, id="blocked"),
    pytest.param(switch_off, Stopped.PAUSED, id="switched off"),
]


@dataclass
class Meanwhile:
    """A client during whose first call somebody does something at the warehouse."""

    client: TikTokClient
    calls: list[bytes] = field(default_factory=list)
    happens: Callable[[psycopg.Connection[Any]], object] = lambda _: None


@pytest.fixture
def meanwhile(
    make_client: Callable[..., TikTokClient], other: psycopg.Connection[Any]
) -> Meanwhile:
    """Make such a client."""

    class Watched(Transport):
        def send(self, request: ApiRequest, access_token: str | None) -> ApiResponse:
            assert isinstance(request.body, bytes)
            made.calls.append(request.body)
            if len(made.calls) == 1:
                made.happens(other)
            return super().send(request, access_token)

    made = Meanwhile(make_client(transport=Watched))
    return made


@pytest.mark.parametrize("why", ["refused", "too large"])
def test_a_person_forgotten_meanwhile_is_in_no_piece_of_a_call(
    connection: psycopg.Connection[Any],
    sandbox: RunningSandbox,
    meanwhile: Meanwhile,
    why: str,
) -> None:
    put(connection, EVENTS)
    gone = EVENTS if why == "too large" else 2
    if why == "refused":
        sandbox.fault("A11", times=1, endpoint="event/track/")
    meanwhile.happens = lambda other: forget(other, [f"person_{gone}"], forgotten_by="ann")
    limits = Limits(batch_bytes=2_000) if why == "too large" else LIMITS

    result = deliver(connection, meanwhile.client, PIXEL, limits=limits)

    assert len(meanwhile.calls) > 1
    assert [body for body in meanwhile.calls[1:] if f'"ord_{gone}"'.encode() in body] == []
    assert (result.delivered, result.suppressed) == (EVENTS - 1, 1)
    assert states(connection)[f"ord_{gone}"] == "suppressed payload_removed"
    assert len(sandbox.events()) == EVENTS - 1


@pytest.mark.parametrize(("stop", "stopped"), STOPS)
def test_a_pixel_stopped_meanwhile_keeps_the_pieces_of_a_refused_call(
    connection: psycopg.Connection[Any],
    sandbox: RunningSandbox,
    meanwhile: Meanwhile,
    stop: Callable[[psycopg.Connection[Any]], None],
    stopped: Stopped,
) -> None:
    put(connection, EVENTS)
    sandbox.fault("A11", times=1, endpoint="event/track/")

    meanwhile.happens = stop

    result = deliver(connection, meanwhile.client, PIXEL)

    assert (len(meanwhile.calls), result.calls, result.stopped) == (1, 1, stopped)
    waits = "select distinct state, has_unknown_outcome, first_sent_at from tiktok_ops.event_outbox"
    assert connection.execute(waits).fetchall() == [("pending", False, None)]

    switch_it_on(connection)
    assert deliver(connection, meanwhile.client, PIXEL).delivered == EVENTS
    assert len(sandbox.events(decision="counted")) == EVENTS


def test_a_batch_is_not_started_with_somebody_who_was_forgotten(
    connection: psycopg.Connection[Any],
) -> None:
    put(connection, 2)
    batch = take(connection)
    forget(connection, ["person_1"], forgotten_by="ann")
    assert not batches.start(connection, batch, LIMITS)


@pytest.mark.parametrize(("stop", "_stopped"), STOPS)
def test_a_batch_is_not_started_once_its_pixel_is_stopped(
    connection: psycopg.Connection[Any],
    stop: Callable[[psycopg.Connection[Any]], None],
    _stopped: Stopped,
) -> None:
    put(connection)
    batch = take(connection)
    stop(connection)
    assert not batches.start(connection, batch, LIMITS)
    switch_it_on(connection)
    assert batches.start(connection, batch, LIMITS)
