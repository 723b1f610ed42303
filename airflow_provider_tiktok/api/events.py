"""Send events to the Events API 2.0 (TikTok: Report App, Web, Offline, or CRM Events)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.messages import ApiRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.errors import Outcome

EVENTS_A_CALL = 1000


def track(
    client: TikTokClient,
    *,
    event_source: str,
    event_source_id: str,
    data: Sequence[bytes],
    test_event_code: str | None = None,
) -> Outcome:
    """Send 1 to 1,000 events in one call and return what came of it; never repeats.

    `data` holds one canonical JSON object per event; the bytes leave exactly as they are.
    `event_source_id` is the pixel code for web. TikTok takes all of them or none. The outcome is
    UNKNOWN when no code came back after bytes may have left: the events may have been taken, and
    sending them again is harmless only within TikTok's 48 hours of deduplication.
    Raises ValueError for no event or more than 1,000.
    """
    request = track_request(
        event_source=event_source,
        event_source_id=event_source_id,
        data=b",".join(data),
        events=len(data),
        test_event_code=test_event_code,
    )
    return client.call_once(request)


def track_request(
    *,
    event_source: str,
    event_source_id: str,
    data: bytes,
    events: int,
    test_event_code: str | None = None,
) -> ApiRequest:
    """Return the call that `track` makes; `data` holds so many `events`, commas between them."""
    if not 1 <= events <= EVENTS_A_CALL:
        raise ValueError(f"a call takes 1 to {EVENTS_A_CALL} events, not {events}")
    envelope = {"event_source": event_source, "event_source_id": event_source_id}
    if test_event_code:
        envelope["test_event_code"] = test_event_code
    opening = json.dumps(envelope, separators=(",", ":")).encode().removesuffix(b"}")
    body = b"".join((opening, b',"data":[', data, b"]}"))
    return ApiRequest("POST", "event/track/", body=body, group="events")
