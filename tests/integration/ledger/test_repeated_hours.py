"""A day of 25 hours costs what it costs, however TikTok reports the hour that comes twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

# New York sets its clocks back at 06:00 UTC: 01:00 comes twice.
LONG_DAY = date(2026, 11, 1)
TWICE = "2026-11-01 01:00:00"
DURING_THE_DAY = datetime(2026, 11, 1, 15, tzinfo=UTC)
THE_DAY_AFTER = datetime(2026, 11, 2, 15, tzinfo=UTC)


@pytest.fixture
def long_day(ledger):
    ledger.day = LONG_DAY
    return ledger


def test_an_hour_sent_once_is_taken_as_it_is(long_day, row):
    result = long_day.pull([row("1", TWICE, spend="3")], at=THE_DAY_AFTER)

    assert result.is_complete
    assert long_day.latest() == {(TWICE, "1"): Decimal(3)}


@pytest.mark.parametrize("at", [DURING_THE_DAY, THE_DAY_AFTER], ids=["today", "later"])
def test_an_hour_sent_twice_adds_up(long_day, row, at):
    rows = [row("1", TWICE, spend="1", clicks="4"), row("1", TWICE, spend="2.5", clicks="-")]

    result = long_day.pull(rows, at=at)

    assert result.is_complete
    assert result.rows_rejected == 0
    assert long_day.latest() == {(TWICE, "1"): Decimal("3.5")}
    assert long_day.latest("clicks") == {(TWICE, "1"): Decimal(4)}
    assert long_day.pull(rows, at=THE_DAY_AFTER).rows_changed == 0


def test_two_equal_passes_on_two_pages_add_up_when_the_day_is_over(long_day, row):
    pages = [[row("1", TWICE, spend="2")], [row("1", TWICE, spend="2")]]

    result = long_day.pull(*pages, at=THE_DAY_AFTER)

    assert result.is_complete
    assert long_day.latest() == {(TWICE, "1"): Decimal(4)}


def test_two_equal_rows_on_two_pages_of_a_running_day_may_be_one_that_moved(long_day, row):
    pages = [[row("1", TWICE, spend="2")], [row("1", TWICE, spend="2")]]

    result = long_day.pull(*pages, at=DURING_THE_DAY)

    assert result.incomplete_reason == "1 keys came twice"
    assert long_day.latest() == {(TWICE, "1"): Decimal(2)}


@pytest.mark.parametrize(
    ("stat_time", "copies"),
    [(TWICE, 3), ("2026-11-01 02:00:00", 2)],
    ids=["three times", "an hour that comes once"],
)
def test_any_other_repetition_is_a_page_that_shifted(long_day, row, stat_time, copies):
    rows = [row("1", stat_time, spend=str(number)) for number in range(1, copies + 1)]

    result = long_day.pull([row("2", 5, LONG_DAY, spend="7"), *rows], at=THE_DAY_AFTER)

    assert not result.is_complete
    assert long_day.latest()[stat_time, "1"] == Decimal(copies)
    assert long_day.latest()["2026-11-01 05:00:00", "2"] == Decimal(7)


def test_a_shift_elsewhere_makes_the_repeated_hour_doubtful_too(long_day, row):
    rows = [
        row("1", TWICE, spend="1"),
        row("1", TWICE, spend="2"),
        row("1", 9, LONG_DAY, spend="4"),
        row("1", 9, LONG_DAY, spend="4"),
    ]

    result = long_day.pull(rows, at=THE_DAY_AFTER)

    assert not result.is_complete
    assert long_day.latest()[TWICE, "1"] == Decimal(2)


def test_a_repeated_key_of_a_short_report_stays_incomplete(long_day, row):
    rows = [row("1", TWICE, spend="1"), row("1", TWICE, spend="2")]

    result = long_day.pull(rows, at=THE_DAY_AFTER, problem="totals_changed", announced=3)

    assert not result.is_complete


def test_the_zone_is_the_accounts(long_day, row):
    long_day.display_timezone = "America/Phoenix"

    result = long_day.pull([row("1", TWICE, spend="1"), row("1", TWICE, spend="2")])

    assert result.incomplete_reason == "1 keys came twice"
