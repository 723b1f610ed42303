"""Every report sums to TikTok's total of an account, in its currency and in the company's."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.dbt.spend_history import History, save_accounts
from tests.dbt.user_tables import create_user_tables

if TYPE_CHECKING:
    import psycopg

    from tests.dbt.dbt_project import DbtProject

DAYS = [date(2026, 10, 31), date(2026, 11, 1)]
MINUTE = timedelta(minutes=1)
RATES = """
create schema if not exists finance;
create table finance.exchange_rates (
    rate_date date, from_currency text, to_currency text, rate numeric
);
insert into finance.exchange_rates values
    ('2026-10-30', 'USD', 'EUR', 0.9), ('2026-10-31', 'USD', 'EUR', 0.5),
    ('2026-10-31', 'USD', 'GBP', 7), ('2026-10-31', 'INR', 'EUR', 0.01);
"""
REPORTS = ("rpt_ad_roi_hourly", "rpt_ad_roi_daily", "rpt_campaign_roi_daily", "fct_spend_daily")
TEST = "assert_every_spend_has_an_exchange_rate"


@pytest.fixture
def totals(project: DbtProject, connection: psycopg.Connection) -> dict[tuple[str, date], Decimal]:
    """Two accounts that cost more than their ads on one day, and less on another; all is built."""
    create_user_tables(connection)
    connection.execute(RATES)
    project.variables["tiktok_reporting_currency"] = "EUR"
    histories = [
        History(project.uri, advertiser_id=f"700000000000000000{number}", currency=currency)
        for number, currency in ((1, "USD"), (2, "INR"))
    ]
    save_accounts(project.uri, histories)
    found = {}
    for number, history in enumerate(histories):
        history.now += timedelta(hours=number)
        for day, beyond in zip(DAYS, (Decimal("12.34"), Decimal("-0.01")), strict=True):
            history.change(random.Random(number), day)
            history.pull(day, after=MINUTE)
            found[history.advertiser_id, day] = history.pull_total(
                day, beyond_ads=beyond, after=MINUTE
            )
    project.build_all("--exclude-resource-type", "unit_test")
    return found


def test_every_report_sums_to_tiktoks_total_and_a_missing_rate_fails_a_test(
    project: DbtProject,
    connection: psycopg.Connection,
    totals: dict[tuple[str, date], Decimal],
) -> None:
    for report in REPORTS:
        told = project.rows(
            f"select advertiser_id, account_date, sum(spend) from analytics.{report} group by 1, 2"  # noqa: S608 - our own tables
        )
        assert {row[:2]: row[2] for row in told} == totals, report
    beyond = project.rows(
        "select spend, unallocated_reason, ad_id, account_hour, profit "
        "from analytics.rpt_ad_roi_hourly "
        "where spend_status = 'unallocated' and advertiser_id like '%1' order by account_date"
    )
    assert beyond == [
        (Decimal("12.34"), "unknown", None, None, Decimal("-12.34")),
        (Decimal("-0.01"), "settling", None, None, Decimal("0.01")),
    ]

    # The rate of 31 October holds for 1 November too.
    told = project.rows(
        "select advertiser_id, account_date, reporting_currency, reporting_spend "
        "from analytics.rpt_advertiser_spend_daily"
    )
    rates = {"1": Decimal("0.5"), "2": Decimal("0.01")}
    assert {row[:2]: row[2:] for row in told} == {
        key: ("EUR", total * rates[key[0][-1]]) for key, total in totals.items()
    }

    connection.execute("delete from finance.exchange_rates where from_currency = 'INR'")
    outcome = project.build("--select", "int_exchange_rates", TEST)
    assert outcome.not_ok() == {TEST: "fail"}, outcome.messages
    missing = project.rows(
        "select advertiser_id from analytics.rpt_advertiser_spend_daily "
        "where reporting_spend is null group by 1"
    )
    assert missing == [("7000000000000000002",)]
