"""Test events: what TikTok says of each, and nothing is counted or kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.api.errors import TikTokError
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.outbox import preview
from airflow_provider_tiktok.warehouse.outbox_trial import send_test_events
from tests.integration.outbox.export import OTHER_PIXEL, PIXEL, RELATION, add_rows, purchase, states

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.events.build import BuiltEvent
    from sandbox.server import RunningSandbox


@pytest.fixture
def events(connection: psycopg.Connection[Any]) -> list[BuiltEvent]:
    """Six purchases: of two TikTok knows no currency, of one nobody knows the value."""
    add_rows(
        connection,
        purchase(1),
        purchase(2, currency="XXX"),
        purchase(3, event_source_id=OTHER_PIXEL),
        purchase(4, currency="XYZ"),
        purchase(5),
        purchase(6, value="NaN"),
    )
    return preview(connection, RELATION, EventSettings())


def test_a_test_event_that_tiktok_refuses_is_named_and_the_others_are_shown(
    connection: psycopg.Connection[Any],
    client: TikTokClient,
    sandbox: RunningSandbox,
    events: list[BuiltEvent],
) -> None:
    trial = send_test_events(client, events, "TEST1")

    assert sorted(one.event_id for one in trial.refused) == ["ord_2", "ord_4"]
    assert [one.event_id for one in trial.kept_back] == ["ord_6"]
    assert {(one.event_source_id, one.events) for one in trial.accepted} == {
        (PIXEL, 2),
        (OTHER_PIXEL, 1),
    }
    assert {event["event_id"] for event in sandbox.events(decision="test")} == {
        "ord_1",
        "ord_3",
        "ord_5",
    }
    for one in trial.refused:
        assert "properties.currency" in one.message
        assert one.request_id
        assert (one.hint or "").startswith("TikTok does not take this currency.")
    assert states(connection) == {}


@pytest.mark.parametrize("kind", ["A08", "A03", "A09"], ids=["token", "down", "no permission"])
def test_a_call_of_which_tiktok_takes_nothing_says_what_to_do(
    client: TikTokClient, sandbox: RunningSandbox, events: list[BuiltEvent], kind: str
) -> None:
    sandbox.fault(kind, endpoint="event/track/")
    with pytest.raises(TikTokError):
        send_test_events(client, events, "TEST1")
    assert sandbox.events() == []
