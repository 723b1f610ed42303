"""Account-local hours lie end to end on the UTC time line, in every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from sandbox.world.hours import hours_between

ZONES = [
    *("America/New_York", "America/Los_Angeles", "America/Chicago", "America/Sao_Paulo"),
    *("America/St_Johns", "America/Santiago", "Europe/London", "Europe/Berlin", "Europe/Kyiv"),
    *("Africa/Cairo", "Africa/Casablanca", "Asia/Jerusalem", "Asia/Kolkata", "Asia/Kathmandu"),
    *("Asia/Shanghai", "Asia/Tokyo", "Asia/Riyadh", "Australia/Sydney", "Australia/Lord_Howe"),
    *("Pacific/Chatham", "Pacific/Auckland", "Pacific/Apia", "Etc/GMT+8", "UTC"),
]
YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("zone", ZONES)
def test_hours_follow_each_other_without_gap_or_overlap(zone: str) -> None:
    hours = hours_between(zone, *YEAR)
    assert hours[0].utc_hour - YEAR[0] < timedelta(hours=1)
    assert YEAR[1] - hours[-1].utc_hour < timedelta(hours=2)
    for before, after in pairwise(hours):
        assert before.utc_hour + timedelta(seconds=before.seconds) == after.utc_hour
        assert after.index == before.index + 1


@pytest.mark.parametrize("zone", ZONES)
def test_every_second_of_an_hour_has_the_name_of_the_hour(zone: str) -> None:
    clock = ZoneInfo(zone)
    for hour in hours_between(zone, *YEAR):
        for seconds in (0, hour.seconds - 1):
            local = (hour.utc_hour + timedelta(seconds=seconds)).astimezone(clock)
            assert f"{local:%Y-%m-%d %H:00:00}" == hour.stat_time_hour
            assert (local.date(), local.hour) == (hour.local_date, hour.local_hour)


@pytest.mark.parametrize(
    ("zone", "day", "count", "repeated"),
    [
        pytest.param("America/New_York", date(2026, 11, 1), 25, 1, id="clocks go back an hour"),
        pytest.param("America/New_York", date(2026, 3, 8), 23, 0, id="clocks go forward an hour"),
        pytest.param("Australia/Lord_Howe", date(2026, 4, 5), 25, 1, id="back half an hour"),
        pytest.param("Australia/Lord_Howe", date(2026, 10, 4), 24, 0, id="forward half an hour"),
        pytest.param("Asia/Kolkata", date(2026, 11, 1), 24, 0, id="clocks stay"),
    ],
)
def test_a_day_has_the_hours_that_its_clock_shows(
    zone: str, day: date, count: int, repeated: int
) -> None:
    hours = [hour for hour in hours_between(zone, *YEAR) if hour.local_date == day]
    assert len(hours) == count
    assert sum(hour.is_second_pass for hour in hours) == repeated
