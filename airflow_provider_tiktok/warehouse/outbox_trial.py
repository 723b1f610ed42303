"""Try events out: show them in Events Manager's *Test Events* tab, where nothing is counted."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.errors import error_for
from airflow_provider_tiktok.api.events import EVENTS_A_CALL, track
from airflow_provider_tiktok.warehouse.database import WarehouseError
from airflow_provider_tiktok.warehouse.delivery_decisions import decide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.errors import Outcome
    from airflow_provider_tiktok.events.build import BuiltEvent

_is_code = re.compile(r"[A-Za-z0-9]+").fullmatch


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of test events: accepted calls, events TikTok refused, and those never sent."""

    accepted: Sequence[AcceptedTrial]
    refused: Sequence[RefusedTrial]
    kept_back: Sequence[BuiltEvent]

    @property
    def sent(self) -> int:
        """How many events TikTok accepted."""
        return sum(one.events for one in self.accepted)


@dataclass(frozen=True, slots=True)
class AcceptedTrial:
    """One accepted call."""

    event_source_id: str
    events: int
    request_id: str | None


@dataclass(frozen=True, slots=True)
class RefusedTrial:
    """One event that TikTok refused alone, its words, and what to do."""

    event_id: str
    message: str
    request_id: str | None
    hint: str | None


def send_test_events(
    client: TikTokClient, events: Sequence[BuiltEvent], test_event_code: str
) -> Trial:
    """Send what can be sent of `events` with a test event code; return what came of it.

    Nothing is written to the outbox and TikTok counts nothing, so it may be repeated. A refused
    call is split as a delivery splits it: one bad event does not keep the others back.

    :raises WarehouseError: the code is none; without it TikTok would count the events.
    :raises TikTokError: TikTok took no event of a call; the message says what to do.
    """
    if not _is_code(test_event_code):
        raise WarehouseError(
            f"{test_event_code[:40]!r} is no test event code, so nothing was sent. Copy it from "
            "the Test Events tab of the pixel in Events Manager: TEST and digits."
        )
    groups: dict[tuple[str, str], list[BuiltEvent]] = {}
    kept_back = []
    for event in events:
        if event.payload is None:
            kept_back.append(event)
        else:
            groups.setdefault((event.event_source, event.event_source_id), []).append(event)
    accepted: list[AcceptedTrial] = []
    refused: list[RefusedTrial] = []
    calls = deque(
        some[start : start + EVENTS_A_CALL]
        for some in groups.values()
        for start in range(0, len(some), EVENTS_A_CALL)
    )
    while calls:
        call = calls.popleft()
        outcome = _track(client, call, test_event_code)
        verdict = decide(outcome, len(call))
        if verdict.pieces:
            calls.extendleft([call[index] for index in piece] for piece in verdict.pieces[::-1])
        elif verdict.state == "delivered":
            accepted.append(AcceptedTrial(call[0].event_source_id, len(call), outcome.request_id))
        elif verdict.state == "quarantined":
            message = f"{outcome.message} (code {outcome.code})"
            refused.append(
                RefusedTrial(call[0].event_id, message, outcome.request_id, verdict.hint)
            )
        else:
            raise error_for(outcome, "event/track/")
    return Trial(accepted, refused, kept_back)


def _track(client: TikTokClient, call: Sequence[BuiltEvent], test_event_code: str) -> Outcome:
    return track(
        client,
        event_source=call[0].event_source,
        event_source_id=call[0].event_source_id,
        data=[event.payload.encode() for event in call if event.payload is not None],
        test_event_code=test_event_code,
    )
