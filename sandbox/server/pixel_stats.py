"""`pixel/event/stats`: how many events a pixel received, by event and way.

TikTok: "Get event statistics" (up to 10 pixels and 30 UTC dates). Counted from the truth log: an
event counts on the date of its event_time (ours), once however often it was sent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sandbox.server.envelope import ApiError, Code, invalid
from sandbox.server.event_schema import STANDARD_EVENTS
from sandbox.server.params import required

if TYPE_CHECKING:
    from sandbox.server.messages import Response
    from sandbox.server.state import Call

PIXELS_A_CALL = 10
LONGEST_SPAN = 30


def pixel_event_stats(call: Call) -> Response:
    """Answer the counts of the pixels asked for."""
    advertiser = call.advertiser()
    ids = required(call.params.strings("pixel_ids"), "pixel_ids")
    if len(ids) > PIXELS_A_CALL:
        raise ApiError(Code.ID_LIMIT_EXCEED, f"pixel_ids: at most {PIXELS_A_CALL} ids a call.")
    span = call.params.object("date_range")
    start, end = span.day("start_date"), span.day("end_date")
    if not 0 <= (end - start).days < LONGEST_SPAN:
        raise invalid("date_range", f"Must be 1 to {LONGEST_SPAN} days.")
    codes = {
        pixel.pixel_id: pixel.pixel_code
        for pixel in call.state.world.pixels
        if pixel.advertiser_id == advertiser.advertiser_id
    }
    for pixel_id in ids:
        if pixel_id not in codes:
            message = f"No permission to operate pixel: {pixel_id}."
            raise ApiError(Code.PERMISSION_ERROR, message)
    return call.ok(
        {
            "list": [
                {"pixel_id": one, "statistics": _statistics(call, codes[one], start, end)}
                for one in ids
            ]
        }
    )


def _statistics(call: Call, pixel_code: str, start: date, end: date) -> list[dict[str, object]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for batch in call.state.truth.batches():
        if batch.event_source_id != pixel_code:
            continue
        for (event, _, event_time), decision in zip(batch.keys, batch.decisions, strict=True):
            if not start <= datetime.fromtimestamp(event_time, UTC).date() <= end:
                continue
            if decision == "test":
                counts[event]["preview"] += 1
            elif decision == "counted":
                counts[event][batch.channel] += 1
    return [
        {
            ("pixel_event_type" if event in STANDARD_EVENTS else "custom_event_type"): event,
            "attributed_count": 0,  # the sandbox attributes nothing
            "preview_count": count["preview"],
            "total_count": count["server"] + count["browser"],
            "browser_event_total_count": count["browser"],
            "server_event_total_count": count["server"],
        }
        for event, count in sorted(counts.items())
    ]
