"""`event/track`: check a batch whole, deduplicate, write the truth log, then answer.

TikTok: "Report App, Web, Offline, or CRM Events". A batch is all or nothing: one bad item rejects
it, the message points at `Batch.<i>.<path>`. There are no results per event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from sandbox.server.dedup import MERGED, TEST, merged
from sandbox.server.envelope import ApiError, Code, invalid
from sandbox.server.event_schema import make_check
from sandbox.server.params import MISSING, read_body
from sandbox.server.state import EVENT_SETS
from sandbox.server.truth import Batch

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.server.messages import Response
    from sandbox.server.state import Call, State

LARGEST_BATCH = 1_000
SOURCES = ("web", "app", "offline", "crm")


def track(call: Call) -> Response:
    """Take a batch of events, or reject it whole."""
    body = read_body(call.request)
    source = body.get("event_source")
    if source not in SOURCES:
        reason = MISSING if source is None else f"Must be one of: {', '.join(SOURCES)}."
        raise invalid("event_source", reason)
    source_id = body.get("event_source_id")
    if not isinstance(source_id, str) or not source_id:
        raise invalid("event_source_id", "Not a valid string." if source_id else MISSING)
    _check_permission(call, str(source), source_id)
    test_code = body.get("test_event_code")
    if test_code is not None and not isinstance(test_code, str):
        raise invalid("test_event_code", "Not a valid string.")
    if body.get("partner_name") is not None:
        raise ApiError(Code.INVALID_PARTNER_NAME, "partner_name: The app is not a partner's.")
    items = body.get("data")
    check_batch(call.state, str(source), items, call.now)
    assert isinstance(items, list)  # noqa: S101 - check_batch raised otherwise
    partly = call.struck_by == "A12" and len(items) > 1
    accepted = items[: (len(items) + 1) // 2] if partly else items
    ingest(
        call.state,
        accepted,
        request_id=call.request_id,
        now=call.now,
        channel="server",
        event_source=str(source),
        event_source_id=source_id,
        test_event_code=test_code or None,
        fault=call.struck_by,
    )
    return call.ok({})


def _check_permission(call: Call, source: str, source_id: str) -> None:
    if source in EVENT_SETS:
        if source_id not in EVENT_SETS[source]:
            message = f"No permission to operate {source} event set: {source_id}."
            raise ApiError(Code.PERMISSION_ERROR, message)
        return
    if source == "app":
        message = "Not in whitelist: app events need TikTok's allow-list, the sandbox has no app."
        raise ApiError(Code.NOT_IN_WHITELIST, message)
    pixel = call.state.pixels.get(source_id)
    if pixel is None or pixel.advertiser_id not in call.grant.advertiser_ids:
        raise ApiError(
            Code.PERMISSION_ERROR,
            f"No permission to operate pixel code: {source_id}. "
            "You must be an admin or operator of this advertiser account.",
        )


def check_batch(state: State, source: str, items: object, now: datetime) -> None:
    """Raise ApiError for a list that event/track would reject, at its first bad item."""
    if items is None:
        raise invalid("data", MISSING)
    if not isinstance(items, list) or not items:
        raise invalid("data", "Must be a list of 1 to 1000 events.")
    if len(items) > LARGEST_BATCH:
        code = state.switches.oversize_code
        raise ApiError(code, f"data: Longer than maximum length {LARGEST_BATCH}.")
    check = make_check(source, now.timestamp(), state.switches)
    for position, item in enumerate(items):
        if type(item) is not dict:
            raise invalid(f"Batch.{position}", "Not a valid object.")
        fault = check(item)
        if fault is not None:
            code, reason = fault
            raise ApiError(code, f"Batch.{position}.{reason}")


def ingest(
    state: State,
    items: list[dict[str, Any]],
    *,
    request_id: str,
    now: datetime,
    channel: str,
    event_source: str,
    event_source_id: str,
    test_event_code: str | None,
    fault: str | None = None,
) -> Batch:
    """Deduplicate checked events and append them to the truth log; return the batch."""
    batch = Batch(
        first_seq=state.truth.next_seq,
        request_id=request_id,
        received_at=now.timestamp(),
        channel=channel,
        event_source=event_source,
        event_source_id=event_source_id,
        test_event_code=test_event_code,
        keys=[(item["event"], item.get("event_id"), item["event_time"]) for item in items],
        fault=fault,
        decisions=[],
        items=orjson.dumps(items) if state.switches.keep_payloads else None,
    )
    batch.ttps = [_ttp(item) for item in items] if _lacks_ids(batch) else None
    decide(state, batch)
    state.truth.append(batch)
    return batch


def decide(state: State, batch: Batch) -> None:
    """Fill the decisions of a batch; merges go to the truth log's first copy."""
    for position in range(len(batch.keys)):
        batch.decisions.append(_decision(state, batch, position))
    for decision in batch.decisions:
        state.decisions[decision] += 1


def _decision(state: State, batch: Batch, position: int) -> str:
    if batch.test_event_code is not None:
        return TEST
    event, event_id, _ = batch.keys[position]
    dedup, source_id = state.dedup, batch.event_source_id
    if event_id:
        seq = batch.first_seq + position
        key = (source_id, event, event_id)
        decision, first_seq = dedup.decide(key, seq, batch.received_at)
        if decision == MERGED:
            _merge(state, batch, position, first_seq)
        return decision
    ttp = batch.ttps[position] if batch.ttps else None
    if ttp is None:
        return "counted"
    return dedup.decide_without_id((source_id, event, ttp), batch.channel, batch.received_at)


def _merge(state: State, batch: Batch, position: int, first_seq: int) -> None:
    own = first_seq >= batch.first_seq
    first, at = (batch, first_seq - batch.first_seq) if own else state.truth.find(first_seq)
    earlier, later = state.truth.payload(first, at), state.truth.payload(batch, position)
    if earlier is not None and later is not None:
        together = merged(earlier, later)
        if together != earlier:
            first.merged[at] = together


def _lacks_ids(batch: Batch) -> bool:
    return any(not event_id for _, event_id, _ in batch.keys)


def _ttp(item: dict[str, Any]) -> str | None:
    user = item.get("user")
    ttp = user.get("ttp") if isinstance(user, dict) else None
    return ttp if isinstance(ttp, str) else None


def restore(state: State) -> None:
    """Repeat the decisions of a truth log that was read from a file, so that windows still hold."""
    for batch in state.truth.batches():
        batch.decisions.clear()
        batch.ttps = [_ttp(item) for item in state.truth.payloads(batch)]
        decide(state, batch)
