"""What TikTok has accepted stays delivered, however the sending of it again ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.events.consent import ConsentPolicy
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_care import forget
from airflow_provider_tiktok.warehouse.outbox_replay import ReplayFilter, replay
from tests.integration.outbox.conftest import set_clock, set_clocks
from tests.integration.outbox.export import (
    NOW,
    PIXEL,
    RELATION,
    add_rows,
    change_row,
    purchase,
    refund,
    states,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from sandbox.server import RunningSandbox

    Connection = psycopg.Connection[Any]
    Deed = Callable[[Connection], object]

SETTINGS = EventSettings()
STRICT = EventSettings(consent_policy=ConsentPolicy.STRICT)
DAY = timedelta(days=1)


def _change(**values: Any) -> Deed:
    return lambda connection: change_row(connection, "ord_1", **values)


def _forget(connection: Connection) -> object:
    return forget(connection, ["person_1"], forgotten_by="ann")


@dataclass(frozen=True)
class End:
    """What happens after the replay, when the event would leave again, and why it does not."""

    reason: str
    deed: Deed = lambda _connection: None
    later: timedelta = DAY
    settings: EventSettings = SETTINGS
    fault: str | None = None


ENDS = {
    "consent withdrawn": End("consent_withdrawn", _change(consent_state="denied")),
    "forgotten": End("forgotten", _forget),
    "strict by now": End("consent_unknown", settings=STRICT),
    "no answer in time": End("outcome_unknown", later=2 * DAY),
    "too old by now": End("too_old", later=9 * DAY),
    "refused": End("rejected_by_tiktok", later=3 * DAY, fault="A11"),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_an_event_that_tiktok_has_stays_delivered_however_its_replay_ends(
    connection: Connection, client: TikTokClient, sandbox: RunningSandbox, end: End
) -> None:
    consent = "unknown" if end.settings is STRICT else "granted"
    add_rows(connection, purchase(1, consent_state=consent))
    enqueue(connection, RELATION, SETTINGS)
    assert deliver(connection, client, PIXEL).delivered == 1
    # Where TikTok still drops a copy, or a day before the end with the flag that it takes then.
    set_clock(connection, NOW + (end.later - DAY if end.later > 2 * DAY else timedelta(hours=1)))
    wanted = ReplayFilter(event_ids=["ord_1"])
    replay(connection, wanted, requested_by="ann", is_dry_run=False, past_horizon=True)
    end.deed(connection)
    enqueue(connection, RELATION, SETTINGS)
    set_clocks(connection, sandbox, NOW + end.later)
    if end.fault:
        sandbox.fault(end.fault, times=1, endpoint="event/track/")

    deliver(connection, client, PIXEL, settings=end.settings)

    assert states(connection) == {"ord_1": f"delivered {end.reason}"}
    row = connection.execute("select hint, has_unknown_outcome from tiktok_ops.event_outbox")
    [(hint, is_unknown)] = row.fetchall()
    assert hint.startswith("TikTok has it from before the replay.")
    assert not is_unknown
    assert connection.execute("select count(*) from tiktok_ops.event_queue").fetchone() == (0,)


def test_the_refund_of_a_purchase_whose_replay_was_stopped_still_leaves(
    connection: Connection, client: TikTokClient, sandbox: RunningSandbox
) -> None:
    add_rows(connection, purchase(1))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    wanted = ReplayFilter(event_ids=["ord_1"])
    replay(connection, wanted, requested_by="ann", is_dry_run=False)
    change_row(connection, "ord_1", consent_state="denied")
    add_rows(connection, refund(1))
    enqueue(connection, RELATION, SETTINGS)

    deliver(connection, client, PIXEL)

    assert [event["event_id"] for event in sandbox.events()] == ["ord_1", "refund_1"]


def test_an_event_that_never_arrived_ends_as_its_replay_ends(
    connection: Connection, client: TikTokClient
) -> None:
    add_rows(connection, purchase(1, currency="XXX"))
    enqueue(connection, RELATION, SETTINGS)
    deliver(connection, client, PIXEL)
    wanted = ReplayFilter(event_ids=["ord_1"])
    replay(connection, wanted, requested_by="ann", is_dry_run=False)
    change_row(connection, "ord_1", consent_state="denied")
    deliver(connection, client, PIXEL)
    assert states(connection) == {"ord_1": "suppressed consent_withdrawn"}
