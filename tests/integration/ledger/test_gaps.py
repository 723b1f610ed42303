"""What an account cost beyond its ads becomes a row with its reason, and never a silent loss."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from airflow_provider_tiktok.warehouse.accounts import save_advertisers, save_campaigns
from airflow_provider_tiktok.warehouse.database import connect
from sandbox.server import start_server
from sandbox.world import World
from tests.integration.ledger.puller import start_pulling

DAY = date(2026, 11, 2)
LATER = datetime(2026, 11, 5, 12, tzinfo=UTC)
NEWEST = """
    select distinct on (stat_date, campaign_id) campaign_id, spend, reason
    from tiktok_raw.spend_gaps order by stat_date, campaign_id, seq desc
"""
# Per day: the account's total, what the ads' hours say, and what is on no ad.
SUMS = """
    with hours as (
        select distinct on (advertiser_id, stat_time, entity_id)
            advertiser_id, left(stat_time, 10)::date as stat_date, spend
        from tiktok_raw.spend_snapshots
        where data_level = 'AUCTION_AD' and time_dimension = 'stat_time_hour'
        order by advertiser_id, stat_time, entity_id, seq desc
    ),
    totals as (
        select distinct on (advertiser_id, stat_date) advertiser_id, stat_date, spend
        from tiktok_raw.spend_totals order by advertiser_id, stat_date, seq desc
    )
    select totals.spend, coalesce((
            select sum(hours.spend) from hours
            where hours.advertiser_id = totals.advertiser_id and hours.stat_date = totals.stat_date
        ), 0), coalesce((
            select sum(gaps.spend) from tiktok_raw.open_spend_gaps as gaps
            where gaps.advertiser_id = totals.advertiser_id and gaps.stat_date = totals.stat_date
        ), 0)
    from totals
"""


def gaps(ledger):
    return {
        campaign_id: (spend, reason)
        for campaign_id, spend, reason in ledger.rows(NEWEST)
        if reason != "closed"
    }


@pytest.fixture
def account(ledger):
    """An account with a campaign of each kind, whose ads' hours of a day cost 10."""
    known = {"advertiser_id": ledger.advertiser_id, "display_timezone": ledger.display_timezone}
    save_advertisers(ledger.connection, "tiktok", [known])
    kinds = [
        {"campaign_id": "61"},
        {"campaign_id": "62", "is_smart_performance_campaign": True},
        {"campaign_id": "63", "campaign_automation_type": "UPGRADED_SMART_PLUS"},
        {"campaign_id": "64", "campaign_type": "GMV_MAX"},
        {"campaign_id": "65", "secondary_status": "CAMPAIGN_STATUS_DELETE"},
    ]
    save_campaigns(ledger.connection, ledger.advertiser_id, kinds)
    return ledger


def read_hours(account, row, spend="10", at=LATER, **options):
    return account.pull([row("1", 5, spend=spend)], at=at, **options)


def read_total(account, row, spend, at=LATER):
    midnight = f"{DAY} 00:00:00"
    sent = row("1", midnight, spend=spend)
    sent["dimensions"]["advertiser_id"] = account.advertiser_id
    return account.pull([sent], at=at, time_dimension="stat_time_day", level="AUCTION_ADVERTISER")


def read_days(account, row, spend, at):
    sent = [row("1", f"{DAY} 00:00:00", spend=spend)]
    return account.pull(sent, at=at, time_dimension="stat_time_day")


def read_campaigns(account, row, at=LATER, **spends):
    rows = []
    for campaign_id, spend in spends.items():
        sent = row("1", f"{DAY} 00:00:00", spend=spend)
        sent["dimensions"]["campaign_id"] = campaign_id.removeprefix("c")
        rows.append(sent)
    return account.pull(rows, at=at, time_dimension="stat_time_day", level="AUCTION_CAMPAIGN")


def test_where_hours_are_the_total_there_is_no_row(account, row):
    read_hours(account, row)

    result = read_total(account, row, "10")

    assert (result.gaps_changed, account.rows(NEWEST)) == (0, [])


@pytest.mark.parametrize("difference", ["0.01", "-0.01"])
def test_a_planted_cent_is_found_as_soon_as_hours_and_total_are_of_one_moment(
    account, row, difference
):
    total = str(Decimal(10) + Decimal(difference))
    read_total(account, row, total)
    read_hours(account, row, at=LATER + timedelta(minutes=1))
    assert gaps(account) == {"": (Decimal(difference), "settling")}

    read_total(account, row, total, at=LATER + timedelta(minutes=2))
    assert gaps(account) == {"": (Decimal(difference), "unknown")}

    read_total(account, row, "10", at=LATER + timedelta(hours=1))

    assert gaps(account) == {}
    history = "select reason from tiktok_raw.spend_gaps order by seq"
    assert account.rows(history) == [("not_read",), ("settling",), ("unknown",), ("closed",)]


