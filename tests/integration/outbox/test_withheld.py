"""What consent and settings keep back is on the receipt of the event: which signal, and why."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.events.consent import ConsentPolicy
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.events.signals import allowed_signals
from airflow_provider_tiktok.warehouse.delivery import Pace, deliver
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_receipts import ended_badly, read_receipts
from airflow_provider_tiktok.warehouse.outbox_replay import ReplayFilter, replay
from tests.integration.outbox.export import PIXEL, RELATION, add_rows, change_row, purchase

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from sandbox.server import RunningSandbox

STRICT = EventSettings(consent_policy=ConsentPolicy.STRICT)
NO_PII = EventSettings(signals=allowed_signals("no_pii"))
LISTED = EventSettings(signals=allowed_signals("ttclid, email"))
BY_CONSENT = dict.fromkeys(["ttclid", "email", "user_agent"], "consent")

# settings, changes of the row -> how it ends, what left, what stayed and why
CASES: dict[str, tuple[EventSettings, dict[str, Any], str, set[str], dict[str, str]]] = {
    "granted sends all": (
        EventSettings(),
        {},
        "delivered",
        {"ttclid", "email", "ip", "user_agent"},
        {},
    ),
    "denied sends the hashed address": (
        EventSettings(),
        {"consent_state": "denied"},
        "delivered",
        {"ip"},
        BY_CONSENT,
    ),
    "unknown is as denied": (
        EventSettings(),
        {"consent_state": None},
        "delivered",
        {"ip"},
        BY_CONSENT,
    ),
    "strict sends nothing": (
        STRICT,
        {"consent_state": "denied"},
        "suppressed consent_denied",
        {"ip"},
        BY_CONSENT,
    ),
    "strict with consent sends all": (
        STRICT,
        {"limited_data_use": True},
        "delivered",
        {"ttclid", "email", "ip", "user_agent"},
        {},
    ),
    "no_pii keeps people back": (
        NO_PII,
        {},
        "delivered",
        {"ttclid", "user_agent"},
        {"email": "not_allowed", "ip": "not_allowed"},
    ),
    "no_pii without consent leaves nothing": (
        NO_PII,
        {"consent_state": "denied"},
        "suppressed consent_leaves_nothing",
        set(),
        {"ttclid": "consent", "user_agent": "consent", "email": "not_allowed", "ip": "not_allowed"},
    ),
    "a list": (
        LISTED,
        {},
        "delivered",
        {"ttclid", "email"},
        {"ip": "not_allowed", "user_agent": "not_allowed"},
    ),
    "values that say nothing": (
        EventSettings(),
        {"email": ["n/a"], "ip": "10.0.0.1", "phone": "12"},
        "delivered",
        {"ttclid", "user_agent"},
        {"email": "empty", "ip": "private", "phone": "no_country"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_receipt_says_what_left_and_what_stayed(
    connection: psycopg.Connection[Any],
    client: TikTokClient,
    sandbox: RunningSandbox,
    name: str,
) -> None:
    settings, changes, ending, left, stayed = CASES[name]
    add_rows(connection, purchase(1, **changes))
    enqueue(connection, RELATION, settings)
    deliver(connection, client, PIXEL, settings=settings)
    [receipt] = read_receipts(connection, "tiktok_default", ["ord_1"])
    assert " ".join(filter(None, (receipt.state, receipt.reason))) == ending
    assert (set(receipt.signals), dict(receipt.withheld)) == (left, stayed)
    view = "select signals, withheld from tiktok_ops.event_receipts"
    assert connection.execute(view).fetchone() == (list(receipt.signals), dict(receipt.withheld))
    sent = [one["payload"]["user"] for one in sandbox.events()]
    assert [set(user) for user in sent] == ([left] if ending == "delivered" else [])


def test_consent_withdrawn_before_it_left_is_on_the_receipt(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, purchase(1), purchase(2))
    enqueue(connection, RELATION, EventSettings())
    change_row(connection, "ord_1", consent_state="denied")
    deliver(connection, client, PIXEL)
    assert [one["event_id"] for one in sandbox.events()] == ["ord_2"]
    [receipt] = read_receipts(connection, "tiktok_default", ["ord_1"])
    assert (receipt.state, receipt.reason, receipt.attempts) == (
        "suppressed",
        "consent_withdrawn",
        [],
    )
    [ended] = ended_badly(connection, "tiktok_default", states=["suppressed"])
    assert (ended.event_id, ended.reason, ended.total) == ("ord_1", "consent_withdrawn", 1)


@pytest.mark.parametrize("noticed_by", ["enqueue", "delivery"])
def test_a_replay_after_consent_was_withdrawn_sends_what_leaves_without_consent(
    connection: psycopg.Connection[Any],
    client: TikTokClient,
    sandbox: RunningSandbox,
    noticed_by: str,
) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, EventSettings())
    change_row(connection, "ord_1", consent_state="denied")
    if noticed_by == "delivery":
        deliver(connection, client, PIXEL)
        _replay(connection)
        assert deliver(connection, client, PIXEL).suppressed == 1
    enqueue(connection, RELATION, EventSettings())
    [receipt] = read_receipts(connection, "tiktok_default", ["ord_1"])
    assert (receipt.state, receipt.reason) == ("suppressed", "consent_withdrawn")
    assert (receipt.consent_state, dict(receipt.withheld)) == ("denied", BY_CONSENT)

    _replay(connection)
    deliver(connection, client, PIXEL)

    hashed = hashlib.sha256(b"73.162.1.9").hexdigest()
    assert [one["payload"]["user"] for one in sandbox.events()] == [{"ip": hashed}]


def test_no_replay_sends_a_copy_of_what_tiktok_may_have_once_consent_is_withdrawn(
    connection: psycopg.Connection[Any], client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, EventSettings())
    sandbox.fault("T06", times=1, endpoint="event/track/")
    deliver(connection, client, PIXEL, pace=Pace(patience=0))
    change_row(connection, "ord_1", consent_state="denied")
    enqueue(connection, RELATION, EventSettings())
    for _ in range(2):
        _replay(connection)
        enqueue(connection, RELATION, EventSettings())
        deliver(connection, client, PIXEL)
    [receipt] = read_receipts(connection, "tiktok_default", ["ord_1"])
    assert (receipt.state, receipt.reason) == ("suppressed", "consent_withdrawn")
    assert (len(receipt.attempts), len(receipt.replays)) == (1, 2)
    assert len(sandbox.events(event_id="ord_1")) == 1


def _replay(connection: psycopg.Connection[Any]) -> None:
    replay(connection, ReplayFilter(event_ids=["ord_1"]), requested_by="ann", is_dry_run=False)
