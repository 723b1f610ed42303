"""Spend models follow what changes, and remember what was known when."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.spend_maturity import maturity_curve
from tests.dbt.conftest import stop_clock
from tests.dbt.spend_history import ADVERTISER, History, save_accounts
from tests.dbt.test_runs_after_runs import contents
from tests.dbt.user_tables import create_user_tables
from tests.dbt.world_warehouse import CONNECTION_ID

if TYPE_CHECKING:
    import psycopg

    from tests.dbt.dbt_project import DbtProject

SPEND = ("--selector", "tiktok_spend")
MODELS = (*SPEND, "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
DAYS = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)]
HOUR = timedelta(hours=1)


SEEDS = (4, 5, 6)


def assert_deltas_add_up(project: DbtProject, histories: list[History]) -> None:
    """Compare the sums of deltas with what each ledger holds, of all hours."""
    sums = project.rows(
        "select advertiser_id, ad_id, account_hour, sum(spend_delta), count(*)::int "
        "from analytics.fct_spend_deltas group by 1, 2, 3"
    )
    latest = {(one.advertiser_id, *key): row for one in histories for key, row in one.last.items()}
    assert {row[:3]: row[3:] for row in sums} == latest


@pytest.fixture
def histories(project: DbtProject, connection: psycopg.Connection) -> list[History]:
    """Accounts read for three days: restated, broken off, gone and back, one in another zone."""
    create_user_tables(connection)
    stories = [
        History(project.uri, advertiser_id=f"700000000000000000{number}")
        for number in range(1, len(SEEDS) + 1)
    ]
    rngs = [random.Random(seed) for seed in SEEDS]
    save_accounts(project.uri, stories)
    for step in range(5):
        days = DAYS[:2] if step < 3 else DAYS[1:]
        if step == 3:
            stories[0].zone = "Asia/Kolkata"
            save_accounts(project.uri, stories)
        for story, rng in zip(stories, rngs, strict=True):
            for day in days:
                story.change(rng, day)
                story.pull(day, after=HOUR, is_complete=rng.random() < 0.7)
        if step in {0, 2, 4}:
            project.build_all(*MODELS)
            assert_deltas_add_up(project, stories)
    return stories


def test_spend_models_equal_a_full_refresh_and_know_every_past_moment(
    project: DbtProject, histories: list[History]
) -> None:
    hourly = contents(project)
    project.build_all(*MODELS, "--full-refresh")
    assert contents(project) == hourly
    assert_deltas_add_up(project, histories)

    as_of = project.compiled('{{ tiktok_spend_hourly_as_of("%(moment)s") }}').replace("%%", "%")
    for history in histories:
        for moment, ledger in history.known.items():
            parameters = {"moment": moment, "advertiser": history.advertiser_id}
            rows = project.rows(
                f"select ad_id, account_hour, spend, versions from {as_of} as spend "  # noqa: S608 - our own macro
                "where advertiser_id = %(advertiser)s",
                parameters,
            )
            assert {row[:2]: row[2:] for row in rows} == ledger
            # The deltas that were known at a moment add up to what was known.
            sums = project.rows(
                "select ad_id, account_hour, sum(spend_delta), count(*)::int "
                "from analytics.fct_spend_deltas "
                "where pull_finished_at <= %(moment)s and advertiser_id = %(advertiser)s "
                "group by 1, 2",
                parameters,
            )
            assert {row[:2]: row[2:] for row in sums} == ledger
        assert len({len(ledger) for ledger in history.known.values()}) > 1

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
        "select min(hour_starts_at)::text from analytics.fct_spend_hourly where advertiser_id = %s "
        "and spend > 0 and account_hour >= '2026-11-02' and account_hour < '2026-11-02 01'",
        [ADVERTISER],
    )
    assert placed[0][0] in {None, "2026-11-01 18:30:00+00"}
    assert project.rows(
        "select account_time_zone, valid_until::text from analytics_intermediate.int_account_zones "
        "where advertiser_id = %s order by valid_from",
        [ADVERTISER],
    ) == [("America/New_York", "2026-10-31 18:30:00+00"), ("Asia/Kolkata", None)]

    # Three weeks later the hours have settled, and teach the same curve as the provider learns.
    stop_clock(project.uri, histories[0].now + timedelta(days=21))
    project.build_all(*MODELS)
    for history in histories[1:]:
        told = project.rows(
            "select age_hours, share from analytics.rpt_spend_maturity where advertiser_id = %s",
            [history.advertiser_id],
        )
        with connect(project.uri) as connection:
            [advertiser] = [
                one
                for one in enabled_advertisers(connection, CONNECTION_ID)
                if one.advertiser_id == history.advertiser_id
            ]
            curve = maturity_curve(connection, advertiser)
        assert dict(told) == {point.age_hours: round(point.share, 6) for point in curve}
        assert len({share for _, share in told}) > 1