def test_a_total_that_was_corrected_after_the_hours_were_read_waits_for_the_ads(
    account, row, caplog
):
    """Two days old: totals come hourly, hours every six, days daily. Nobody is to be alarmed."""
    read_hours(account, row)
    read_total(account, row, "10", at=LATER + timedelta(minutes=1))

    read_total(account, row, "12", at=LATER + timedelta(hours=3))
    assert gaps(account) == {"": (Decimal(2), "settling")}
    assert "is on no ad" not in caplog.text

    read_days(account, row, "10", at=LATER + timedelta(hours=4))
    read_total(account, row, "12.5", at=LATER + timedelta(hours=4, minutes=1))
    assert gaps(account) == {"": (Decimal("2.5"), "unknown")}
    assert "2.500000 of spend is on no ad" in caplog.text


def test_the_same_gap_seen_again_adds_no_row(account, row):
    read_hours(account, row)
    read_total(account, row, "12")

    again = read_total(account, row, "12", at=LATER + timedelta(hours=1))
    hours = read_hours(account, row, at=LATER + timedelta(hours=2))

    assert (again.gaps_changed, hours.gaps_changed) == (0, 0)


def test_campaigns_say_to_whom_a_gap_belongs_and_why(account, row):
    read_hours(account, row)
    read_total(account, row, "30")
    assert gaps(account) == {"": (Decimal(20), "unknown")}

    later = LATER + timedelta(minutes=1)
    read_campaigns(account, row, at=later, c61="11", c62="2", c63="3", c64="4", c65="5", c66="1.5")

    assert gaps(account) == {
        "": (Decimal("3.5"), "unknown"),
        "61": (Decimal(1), "unknown"),
        "62": (Decimal(2), "smart_plus"),
        "63": (Decimal(3), "smart_plus"),
        "64": (Decimal(4), "gmv_max"),
        "65": (Decimal(5), "deleted"),
        "66": (Decimal("1.5"), "no_ads"),
    }
    assert sum(spend for spend, _ in gaps(account).values()) == 20


def test_campaigns_that_were_read_before_the_total_changed_explain_nothing(account, row):
    read_hours(account, row)
    read_total(account, row, "12")
    read_campaigns(account, row, at=LATER + timedelta(minutes=1), c61="10", c62="2")
    assert gaps(account) == {"62": (Decimal(2), "smart_plus")}

    read_total(account, row, "15", at=LATER + timedelta(hours=1))

    assert gaps(account) == {"": (Decimal(5), "unknown")}


@pytest.mark.parametrize(
    ("problem", "reason"),
    [("truncated", "id_limit"), ("promoted_missing", "promoted"), ("totals_changed", "unknown")],
)
def test_a_report_that_leaves_ads_out_is_the_reason(account, row, problem, reason):
    read_total(account, row, "12")

    read_hours(account, row, problem=problem)

    assert gaps(account) == {"": (Decimal(2), reason)}


def test_a_day_that_was_never_read_by_the_hour_says_so(account, row):
    read_total(account, row, "12")

    assert gaps(account) == {"": (Decimal(12), "not_read")}


def test_a_day_that_runs_is_settling(account, row):
    during = datetime(2026, 11, 2, 15, tzinfo=UTC)
    read_hours(account, row, at=during)

    read_total(account, row, "12", at=during)

    assert gaps(account) == {"": (Decimal(2), "settling")}


def test_what_the_ads_days_explain_is_settling_until_their_hours_are_read(account, row):
    read_hours(account, row)
    account.pull(
        [row("1", f"{DAY} 00:00:00", spend="12")], at=LATER, time_dimension="stat_time_day"
    )

    read_total(account, row, "12")

    assert gaps(account) == {"": (Decimal(2), "settling")}


def test_an_hourly_run_without_trouble_finds_no_gap_on_the_way(warehouse, world):
    with (
        start_server(world, clock_speed=0.0) as sandbox,
        connect(warehouse) as connection,
    ):
        puller = start_pulling(connection, sandbox, world, world.end - timedelta(hours=30))
        for hours in (-30, -12, 0, 13):
            puller.at(world.end + timedelta(hours=hours))
            puller.pull_due()
        found = connection.execute("select distinct reason from tiktok_raw.spend_gaps").fetchall()
        assert set(found) <= {("settling",), ("closed",)}
        assert all(total == hours + gap for total, hours, gap in connection.execute(SUMS))
        puller.transport.close()


def test_more_ads_than_tiktok_lists_still_add_up_to_the_account(warehouse):
    world = World(seed=1, days=2, ads_per_advertiser=12)
    with (
        start_server(world, clock_speed=0.0, switches={"id_limit": 6}) as sandbox,
        connect(warehouse) as connection,
    ):
        puller = start_pulling(connection, sandbox, world, world.end + timedelta(days=2, hours=13))
        puller.pull_due()

        sums = connection.execute(SUMS).fetchall()
        assert all(total == hours + gap for total, hours, gap in sums)
        assert sum(gap for _, _, gap in sums) > 0
        reasons = "select distinct reason from tiktok_raw.open_spend_gaps"
        assert connection.execute(reasons).fetchall() == [("id_limit",)]
        sandbox.switch(id_limit=20_000)
        puller.at(puller.moment + timedelta(days=1))
        puller.pull_due()
        assert connection.execute(reasons).fetchall() == []
        assert all(total == hours for total, hours, _ in connection.execute(SUMS))
        puller.transport.close()
