"""The path of an event: from the export view to TikTok, with a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.outbox import enqueue
from tests.integration.outbox.export import (
    PIXEL,
    RELATION,
    add_rows,
    purchase,
    refund,
    states,
)

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from sandbox.server import RunningSandbox

SETTINGS = EventSettings()


def test_a_purchase_reaches_tiktok_once_and_has_its_receipt(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, purchase(1))

    first = enqueue(connection, RELATION, SETTINGS)
    again = enqueue(connection, RELATION, SETTINGS)
    sent = deliver(connection, client, PIXEL, run_id="run 1")
    nothing = deliver(connection, client, PIXEL, run_id="run 2")

    assert (first.enqueued, again.read) == (1, 0)
    assert (sent.delivered, sent.calls, nothing.calls) == (1, 1, 0)
    [received] = sandbox.events()
    assert received["event_id"] == "ord_1"
    assert received["payload"]["properties"] == {"value": 1.5, "currency": "USD", "order_id": "1"}
    [receipt] = connection.execute(
        "select state, attempt, outcome, code, request_id, run_id from tiktok_ops.event_receipts"
    ).fetchall()
    assert receipt == ("delivered", 1, "accepted", 0, received["request_id"], "run 1")


def test_a_refund_waits_for_its_purchase(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, refund(1))
    enqueue(connection, RELATION, SETTINGS)
    assert deliver(connection, client, PIXEL).calls == 0

    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, SETTINGS)
    result = deliver(connection, client, PIXEL)

    assert (result.delivered, result.released_refunds) == (2, 1)
    assert [event["event"] for event in sandbox.events()] == ["CompletePayment", "CancelOrder"]


def test_an_event_that_tiktok_refuses_is_quarantined_and_the_others_go(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, *(purchase(number) for number in range(1, 6)))
    add_rows(connection, purchase(6, currency="XXX"), refund(6))
    enqueue(connection, RELATION, SETTINGS)

    result = deliver(connection, client, PIXEL)

    assert (result.delivered, result.quarantined, result.suppressed) == (5, 1, 1)
    assert len(sandbox.events()) == 5
    assert states(connection)["ord_6"] == "quarantined rejected_by_tiktok"
    assert states(connection)["refund_6"] == "suppressed purchase_not_delivered"
    hint = connection.execute(
        "select hint from tiktok_ops.event_outbox where event_id = 'ord_6'"
    ).fetchone()
    assert hint is not None
    assert "currency" in hint[0]


def test_denied_consent_sends_the_hashed_ip_address_only(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, purchase(1, consent_state="denied"))
    enqueue(connection, RELATION, SETTINGS)

    deliver(connection, client, PIXEL)

    [received] = sandbox.events()
    assert list(received["payload"]["user"]) == ["ip"]
    assert len(received["payload"]["user"]["ip"]) == 64
