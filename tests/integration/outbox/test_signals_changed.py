"""A connection that allows fewer signals than before sends none of the others any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.events.signals import allowed_signals
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_replay import ReplayFilter, replay
from tests.integration.outbox.conftest import set_clock
from tests.integration.outbox.export import NOW, PIXEL, RELATION, add_rows, purchase, states

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from sandbox.server import RunningSandbox

    Connection = psycopg.Connection[Any]

ALL = EventSettings()
NO_PII = EventSettings(signals=allowed_signals("no_pii"))


def test_an_event_that_waits_is_built_anew_with_fewer_signals(
    connection: Connection, client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, *map(purchase, range(1, 4)))
    add_rows(connection, purchase(4, email=None, ip=None))
    enqueue(connection, RELATION, ALL)

    result = deliver(connection, client, PIXEL, settings=NO_PII)

    assert (result.given_back, result.delivered) == (3, 1)
    assert [event["event_id"] for event in sandbox.events()] == ["ord_4"]
    assert _queued(connection) == 3

    assert enqueue(connection, RELATION, NO_PII).refreshed == 3
    assert deliver(connection, client, PIXEL, settings=NO_PII).delivered == 3
    sent = [set(event["payload"]["user"]) for event in sandbox.events()]
    assert sent == [{"ttclid", "user_agent"}] * 4


def test_events_behind_those_that_are_given_back_leave_in_the_same_run(
    connection: Connection, client: TikTokClient
) -> None:
    add_rows(connection, *map(purchase, range(10)))
    enqueue(connection, RELATION, ALL)
    add_rows(connection, *(purchase(number, email=None, ip=None) for number in range(10, 1015)))
    enqueue(connection, RELATION, ALL)
    result = deliver(connection, client, PIXEL, settings=NO_PII)
    assert (result.given_back, result.delivered) == (10, 1005)


def test_a_replay_sends_none_of_them_either(
    connection: Connection, client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, purchase(1), purchase(2, currency="XXX"))
    enqueue(connection, RELATION, ALL)
    deliver(connection, client, PIXEL)
    wanted = ReplayFilter(event_ids=["ord_1", "ord_2"])
    replay(connection, wanted, requested_by="ann", is_dry_run=False)

    assert deliver(connection, client, PIXEL, settings=NO_PII).given_back == 2
    enqueue(connection, RELATION, NO_PII)
    # TikTok has the first as it was, so it is not built anew; the other one says less now.
    deliver(connection, client, PIXEL, settings=NO_PII)
    sent = [(event["event_id"], "email" in event["payload"]["user"]) for event in sandbox.events()]
    assert sent == [("ord_1", True)]
    assert states(connection)["ord_2"] == "quarantined rejected_by_tiktok"

    set_clock(connection, NOW + timedelta(hours=48))
    deliver(connection, client, PIXEL, settings=NO_PII)
    assert states(connection)["ord_1"] == "delivered outcome_unknown"


def test_an_event_whose_row_is_gone_waits_until_it_is_too_old(
    connection: Connection, client: TikTokClient
) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, ALL)
    connection.execute("delete from exports.events")
    assert deliver(connection, client, PIXEL, settings=NO_PII).given_back == 1
    set_clock(connection, NOW + timedelta(days=8))
    deliver(connection, client, PIXEL, settings=NO_PII)
    assert states(connection) == {"ord_1": "expired too_old"}


def test_a_connection_that_allows_more_sends_what_waits_as_it_was_built(
    connection: Connection, client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, NO_PII)
    assert deliver(connection, client, PIXEL, settings=ALL).delivered == 1
    assert set(sandbox.events()[0]["payload"]["user"]) == {"ttclid", "user_agent"}


def _queued(connection: Connection) -> int:
    row = connection.execute("select count(*) from tiktok_ops.event_queue").fetchone()
    assert row is not None
    return int(row[0])
