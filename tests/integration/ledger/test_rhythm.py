"""How long young days are read again and again follows from how the account's numbers changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers, save_advertisers
from airflow_provider_tiktok.warehouse.spend_coverage import due_for
from airflow_provider_tiktok.warehouse.spend_rhythm import learn_rhythm, rhythm_of

END_OF_THE_HOUR = datetime(2026, 11, 2, 14, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def advertiser(ledger):
    ledger.connection.execute(
        "select set_config('tiktok.clock_offset', "
        "(%s::timestamptz - clock_timestamp())::text, false)",
        [NOW],
    )
    info = {"advertiser_id": ledger.advertiser_id, "display_timezone": "America/New_York"}
    save_advertisers(ledger.connection, "tiktok", [info])
    return enabled_advertisers(ledger.connection, "tiktok")[0]


def restate(ledger, row, *days):
    """Let the spend of an hour change at each of these ages, the last one for good."""
    for number, age in enumerate(days, 1):
        ledger.pull([row("1", 8, spend=str(number * 10))], at=END_OF_THE_HOUR + age * DAY)


@pytest.mark.parametrize(
    ("changed_at", "recent_days"),
    [
        pytest.param((0,), 3, id="never again"),
        pytest.param((0, 4), 5, id="after four days"),
        pytest.param((0, 6), 7, id="after six days"),
        pytest.param((0, 20), 14, id="later than is read every few hours"),
    ],
)
def test_days_are_read_often_for_as_long_as_they_changed(
    ledger, row, advertiser, changed_at, recent_days
):
    restate(ledger, row, *changed_at)

    assert learn_rhythm(ledger.connection, advertiser, NOW).recent_days == recent_days
    assert rhythm_of(ledger.connection, advertiser.advertiser_id).recent_days == recent_days


def test_without_settled_spend_the_default_stays_and_is_asked_again(ledger, row, advertiser):
    assert learn_rhythm(ledger.connection, advertiser, NOW).recent_days == 3

    restate(ledger, row, 0, 6)

    assert learn_rhythm(ledger.connection, advertiser, NOW).recent_days == 7


def test_what_was_learned_holds_for_a_day(ledger, row, advertiser):
    restate(ledger, row, 0)
    learn_rhythm(ledger.connection, advertiser, NOW)
    restate(ledger, row, 0, 6)

    assert learn_rhythm(ledger.connection, advertiser, NOW + 0.9 * DAY).recent_days == 3
    assert learn_rhythm(ledger.connection, advertiser, NOW + 1.1 * DAY).recent_days == 7


def test_the_next_run_reads_as_many_days_as_were_learned(ledger, row, advertiser):
    for age in range(1, 15):
        day = NOW.date() - age * DAY
        ledger.pull([row("1", 8, day)], start=day, at=NOW - timedelta(hours=7))
    assert {one.why for one in due_for(ledger.connection, advertiser, NOW)} >= {"recent"}
    before = recent(ledger, advertiser)

    restate(ledger, row, 0, 6)
    learn_rhythm(ledger.connection, advertiser, NOW)

    assert before == [2, 3]
    assert recent(ledger, advertiser) == [2, 3, 4, 5, 6, 7]


def recent(ledger, advertiser):
    """Return the ages of the days that are due because they are young."""
    today = NOW.date()
    found = due_for(ledger.connection, advertiser, NOW)
    return sorted((today - one.start_date).days for one in found if one.why == "recent")
