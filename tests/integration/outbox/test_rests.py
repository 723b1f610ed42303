"""How long a run leaves TikTok alone, when it gives up, and what it then says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.api.errors import ErrorClass, Outcome, error_for
from airflow_provider_tiktok.warehouse.delivery import Pace, deliver
from airflow_provider_tiktok.warehouse.delivery_result import Stopped
from tests.integration.outbox.export import PIXEL
from tests.integration.outbox.leases import put

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from sandbox.server import RunningSandbox

EVENTS = 3
REFRESH = "oauth2/refresh_token/"


def answer(error_class: ErrorClass, **changes: Any) -> Outcome:
    """Return what TikTok says when it is asked for a new token."""
    values = {"http_status": 503, "code": None, "message": "down", "request_id": None, **changes}
    return Outcome(error_class, retry_after=None, data=None, next_step="", **values)


@pytest.mark.parametrize(
    "outcome",
    [
        answer(ErrorClass.RETRY),
        answer(ErrorClass.UNKNOWN, is_timeout=True),
        answer(ErrorClass.QUARANTINE, http_status=200, code=40002),
    ],
    ids=lambda outcome: outcome.error_class.name.lower(),
)
def test_a_token_that_cannot_be_renewed_is_asked_for_six_times_and_no_event_suffers(
    connection: psycopg.Connection[Any], client: TikTokClient, outcome: Outcome
) -> None:
    put(connection, EVENTS)
    good = client._access_token
    asked, slept = [0], list[float]()

    def token() -> str:
        asked[0] += 1
        raise error_for(outcome, REFRESH)

    client._access_token = token
    # The clock goes on with each try, so that a run which never rests ends, too.
    pace = Pace(sleep=slept.append, clock=lambda: float(asked[0]))
    result = deliver(connection, client, PIXEL, pace=pace, chance=lambda: 0.999)

    assert (result.stopped, asked, result.calls) == (Stopped.FAILING, [6], 0)
    assert sum(slept) == pytest.approx(1 + 2 + 4 + 8 + 16, rel=0.01)
    stands = (
        "select distinct state, failures, has_unknown_outcome, first_sent_at, "
        "next_attempt_at <= tiktok_ops.now() from tiktok_ops.event_outbox"
    )
    assert connection.execute(stands).fetchall() == [("pending", 0, False, None, True)]
    receipts = connection.execute("select distinct outcome, events from tiktok_ops.event_batches")
    assert receipts.fetchall() == [("not_sent", EVENTS)]

    client._access_token = good
    assert deliver(connection, client, PIXEL).delivered == EVENTS


@pytest.mark.parametrize(
    ("max_seconds", "patience", "stopped"),
    [(1.5, 30.0, Stopped.TIME), (240.0, 1.5, Stopped.EMPTY)],
)
def test_a_run_whose_time_ends_before_the_next_event_is_due_does_not_say_that_nothing_is(
    connection: psycopg.Connection[Any],
    client: TikTokClient,
    sandbox: RunningSandbox,
    *,
    max_seconds: float,
    patience: float,
    stopped: Stopped,
) -> None:
    put(connection, EVENTS)
    sandbox.fault("A03", times=1, endpoint="event/track/")
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    # The run rests for a second, the events for two.
    result = deliver(
        connection,
        client,
        PIXEL,
        max_seconds=max_seconds,
        pace=Pace(patience=patience, clock=lambda: now[0], sleep=sleep),
        chance=lambda: 0.999,
    )

    assert (result.stopped, result.retried, now) == (stopped, EVENTS, [pytest.approx(1.0, abs=0.1)])
