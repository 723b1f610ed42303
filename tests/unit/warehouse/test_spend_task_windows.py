"""Which report tasks are left to do follows from how the others ended, and from nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.warehouse.spend_plan import DateRange
from airflow_provider_tiktok.warehouse.spend_task_windows import halves_of, left_to_do

FIRST = date(2026, 1, 1)


def window(first, days):
    start = FIRST + timedelta(days=first)
    return DateRange(start, start + timedelta(days=days - 1))


@pytest.mark.parametrize(
    ("ended", "to_do", "by_pages"),
    [
        pytest.param({}, [(0, 4)], [], id="nothing was ordered"),
        pytest.param({(0, 4): "loaded"}, [], [], id="all is loaded"),
        pytest.param({(0, 4): "failed"}, [(0, 2), (2, 2)], [], id="too large"),
        pytest.param({(0, 4): "canceled", (0, 2): "loaded"}, [(2, 2)], [], id="half is loaded"),
        pytest.param(
            {(0, 4): "failed", (0, 2): "failed", (0, 1): "failed", (2, 2): "loaded"},
            [(1, 1)],
            [(0, 1)],
            id="a day fails",
        ),
    ],
)
def test_a_failed_window_is_replaced_by_its_halves(ended, to_do, by_pages):
    states = {window(*key): state for key, state in ended.items()}

    found = left_to_do([window(0, 4)], states)

    assert found == ([window(*one) for one in to_do], [window(*one) for one in by_pages])


@given(st.integers(1, 90), st.randoms(use_true_random=False))
def test_however_tasks_end_every_day_is_read_exactly_once(days, lots):
    ended: dict[DateRange, str] = {}
    for _ in range(4 * days):
        to_do, by_pages = left_to_do([window(0, days)], ended)
        loaded = [one for one, state in ended.items() if state == "loaded"]
        covered = [
            one.start_date + timedelta(days=number)
            for one in (*to_do, *by_pages, *loaded)
            for number in range(one.days)
        ]
        assert sorted(covered) == [FIRST + timedelta(days=number) for number in range(days)]
        if not to_do:
            return
        ended[lots.choice(to_do)] = lots.choice(["loaded", "failed", "canceled"])
    pytest.fail("it never ends")


@given(st.integers(2, 90))
def test_halves_are_as_long_as_each_other(days):
    first, second = halves_of(window(0, days))

    assert abs(first.days - second.days) <= 1
    assert first.days + second.days == days
