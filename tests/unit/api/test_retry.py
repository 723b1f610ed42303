"""What is repeated, how often, and after how long. Pure: no clock, no sleep."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.api.errors import ErrorClass, Outcome
from airflow_provider_tiktok.api.retry import (
    Action,
    Decision,
    RetryPolicy,
    TimeoutMemory,
    Tries,
    decide,
)
from airflow_provider_tiktok.api.retry_after import retry_after_seconds

POLICY = RetryPolicy()
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TRANSIENT = Outcome(
    error_class=ErrorClass.RETRY,
    http_status=200,
    code=50000,
    message="System error.",
    request_id="R",
    retry_after=None,
    data=None,
    next_step="Wait.",
)


def outcome(error_class: ErrorClass, **more: object) -> Outcome:
    return replace(TRANSIENT, error_class=error_class, **more)  # type: ignore[arg-type]


def decided(
    last: Outcome,
    *,
    is_read: bool = True,
    can_shrink: bool = False,
    times: int = 1,
    chance: float = 0.5,
) -> Decision:
    tries = Tries()
    for _ in range(times):
        tries = tries.after(last)
    return decide(last, tries, policy=POLICY, is_read=is_read, can_shrink=can_shrink, chance=chance)


@pytest.mark.parametrize(
    "error_class",
    [
        ErrorClass.PARTIAL,
        ErrorClass.REAUTHORISE,
        ErrorClass.CONFIGURATION,
        ErrorClass.QUARANTINE,
        ErrorClass.SPLIT,
    ],
)
@pytest.mark.parametrize("is_read", [True, False])
def test_what_cannot_succeed_unchanged_is_never_repeated(
    error_class: ErrorClass, *, is_read: bool
) -> None:
    assert decided(outcome(error_class), is_read=is_read).action is Action.GIVE_UP


def test_a_success_is_taken() -> None:
    assert decided(outcome(ErrorClass.SUCCESS)).action is Action.TAKE


def test_an_answer_nobody_understood_is_repeated_only_for_a_read() -> None:
    unknown = outcome(ErrorClass.UNKNOWN)
    assert decided(unknown, is_read=True).action is Action.REPEAT
    assert decided(unknown, is_read=True, times=POLICY.unknown_tries).action is Action.GIVE_UP
    assert decided(unknown, is_read=False).action is Action.GIVE_UP


@pytest.mark.parametrize(
    ("error_class", "tries"),
    [(ErrorClass.RETRY, POLICY.tries), (ErrorClass.THROTTLE, POLICY.throttled_tries)],
)
def test_tries_are_capped(error_class: ErrorClass, tries: int) -> None:
    assert decided(outcome(error_class), times=tries - 1).action is Action.REPEAT
    assert decided(outcome(error_class), times=tries).action is Action.GIVE_UP


def test_a_time_out_that_can_shrink_is_never_repeated() -> None:
    timed_out = outcome(ErrorClass.RETRY, is_timeout=True)
    assert decided(timed_out, can_shrink=True).action is Action.SHRINK


def test_a_time_out_that_cannot_shrink_is_repeated_once() -> None:
    timed_out = outcome(ErrorClass.RETRY, is_timeout=True)
    assert decided(timed_out, times=1).action is Action.REPEAT
    assert decided(timed_out, times=2).action is Action.GIVE_UP


@given(
    last=st.sampled_from(list(ErrorClass)).map(outcome),
    is_timeout=st.booleans(),
    is_read=st.booleans(),
    can_shrink=st.booleans(),
    retry_after=st.none() | st.floats(0, 900),
    tries=st.builds(
        Tries,
        transient=st.integers(0, 40),
        throttled=st.integers(0, 40),
        unknown=st.integers(0, 40),
        timeouts=st.integers(0, 40),
    ),
    chance=st.floats(0, 1, exclude_max=True),
)
def test_a_decision_is_always_within_the_caps(
    last: Outcome,
    *,
    is_timeout: bool,
    is_read: bool,
    can_shrink: bool,
    retry_after: float | None,
    tries: Tries,
    chance: float,
) -> None:
    last = replace(last, is_timeout=is_timeout, retry_after=retry_after)
    tries = tries.after(last)
    decision = decide(
        last, tries, policy=POLICY, is_read=is_read, can_shrink=can_shrink, chance=chance
    )
    assert 0 <= decision.wait <= POLICY.longest_wait
    if decision.action is Action.REPEAT:
        assert last.error_class in {ErrorClass.RETRY, ErrorClass.THROTTLE, ErrorClass.UNKNOWN}
        assert decision.wait >= (retry_after or 0)
        if retry_after is not None:
            assert decision.wait <= retry_after + 1
        if is_timeout:
            assert tries.timeouts < POLICY.timeout_tries
            assert not can_shrink


@given(chance=st.floats(0.01, 1, exclude_max=True))
def test_the_wait_grows_and_is_drawn_from_the_whole_window(chance: float) -> None:
    waits = [decided(TRANSIENT, times=n, chance=chance).wait for n in range(1, POLICY.tries)]
    assert waits == pytest.approx([2 * chance, 4 * chance, 8 * chance, 16 * chance])


def test_no_call_can_time_out_often_enough_to_be_blocked() -> None:
    timed_out = outcome(ErrorClass.RETRY, is_timeout=True)
    sends = 1
    while decided(timed_out, times=sends).action is Action.REPEAT:
        sends += 1
    assert sends < 3


HTTP_DATE = "Sat, 21 Nov 2026 12:00:30 GMT"


@pytest.mark.parametrize(
    ("headers", "now", "expected"),
    [
        ({"retry-after": "30"}, None, 30.0),
        ({"retry-after": " 30 "}, None, 30.0),
        ({"retry-after": "0"}, None, 0.0),
        ({"retry-after": "86400"}, None, 900.0),
        ({"retry-after": "9" * 40}, None, 900.0),
        ({"retry-after": HTTP_DATE}, NOW, 30.0),
        ({"retry-after": HTTP_DATE, "date": "Sat, 21 Nov 2026 12:00:10 GMT"}, NOW, 20.0),
        ({"retry-after": HTTP_DATE, "date": "nonsense"}, NOW, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 13:00:00 GMT"}, NOW, 900.0),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 -0000"}, NOW, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 11:59:00 GMT"}, NOW, None),
        ({"retry-after": HTTP_DATE}, None, None),
        ({"retry-after": "-5"}, NOW, None),
        ({"retry-after": "1.5"}, NOW, None),
        ({"retry-after": "soon"}, NOW, None),
        ({"retry-after": "٣٠"}, NOW, None),
        ({"retry-after": "Sat, 99 Nov 2026 12:00:30 GMT"}, NOW, None),
        ({"retry-after": ""}, NOW, None),
        ({}, NOW, None),
    ],
)
def test_retry_after_is_honoured_capped_or_ignored(
    headers: dict[str, str], now: datetime | None, expected: float | None
) -> None:
    assert retry_after_seconds(headers, now) == expected


@given(text=st.text(max_size=30))
def test_any_retry_after_is_read_or_ignored(text: str) -> None:
    seconds = retry_after_seconds({"retry-after": text}, NOW)
    assert seconds is None or 0 <= seconds <= 900


def test_a_request_is_held_back_after_its_third_time_out_in_ten_minutes() -> None:
    moment = [NOW]
    memory = TimeoutMemory(lambda: moment[0])
    for _ in range(3):
        assert memory.blocked_for(lambda: "a") == 0
        memory.note("a")
        moment[0] += timedelta(minutes=1)
    assert memory.blocked_for(lambda: "a") == 540
    assert memory.blocked_for(lambda: "b") == 0
    moment[0] = NOW + timedelta(minutes=10)
    assert memory.blocked_for(lambda: "a") == 0


def test_the_memory_of_time_outs_does_not_grow() -> None:
    moment = [NOW]
    memory = TimeoutMemory(lambda: moment[0])
    for number in range(1000):
        memory.note(str(number))
        moment[0] += timedelta(seconds=60)
    assert len(memory._timeouts) <= 10
