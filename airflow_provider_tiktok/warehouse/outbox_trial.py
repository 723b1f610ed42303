"""Try events out: show them in Events Manager's *Test Events* tab, where nothing is counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.errors import error_for
from airflow_provider_tiktok.api.events import EVENTS_A_CALL, track
from airflow_provider_tiktok.warehouse.database import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.events.build import BuiltEvent

_is_code = re.compile(r"[A-Za-z0-9]+").fullmatch


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of test events: the accepted ones by pixel with TikTok's request, and the rest."""

    accepted: Sequence[AcceptedTrial]
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


def send_test_events(
    client: TikTokClient, events: Sequence[BuiltEvent], test_event_code: str
) -> Trial:
    """Send what can be sent of `events` with a test event code; return what came of it.

    Nothing is written to the outbox and TikTok counts nothing, so it may be repeated.

    :raises WarehouseError: the code is none; without it TikTok would count the events.
    :raises TikTokError: TikTok refused a call; the message says what to do.
    """
    if not _is_code(test_event_code):
        raise WarehouseError(
            f"{test_event_code[:40]!r} is no test event code, so nothing was sent. Copy it from "
            "the Test Events tab of the pixel in Events Manager: TEST and digits."
        )
    groups: dict[tuple[str, str], list[bytes]] = {}
    kept_back = []
    for event in events:
        if event.payload is None:
            kept_back.append(event)
        else:
            key = (event.event_source, event.event_source_id)
            groups.setdefault(key, []).append(event.payload.encode())
    accepted = []
    for (source, source_id), payloads in groups.items():
        for start in range(0, len(payloads), EVENTS_A_CALL):
            some = payloads[start : start + EVENTS_A_CALL]
            outcome = track(
                client,
                event_source=source,
                event_source_id=source_id,
                data=some,
                test_event_code=test_event_code,
            )
            if not outcome.is_success:
                raise error_for(outcome, "event/track/")
            accepted.append(AcceptedTrial(source_id, len(some), outcome.request_id))
    return Trial(accepted, kept_back)
