"""Turn rows of an export view into rows for the outbox's staging table."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from airflow_provider_tiktok.events.build import BuiltEvent, build
from airflow_provider_tiktok.events.canonical import canonical_json
from airflow_provider_tiktok.events.reasons import Reason

if TYPE_CHECKING:
    from datetime import datetime

    from airflow_provider_tiktok.events.settings import EventSettings

# A json column may hold what neither PostgreSQL's text nor UTF-8 can: NUL, half a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MAY_BE_UNSTORABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_JSON_PART = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]|[^"\[\]{}]+')
DEEPEST = 20  # a row, its contents, an item, and what may stand in one by mistake


class ExportedRow(NamedTuple):
    """A row as `read_export.sql` returns it: its content as JSON, and the key it is kept under."""

    content: str
    event_id: str
    event_type: str
    source_hash: str
    is_conflicting: bool
    is_known: bool  # the outbox has an event under this key, made of other content


def build_event(exported: ExportedRow, settings: EventSettings, now: datetime) -> BuiltEvent:
    """Return the event of a row under the key that the database found for it."""
    event = build(_columns(exported.content), settings, now)
    if exported.is_conflicting:
        event.ended("quarantined", Reason.DUPLICATE_KEY)
    event.event_id, event.event_type = exported.event_id, exported.event_type
    return event


def staged_row(event: BuiltEvent, source_hash: str) -> tuple[Any, ...]:
    """Return the values of `staged_events` in the order of its columns."""
    return (
        event.connection_id,
        event.event_source,
        event.event_source_id,
        event.event,
        event.event_type,
        event.event_id,
        event.kind,
        event.purchase_event_id,
        event.waits_for_purchase,
        event.event_time,
        event.subject_key,
        event.consent_state,
        event.limited_data_use,
        source_hash,
        event.state,
        event.reason,
        event.hint,
        event.payload,
        event.payload_hash,
        list(event.signals),
        canonical_json(dict(event.withheld)),
    )


def _columns(content: str) -> dict[str, object]:
    try:
        return _decoded(content)
    except RecursionError:
        return _decoded(_shallow(content))


def _decoded(content: str) -> dict[str, object]:
    try:
        columns = json.loads(content, parse_float=Decimal)
    except ValueError:  # a whole number of thousands of digits
        columns = json.loads(content, parse_float=Decimal, parse_int=Decimal)
    if _MAY_BE_UNSTORABLE.search(content):
        columns = _storable(columns)
    found: dict[str, object] = columns
    return found


def _storable(value: object) -> object:
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {str(_storable(key)): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value


def _shallow(content: str) -> str:
    """Return JSON with null for what lies deeper than any column that can be read."""
    depth = 0
    kept = []
    for part in _JSON_PART.findall(content):
        depth += part in "[{"
        if depth <= DEEPEST:
            kept.append(part)
        elif depth == DEEPEST + 1 and part in "[{":
            kept.append("null")
        depth -= part in "]}"
    return "".join(kept)
