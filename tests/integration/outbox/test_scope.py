"""A scope: only the events of some days, pixels or sources are read, the others stay for later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.outbox import enqueue, preview
from airflow_provider_tiktok.warehouse.outbox_relation import ExportRelationError
from airflow_provider_tiktok.warehouse.outbox_scope import ExportScope
from tests.integration.outbox.export import (
    NOW,
    OTHER_PIXEL,
    PIXEL,
    RELATION,
    add_rows,
    create_export,
    purchase,
    states,
)

if TYPE_CHECKING:
    import psycopg

SETTINGS = EventSettings()
DAY = timedelta(days=1)
ROWS = [
    purchase(1, event_time=NOW - 3 * DAY),
    purchase(2, event_time=NOW - 2 * DAY),
    purchase(3, event_time=NOW - 2 * DAY, event_source_id=OTHER_PIXEL),
    purchase(4, event_time=NOW - 2 * DAY, event_source="offline"),
    purchase(5, event_time=NOW - DAY),
    purchase(6, event_time=None),
]
SCOPES = [
    (ExportScope(), {1, 2, 3, 4, 5, 6}),
    (ExportScope(since=NOW - 2 * DAY), {2, 3, 4, 5}),
    (ExportScope(until=NOW - 2 * DAY), {1}),
    (ExportScope(since=NOW - 2 * DAY, until=NOW - DAY), {2, 3, 4}),
    (ExportScope(event_source_ids=(OTHER_PIXEL,)), {3}),
    (ExportScope(event_source_ids=(PIXEL, OTHER_PIXEL)), {1, 2, 3, 4, 5, 6}),
    (ExportScope(event_source="offline"), {4}),
    (ExportScope(since=NOW - 2 * DAY, event_source_ids=(PIXEL,), event_source="web"), {2, 5}),
]
IDS = ["everything", "since", "until", "days", "pixel", "pixels", "offline", "all together"]


@pytest.mark.parametrize(("scope", "numbers"), SCOPES, ids=IDS)
def test_only_what_is_in_scope_is_enqueued_and_the_rest_comes_later(
    connection: psycopg.Connection[Any], scope: ExportScope, numbers: set[int]
) -> None:
    add_rows(connection, *ROWS)
    assert enqueue(connection, RELATION, SETTINGS, scope=scope).read == len(numbers)
    assert set(states(connection)) == {f"ord_{number}" for number in numbers}
    assert enqueue(connection, RELATION, SETTINGS).read == len(ROWS) - len(numbers)


@pytest.mark.parametrize(("scope", "numbers"), SCOPES, ids=IDS)
def test_only_what_is_in_scope_is_previewed(
    connection: psycopg.Connection[Any], scope: ExportScope, numbers: set[int]
) -> None:
    add_rows(connection, *ROWS)
    found = preview(connection, RELATION, SETTINGS, scope=scope)
    assert {event.event_id for event in found} == {f"ord_{number}" for number in numbers}


def test_two_rows_of_one_event_that_disagree_are_found_beyond_the_bounds(
    connection: psycopg.Connection[Any],
) -> None:
    add_rows(connection, ROWS[0], {**ROWS[0], "event_time": NOW - DAY})
    enqueue(connection, RELATION, SETTINGS, scope=ExportScope(since=NOW - 2 * DAY))
    assert states(connection) == {"ord_1": "quarantined duplicate_key"}


def test_days_of_a_view_without_timestamps_are_refused_with_the_fix(
    connection: psycopg.Connection[Any],
) -> None:
    create_export(connection, "exports.seconds", event_time="bigint")
    row = purchase(1, event_time=int((NOW - DAY).timestamp()))
    add_rows(connection, row, relation="exports.seconds")
    assert enqueue(connection, "exports.seconds", SETTINGS).enqueued == 1
    add_rows(connection, {**row, "event_id": "ord_2"}, relation="exports.seconds")
    with pytest.raises(ExportRelationError, match="needs event_time as a timestamp"):
        enqueue(connection, "exports.seconds", SETTINGS, scope=ExportScope(since=NOW - DAY))
