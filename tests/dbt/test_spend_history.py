"""Spend models follow what changes, and remember what was known when."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.dbt.spend_history import ADVERTISER, History
from tests.dbt.test_runs_after_runs import contents
from tests.dbt.user_tables import create_user_tables

if TYPE_CHECKING:
    import psycopg

    from tests.dbt.dbt_project import DbtProject

SPEND = ("--selector", "tiktok_spend")
MODELS = (*SPEND, "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
DAYS = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)]
HOUR = timedelta(hours=1)


@pytest.fixture
def history(project: DbtProject, connection: psycopg.Connection) -> History:
    """Pulls of three days in a row: restated, broken off, gone, back, and in another zone."""
    create_user_tables(connection)
    rng = random.Random(4)
    story = History(project.uri)
    story.save_account()
    for step in range(3):
        for day in DAYS[:2]:
            story.change(rng, day)
            story.pull(day, after=HOUR, is_complete=step != 1)
    project.build_all(*MODELS)
    story.zone = "Asia/Kolkata"
    story.save_account()
    for day in DAYS[1:]:
        story.change(rng, day)
        story.pull(day, after=HOUR)
    project.build_all(*MODELS)
    return story


def test_spend_models_equal_a_full_refresh_and_know_every_past_moment(
    project: DbtProject, history: History
) -> None:
    hourly = contents(project)
    project.build_all(*MODELS, "--full-refresh")
    assert contents(project) == hourly

    as_of = project.compiled('{{ tiktok_spend_hourly_as_of("%(moment)s") }}').replace("%%", "%")
    for moment, ledger in history.known.items():
        rows = project.rows(
            f"select ad_id, account_hour, spend, versions from {as_of} as spend",  # noqa: S608 - our own macro
            {"moment": moment},
        )
        assert {row[:2]: row[2:] for row in rows} == ledger
    assert len({len(ledger) for ledger in history.known.values()}) > 1

    # The deltas that were known at a moment add up to what was known.
    for moment, ledger in history.known.items():
        sums = project.rows(
            "select ad_id, account_hour, sum(spend_delta), count(*)::int "
            "from analytics.fct_spend_deltas where pull_finished_at <= %s group by 1, 2",
            [moment],
        )
        assert {row[:2]: row[2:] for row in sums} == ledger

    # October 31 was last read as New York's; the rest was read again as Kolkata's.
    zones = project.rows(
        "select account_date, account_time_zone from analytics_intermediate.int_account_days "
        "where advertiser_id = %s order by account_date",
        [ADVERTISER],
    )
    assert zones == [
        (DAYS[0], "America/New_York"),
        (DAYS[1], "Asia/Kolkata"),
        (DAYS[2], "Asia/Kolkata"),
    ]
    placed = project.rows(
        "select min(hour_starts_at)::text from analytics.fct_spend_hourly "
        "where spend > 0 and account_hour >= '2026-11-02' and account_hour < '2026-11-02 01'"
    )
    assert placed[0][0] in {None, "2026-11-01 18:30:00+00"}
    assert project.rows(
        "select account_time_zone, valid_until::text "
        "from analytics_intermediate.int_account_zones order by valid_from"
    ) == [("America/New_York", "2026-10-31 18:30:00+00"), ("Asia/Kolkata", None)]
