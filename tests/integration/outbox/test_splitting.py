"""Poison rows: the good events of a refused call go, the bad ones are quarantined, nothing else."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_batches import Limits
from tests.integration.outbox.export import PIXEL, RELATION, add_rows, purchase

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.messages import ApiRequest, ApiResponse
    from sandbox.server import RunningSandbox

EVENTS = 1000
COPY_ROWS = """
insert into exports.events
select (jsonb_populate_record(
    model, jsonb_build_object(
        'event_id', 'ord_' || number,
        'order_id', number::text,
        'currency', case when number = any(%(bad)s::int[]) then 'XXX' else 'USD' end
    )
)).*
from exports.events as model
cross join generate_series(1, %(events)s) as numbers (number)
where model.event_id = 'ord_0'
"""


def put(connection: psycopg.Connection[Any], bad: set[int], events: int = EVENTS) -> None:
    """Bring purchases 1 to `events` into the outbox; the bad ones in a currency TikTok refuses."""
    add_rows(connection, purchase(0))
    connection.execute(COPY_ROWS, {"bad": sorted(bad), "events": events})
    connection.execute("delete from exports.events where event_id = 'ord_0'")
    enqueue(connection, RELATION, EventSettings())


class SilentTransport(Transport):
    """TikTok without the index in its messages."""

    def send(self, request: ApiRequest, access_token: str | None) -> ApiResponse:
        """Return the answer, which does not say where the fault is."""
        answer = super().send(request, access_token)
        return replace(answer, body=re.sub(rb"Batch\.[0-9]+\.", b"", answer.body))


@pytest.mark.parametrize(
    ("count", "transport"),
    [(1, Transport), (3, Transport), (40, Transport), (1, SilentTransport), (10, SilentTransport)],
)
def test_exactly_the_bad_events_are_quarantined_within_the_bound_of_calls(
    connection: psycopg.Connection[Any],
    make_client: Callable[..., TikTokClient],
    sandbox: RunningSandbox,
    count: int,
    transport: type[Transport],
) -> None:
    bad = {1 + index * (EVENTS // count) for index in range(count)}
    put(connection, bad)
    client = make_client(transport=transport)

    result = deliver(connection, client, PIXEL)

    assert (result.delivered, result.quarantined) == (EVENTS - count, count)
    assert result.calls <= 2 * count * (math.log2(EVENTS / count) + 1) + count + 1
    quarantined = connection.execute(
        "select event_id from tiktok_ops.event_outbox where state = 'quarantined'"
    ).fetchall()
    assert {event_id for (event_id,) in quarantined} == {f"ord_{number}" for number in bad}
    received = {str(event["event_id"]) for event in sandbox.events(decision="counted", limit=2000)}
    assert received == {f"ord_{number}" for number in range(1, EVENTS + 1) if number not in bad}


def test_every_attempt_of_every_event_has_its_receipt(
    connection: psycopg.Connection[Any], client: TikTokClient
) -> None:
    put(connection, {3, 7}, events=10)
    deliver(connection, client, PIXEL)
    gaps = connection.execute(
        "select outbox_id from tiktok_ops.event_outbox as outbox "
        "left join tiktok_ops.event_attempts as attempts using (outbox_id) "
        "group by outbox_id, outbox.attempts "
        "having count(*) <> outbox.attempts or max(attempt) <> outbox.attempts"
    ).fetchall()
    assert gaps == []
    unanswered = connection.execute(
        "select count(*) from tiktok_ops.event_receipts where request_id is null"
    ).fetchone()
    assert unanswered == (0,)
    [message] = connection.execute(
        "select distinct message from tiktok_ops.event_receipts "
        "where state = 'quarantined' and attempt = attempts"
    ).fetchall()
    assert message == ("Batch.0.properties.currency: XXX is not a supported currency.",)


def test_an_index_that_points_at_a_good_event_costs_a_call_and_no_event(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    put(connection, set(), events=20)
    sandbox.fault("A10", times=1, endpoint="event/track/", options={"index": 4})
    result = deliver(connection, client, PIXEL)
    assert (result.delivered, result.quarantined, result.calls) == (20, 0, 3)


def test_a_call_keeps_below_its_bytes(
    connection: psycopg.Connection[Any], client: TikTokClient
) -> None:
    put(connection, set(), events=50)
    result = deliver(connection, client, PIXEL, limits=Limits(batch_bytes=5_000))
    assert result.delivered == 50
    sizes = connection.execute(
        "select sum(length(payload)) from tiktok_ops.event_attempts "
        "inner join tiktok_ops.event_payloads using (outbox_id) "
        "inner join tiktok_ops.event_batches as batches using (batch_id) "
        "where batches.outcome = 'accepted' group by batch_id"
    ).fetchall()
    assert len(sizes) > 1
    assert all(size <= 5_000 for (size,) in sizes)


def test_sources_are_not_mixed_in_one_call(
    connection: psycopg.Connection[Any], client: TikTokClient
) -> None:
    put(connection, set(), events=4)
    connection.execute(
        "update tiktok_ops.event_outbox set event_source = 'offline' where outbox_id % 2 = 0"
    )
    deliver(connection, client, PIXEL)
    mixed = connection.execute(
        "select attempts.batch_id from tiktok_ops.event_attempts as attempts "
        "inner join tiktok_ops.event_outbox using (outbox_id) "
        "group by 1 having count(distinct event_source) > 1"
    ).fetchall()
    assert mixed == []
