"""Every malformed value of an export view has one outcome, and none stops the row beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from airflow_provider_tiktok.events.build import build
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.events.signals import sha256
from tests.unit.events.malformed import MALFORMED, Ended, Hashed, Leaves, Outcome, Withheld
from tests.unit.events.rows import NOW, export_row

CASES = [
    pytest.param(column, value, outcome, id=f"{column}: {name}")
    for column, cases in MALFORMED.items()
    for name, value, outcome in cases
]


def sent(payload: dict[str, Any], column: str) -> Any:
    """Return what leaves of a column."""
    if column in {"event_id", "event_time"}:
        return payload[column]
    if column in {"value", "currency", "contents", "content_type"}:
        return payload["properties"].get(column)
    if column == "page_url":
        return payload.get("page", {}).get("url")
    return sorted(payload["user"]) if column == "consent_state" else payload["user"].get(column)


@pytest.mark.parametrize(("column", "value", "outcome"), CASES)
def test_a_malformed_value_has_its_outcome(column: str, value: Any, outcome: Outcome) -> None:
    event = build(export_row(**{column: value}), EventSettings(), NOW)

    if isinstance(outcome, Ended):
        assert f"{event.state} {event.reason}" == outcome.words
        assert event.hint
        assert event.payload is None
        return
    assert event.state == "pending", event
    found = sent(json.loads(event.payload or ""), column)
    match outcome:
        case Withheld(reason):
            assert (found, event.withheld[column]) == (None, reason)
        case Hashed(text):
            assert found == sha256(text)
        case Leaves(expected):
            assert found == expected
