"""Every malformed value of an export view has one outcome, and none stops the row beside it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from airflow_provider_tiktok.events.build import build
from airflow_provider_tiktok.events.settings import EventSettings
from tests.unit.events.malformed import ENDLESS, MALFORMED, Ended, Outcome, assert_left
from tests.unit.events.rows import NOW, export_row

CASES = [
    pytest.param(column, value, outcome, id=f"{column}: {name}")
    for column, cases in MALFORMED.items()
    for name, value, outcome in cases
]
CASES += [
    pytest.param(column, json.loads(text, parse_float=Decimal), outcome, id=f"{column}: {text}")
    for column, text, outcome in ENDLESS
]


@pytest.mark.parametrize(("column", "value", "outcome"), CASES)
def test_a_malformed_value_has_its_outcome(column: str, value: Any, outcome: Outcome) -> None:
    event = build(export_row(**{column: value}), EventSettings(), NOW)

    if isinstance(outcome, Ended):
        assert f"{event.state} {event.reason}" == outcome.words
        assert event.hint
        assert event.payload is None
        return
    assert event.state == "pending", event
    assert_left(outcome, column, json.loads(event.payload or ""), event.withheld)
