"""How long numbers keep changing is learned from the snapshots."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers, save_advertisers
from airflow_provider_tiktok.warehouse.spend_coverage import rows_a_day
from airflow_provider_tiktok.warehouse.spend_maturity import (
    Maturity,
    maturity_curve,
    window_days,
)

# 08:00 in New York ends at 14:00 UTC.
END_OF_THE_HOUR = datetime(2026, 11, 2, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def advertiser(ledger):
    ledger.connection.execute(
        "select set_config('tiktok.clock_offset', "
        "(timestamptz '2026-12-01' - clock_timestamp())::text, false)"
    )
    info = {"advertiser_id": ledger.advertiser_id, "display_timezone": "America/New_York"}
    save_advertisers(ledger.connection, "tiktok", [info])
    return enabled_advertisers(ledger.connection, "tiktok")[0]


def test_the_curve_is_the_share_of_the_final_spend_that_was_known(ledger, row, advertiser):
    for hours, spend in ((1, "6"), (5, "9"), (60, "10")):
        ledger.pull([row("1", 8, spend=spend)], at=END_OF_THE_HOUR + hours * HOUR)

    curve = {
        point.age_hours: point.share for point in maturity_curve(ledger.connection, advertiser)
    }

    assert curve[1] == Decimal("0.6")
    assert curve[3] == Decimal("0.6")
    assert curve[6] == Decimal("0.9")
    assert curve[48] == Decimal("0.9")
    assert curve[72] == curve[672] == 1
    assert 0 not in curve


def test_an_account_without_settled_spend_has_no_curve(ledger, row, advertiser):
    assert maturity_curve(ledger.connection, advertiser) == []
    ledger.pull([row("1", 8)], at=END_OF_THE_HOUR)
    assert maturity_curve(ledger.connection, advertiser) == []


@pytest.mark.parametrize(
    ("shares", "days"),
    [
        pytest.param([], 35, id="no evidence"),
        pytest.param([(1, "1"), (24, "1"), (672, "1")], 3, id="right at once"),
        pytest.param([(24, "0.9"), (168, "0.9995"), (672, "1")], 7, id="right within a week"),
        pytest.param([(24, "1"), (168, "1.02"), (336, "1")], 14, id="too high for a while"),
        pytest.param([(24, "0.9"), (672, "0.98")], 35, id="never settled"),
    ],
)
def test_the_window_ends_where_the_curve_stays_flat(shares, days):
    curve = [Maturity(age, Decimal(share)) for age, share in shares]

    assert window_days(curve) == days


def test_the_rows_of_a_day_are_the_mean_of_the_last_complete_days(ledger, row):
    assert rows_a_day(ledger.connection, ledger.advertiser_id) == 0
    ledger.pull([row("1", 8), row("1", 9)])
    yesterday = ledger.day - timedelta(days=1)
    ledger.pull([row(str(ad), 8, yesterday) for ad in range(1, 5)], start=yesterday)

    assert rows_a_day(ledger.connection, ledger.advertiser_id) == 3
