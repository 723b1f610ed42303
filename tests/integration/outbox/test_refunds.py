"""A refund leaves after its purchase was delivered, or not at all, and always says why."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.delivery import Pace, deliver
from airflow_provider_tiktok.warehouse.delivery_checks import find_alerts
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_care import retain
from airflow_provider_tiktok.warehouse.outbox_replay import ReplayFilter, replay
from tests.integration.outbox.conftest import set_clock, set_clocks
from tests.integration.outbox.export import (
    NOW,
    OTHER_PIXEL,
    PIXEL,
    RELATION,
    add_rows,
    change_row,
    purchase,
    refund,
    states,
)

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from sandbox.server import RunningSandbox

SETTINGS = EventSettings()

PURCHASES = [
    ("delivered", {}, "delivered"),
    ("refused", {"currency": "XXX"}, "suppressed purchase_not_delivered"),
    ("quarantined at the door", {"value": "NaN"}, "suppressed purchase_not_delivered"),
    ("too old", {"event_time": NOW - timedelta(days=9)}, "suppressed purchase_not_delivered"),
    (
        "suppressed",
        {"consent_state": "denied", "ip": None},
        "suppressed purchase_not_delivered",
    ),
    ("unknown to the outbox", None, "pending"),
]


@pytest.mark.parametrize(
    ("changes", "expected"), [pytest.param(*case, id=name) for name, *case in PURCHASES]
)
def test_the_end_of_the_purchase_decides_about_the_refund(
    connection: psycopg.Connection[Any],
    client: TikTokClient,
    changes: dict[str, Any] | None,
    expected: str,
) -> None:
    add_rows(connection, refund(1))
    if changes is not None:
        add_rows(connection, purchase(1, **changes))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    assert states(connection)["refund_1"] == expected


def test_a_refund_whose_purchase_never_comes_expires_with_that_reason(
    connection: psycopg.Connection[Any], client: TikTokClient
) -> None:
    add_rows(connection, refund(1))
    enqueue(connection, RELATION, SETTINGS)
    set_clock(connection, NOW + timedelta(days=8))
    assert deliver(connection, client, PIXEL).expired == 1
    assert states(connection) == {"refund_1": "expired purchase_unknown"}


def test_a_refund_waits_while_its_purchase_is_tried_again(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, purchase(1), refund(1))
    enqueue(connection, RELATION, SETTINGS)
    sandbox.fault("A03", times=1)
    deliver(connection, client, PIXEL, pace=Pace(patience=0), chance=lambda: 0.9)
    assert states(connection) == {"ord_1": "pending", "refund_1": "pending"}

    set_clock(connection, NOW + timedelta(hours=1))
    deliver(connection, client, PIXEL)
    assert [event["event_id"] for event in sandbox.events()] == ["ord_1", "refund_1"]


def test_partial_refunds_are_events_of_their_own(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, purchase(1))
    add_rows(
        connection,
        *(refund(1, event_id=f"refund_1_{part}", value="0.15") for part in range(10)),
    )
    enqueue(connection, RELATION, SETTINGS)
    assert deliver(connection, client, PIXEL).delivered == 11


@pytest.mark.parametrize(
    "changes",
    [
        {"value": "1000000"},
        {"value": "0"},
        {"value": "-3"},
        {"currency": "EUR"},
        {"event_time": NOW - timedelta(hours=5)},
    ],
    ids=str,
)
def test_what_a_refund_says_is_passed_on(
    connection: psycopg.Connection[Any], client: TikTokClient, changes: dict[str, Any]
) -> None:
    add_rows(connection, purchase(1), refund(1, **changes))
    enqueue(connection, RELATION, SETTINGS)
    assert deliver(connection, client, PIXEL).delivered == 2


def test_a_replayed_purchase_brings_its_refund_back(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, purchase(1, currency="XXX"), refund(1))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    change_row(connection, "ord_1", currency="USD")
    assert enqueue(connection, RELATION, SETTINGS).corrected == 1

    wanted = ReplayFilter(event_ids=["ord_1"])
    found = replay(connection, wanted, requested_by="ann", is_dry_run=False)
    assert (found.replayed, found.with_purchase) == (1, 1)
    assert deliver(connection, client, PIXEL).delivered == 2
    assert [event["event_id"] for event in sandbox.events()] == ["ord_1", "refund_1"]
    assert sandbox.events()[0]["payload"]["properties"]["currency"] == "USD"


def test_a_refund_that_waits_leaves_as_its_row_asks_by_then(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, purchase(1), refund(1))
    enqueue(connection, RELATION, SETTINGS)
    change_row(connection, "refund_1", limited_data_use=True)
    deliver(connection, client, PIXEL)
    assert [event["event_id"] for event in sandbox.events()] == ["ord_1"]

    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    [event] = sandbox.events(event_id="refund_1")
    assert event["payload"]["limited_data_use"] is True


@pytest.mark.parametrize("answers", [[], ["ok", "A03"]], ids=["it waits", "it was tried"])
def test_no_refund_leaves_after_refunds_were_switched_off(
    connection: psycopg.Connection[Any],
    client: TikTokClient,
    sandbox: RunningSandbox,
    answers: list[str],
) -> None:
    add_rows(connection, purchase(1), refund(1))
    enqueue(connection, RELATION, SETTINGS)
    if answers:
        sandbox.script(answers, endpoint="event/track/")
        deliver(connection, client, PIXEL, pace=Pace(patience=0), chance=lambda: 0.9)
        set_clock(connection, NOW + timedelta(hours=1))
    deliver(connection, client, PIXEL, settings=EventSettings(refund_event=None))
    assert states(connection) == {"ord_1": "delivered", "refund_1": "suppressed refunds_off"}


def test_a_refund_comes_back_with_its_purchase_as_long_as_the_purchase_can(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    crm = {"event_source": "crm", "event_source_id": "7400000000000000001", "lead_id": "12345"}
    connection.execute("alter table exports.events add lead_id text")
    add_rows(connection, purchase(1, currency="XXX", **crm), refund(1, **crm))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, crm["event_source_id"])
    set_clocks(connection, sandbox, NOW + timedelta(days=8))
    retain(connection)
    change_row(connection, "ord_1", currency="USD")
    enqueue(connection, RELATION, SETTINGS)

    wanted = ReplayFilter(event_ids=["ord_1"])
    found = replay(connection, wanted, requested_by="ann", is_dry_run=False)

    assert (found.replayed, found.with_purchase) == (1, 1)
    deliver(connection, client, crm["event_source_id"])
    assert [event["event_id"] for event in sandbox.events()] == ["ord_1", "refund_1"]


def test_a_refund_of_two_events_of_one_purchase_is_counted_once(
    connection: psycopg.Connection[Any], client: TikTokClient
) -> None:
    add_rows(
        connection,
        purchase(1, currency="XXX"),
        purchase(1, event="Subscribe", currency="XXX"),
        refund(1),
    )
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    wanted = ReplayFilter(event_ids=["ord_1"])
    assert replay(connection, wanted, requested_by="ann").with_purchase == 1


def test_a_refund_that_no_run_ends_is_told(
    connection: psycopg.Connection[Any], client: TikTokClient
) -> None:
    add_rows(connection, purchase(1), refund(1, event_source_id=OTHER_PIXEL))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    set_clock(connection, NOW + timedelta(days=20))
    assert find_alerts(connection, checks=["backlog"]) == []
    set_clock(connection, NOW + timedelta(days=30))
    [alert] = find_alerts(connection, checks=["backlog"])
    assert alert.place == OTHER_PIXEL
