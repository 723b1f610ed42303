"""What an answer means for the events of a call, and how a refused call is taken apart."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.api.errors import ErrorClass, Outcome
from airflow_provider_tiktok.warehouse.delivery_decisions import (
    Verdict,
    by_bytes,
    decide,
    pieces_of,
)


def answer(error_class: ErrorClass, **changes: Any) -> Outcome:
    """Return an outcome of a call that was sent and answered."""
    values = {
        "http_status": 200,
        "code": 1,
        "message": "",
        "request_id": "r1",
        "retry_after": None,
        "data": None,
        "next_step": "",
        **changes,
    }
    return Outcome(error_class=error_class, **values)


CASES = [
    ("success", ErrorClass.SUCCESS, {}, ("accepted", "delivered", False, False, False, None)),
    ("known failure", ErrorClass.RETRY, {}, ("retry", "pending", False, False, True, None)),
    (
        "time-out inside TikTok",
        ErrorClass.RETRY,
        {"is_timeout": True},
        ("unknown", "pending", True, False, True, None),
    ),
    (
        "no connection",
        ErrorClass.RETRY,
        {"may_have_arrived": False},
        ("retry", "pending", False, True, True, None),
    ),
    (
        "held back by the client",
        ErrorClass.RETRY,
        {"may_have_arrived": False, "was_sent": False, "is_timeout": True},
        ("not_sent", "pending", False, True, False, None),
    ),
    (
        "no token for now",
        ErrorClass.RETRY,
        {"may_have_arrived": False, "was_sent": False},
        ("not_sent", "pending", False, True, True, None),
    ),
    (
        "no token, and nobody knows why",
        ErrorClass.UNKNOWN,
        {"may_have_arrived": False, "was_sent": False},
        ("not_sent", "pending", False, True, True, None),
    ),
    (
        "a token that cannot be renewed so",
        ErrorClass.QUARANTINE,
        {"may_have_arrived": False, "was_sent": False},
        ("not_sent", "pending", False, True, True, None),
    ),
    ("lost answer", ErrorClass.UNKNOWN, {}, ("unknown", "pending", True, False, True, None)),
    (
        "throttle",
        ErrorClass.THROTTLE,
        {},
        ("throttled", "pending", False, True, False, "throttled"),
    ),
    (
        "quota of our own",
        ErrorClass.THROTTLE,
        {"was_sent": False},
        ("not_sent", "pending", False, True, False, "throttled"),
    ),
    (
        "dead token",
        ErrorClass.REAUTHORISE,
        {},
        ("reauthorise", "pending", False, True, False, "blocked"),
    ),
    (
        "no permission",
        ErrorClass.CONFIGURATION,
        {},
        ("configuration", "pending", False, True, False, "blocked"),
    ),
    ("taken in part", ErrorClass.PARTIAL, {}, ("partial", "delivered", False, False, False, None)),
    ("refused", ErrorClass.QUARANTINE, {}, ("rejected", "quarantined", False, True, False, None)),
    ("too large", ErrorClass.SPLIT, {}, ("rejected", "quarantined", False, True, False, None)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("error_class", "changes", "expected"),
    [pytest.param(*case, id=name) for name, *case in CASES],
)
def test_an_answer_decides_about_one_event(
    error_class: ErrorClass, changes: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    verdict = decide(answer(error_class, **changes), 1)
    assert (
        verdict.outcome,
        verdict.state,
        verdict.is_unknown,
        verdict.was_refused,
        verdict.is_failure,
        verdict.stops,
    ) == expected


def test_every_class_of_answer_is_decided() -> None:
    assert {case[1] for case in CASES} == set(ErrorClass)


@pytest.mark.parametrize("error_class", list(ErrorClass))
def test_only_an_event_that_was_alone_in_its_call_is_quarantined(error_class: ErrorClass) -> None:
    verdict = decide(answer(error_class, message="Batch.0.event: Not a valid string"), 2)
    assert verdict.state != "quarantined"


def test_a_call_that_was_not_sent_counts_against_the_run_and_not_against_its_events() -> None:
    held_back = decide(answer(ErrorClass.RETRY, may_have_arrived=False, was_sent=False), 1)
    assert (held_back.is_failure, held_back.lengthens_back_off) == (True, False)
    assert decide(answer(ErrorClass.RETRY), 1).lengthens_back_off


def test_a_timeout_makes_the_next_calls_smaller() -> None:
    assert decide(answer(ErrorClass.UNKNOWN, is_timeout=True), 1000).shrinks
    assert not decide(answer(ErrorClass.UNKNOWN), 1000).shrinks


def test_the_servers_wait_is_the_least() -> None:
    assert decide(answer(ErrorClass.RETRY, retry_after=17.0), 1).least_wait == 17
    assert decide(answer(ErrorClass.THROTTLE), 1).least_wait == 300


def test_the_hint_names_what_tiktok_refused() -> None:
    message = "Batch.0.properties.currency: XXX is not a supported currency."
    assert "currency" in str(decide(answer(ErrorClass.QUARANTINE, message=message), 1).hint)
    message = "Batch.0.properties.contents.0.content_id: Not a valid string"
    hint = str(decide(answer(ErrorClass.QUARANTINE, message=message), 1).hint)
    assert "properties.contents.content_id" in hint


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Batch.2.event_time: The event is too old.", ((2,), (0, 1, 3, 4))),
        ("Error in Batch.0.user", ((0,), (1, 2, 3, 4))),
        ("Batch.5.event: beyond the end", ((0, 1), (2, 3, 4))),
        ("Invalid parameters.", ((0, 1), (2, 3, 4))),
        ("Batch.x.event", ((0, 1), (2, 3, 4))),
    ],
)
def test_the_event_that_is_pointed_at_goes_alone(
    message: str, expected: tuple[tuple[int, ...], ...]
) -> None:
    assert pieces_of(5, message) == expected


def isolate(events: int, bad: set[int], *, points: bool) -> tuple[set[int], set[int], int]:
    """Return what is delivered and quarantined of a batch, and how many calls that takes."""
    delivered, quarantined, calls = set[int](), set[int](), 0
    waiting = [list(range(events))]
    while waiting:
        batch = waiting.pop()
        calls += 1
        first_bad = next((place for place, event in enumerate(batch) if event in bad), None)
        if first_bad is None:
            delivered.update(batch)
            continue
        message = f"Batch.{first_bad}.event: no" if points else "no"
        verdict: Verdict = decide(answer(ErrorClass.QUARANTINE, message=message), len(batch))
        if verdict.state == "quarantined":
            quarantined.update(batch)
        waiting += [[batch[index] for index in piece] for piece in verdict.pieces]
    return delivered, quarantined, calls


@given(st.sets(st.integers(0, 999), max_size=40), st.booleans())
def test_taking_apart_finds_exactly_the_bad_events_within_the_bound(
    bad: set[int],
    points: bool,  # noqa: FBT001 - drawn
) -> None:
    delivered, quarantined, calls = isolate(1000, bad, points=points)
    assert quarantined == bad
    assert delivered == set(range(1000)) - bad
    k = len(bad)
    bound = 2 * k * (math.log2(1000 / k) + 1) + k + 1 if k else 1
    assert calls <= bound


@pytest.mark.parametrize("k", [1, 3, 10, 100, 500])
@pytest.mark.parametrize("points", [True, False])
def test_the_bound_holds_for_many_bad_events(k: int, points: bool) -> None:  # noqa: FBT001 - a cell
    bad = {index * (1000 // k) for index in range(k)}
    _, quarantined, calls = isolate(1000, bad, points=points)
    assert quarantined == bad
    assert calls <= 2 * k * (math.log2(1000 / k) + 1) + k + 1


@given(st.lists(st.integers(1, 50), min_size=1, max_size=60), st.integers(1, 80))
def test_batches_by_size_hold_every_event_once_and_in_order(sizes: list[int], most: int) -> None:
    runs = by_bytes(sizes, most)
    assert [index for run in runs for index in run] == list(range(len(sizes)))
    assert all(len(run) == 1 or sum(sizes[index] for index in run) <= most for run in runs)
