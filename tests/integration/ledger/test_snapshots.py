"""A snapshot is written when a number changed, and only then."""

from __future__ import annotations

from decimal import Decimal

import pytest

from airflow_provider_tiktok.api.errors import ErrorClass, Outcome, TikTokRetryableError

ONE_AT_8 = ("2026-11-02 08:00:00", "1")
ONE_AT_9 = ("2026-11-02 09:00:00", "1")
TWO_AT_8 = ("2026-11-02 08:00:00", "2")


def test_the_first_pull_writes_every_key_once(ledger, row):
    result = ledger.pull([row("1", 8, spend="1.50"), row("1", 9), row("2", 8, spend="0.000001")])

    assert (result.rows_read, result.rows_changed, result.rows_absent) == (3, 3, 0)
    assert result.is_complete
    assert ledger.latest() == {
        ONE_AT_8: Decimal("1.50"),
        ONE_AT_9: Decimal(0),
        TWO_AT_8: Decimal("0.000001"),
    }


def test_the_same_pull_again_writes_nothing(ledger, row, minutes_later):
    rows = [row("1", 8, spend="1.50", clicks="3"), row("1", 9, spend="-")]
    ledger.pull(rows)

    result = ledger.pull(rows, at=minutes_later(60))

    assert result.rows_changed == 0
    assert ledger.history() == {ONE_AT_8: [Decimal("1.50")], ONE_AT_9: [None]}


@pytest.mark.parametrize("restated", ["2.75", "0.25", "0", "-0.10"])
def test_a_restated_number_becomes_the_next_snapshot(ledger, row, minutes_later, restated):
    ledger.pull([row("1", 8, spend="1.50"), row("1", 9, spend="7")])

    result = ledger.pull(
        [row("1", 8, spend=restated), row("1", 9, spend="7")], at=minutes_later(60)
    )

    assert result.rows_changed == 1
    assert ledger.history()[ONE_AT_8] == [Decimal("1.50"), Decimal(restated)]
    assert ledger.history()[ONE_AT_9] == [Decimal(7)]


def test_a_change_of_any_metric_is_a_change(ledger, row, minutes_later):
    ledger.pull([row("1", 8, spend="1.50")])

    ledger.pull(
        [row("1", 8, spend="1.50", total_complete_payment_rate="9.99")], at=minutes_later(1)
    )

    values = ledger.history("total_complete_payment_rate")
    assert values == {ONE_AT_8: [Decimal(0), Decimal("9.99")]}


def test_a_metric_that_tiktok_does_not_know_changes_nothing(ledger, row, minutes_later):
    ledger.pull([row("1", 8, spend="1.50", conversion="4")])

    result = ledger.pull([row("1", 8, spend="1.50", conversion="-")], at=minutes_later(1))

    assert result.rows_changed == 0
    assert ledger.latest("conversion") == {ONE_AT_8: Decimal(4)}


def test_a_key_that_is_gone_from_a_complete_pull_becomes_zero(ledger, row, minutes_later):
    ledger.pull([row("1", 8, spend="1.50"), row("2", 8, spend="3")])

    result = ledger.pull([row("1", 8, spend="1.50")], at=minutes_later(1))

    assert (result.rows_changed, result.rows_absent) == (1, 1)
    assert ledger.history()[TWO_AT_8] == [Decimal(3), Decimal(0)]
    absent = ledger.rows(
        "select entity_id, campaign_id, currency from tiktok_raw.spend_snapshots where is_absent"
    )
    assert absent == [("2", "61", "USD")]


def test_an_absent_key_comes_back_and_goes_again_without_a_trace_in_the_sum(
    ledger, row, minutes_later
):
    for minute, rows in enumerate([[row("2", 8, spend="3")], [], [row("2", 8, spend="5")], []]):
        ledger.pull(rows, at=minutes_later(minute))

    assert ledger.history()[TWO_AT_8] == [Decimal(3), Decimal(0), Decimal(5), Decimal(0)]


def test_a_key_without_numbers_is_not_marked_absent(ledger, row, minutes_later):
    ledger.pull([row("1", 8), row("1", 9, spend="-")])

    result = ledger.pull([], at=minutes_later(1))

    assert result.rows_changed == 0


def test_an_incomplete_pull_adds_and_raises_but_lowers_and_removes_nothing(
    ledger, row, minutes_later
):
    ledger.pull([row("1", 8, spend="5", clicks="5"), row("1", 9, spend="5")])

    result = ledger.pull(
        [row("1", 8, spend="4", clicks="9"), row("2", 8, spend="1")],
        at=minutes_later(1),
        problem="totals_changed",
    )

    assert not result.is_complete
    assert result.incomplete_reason == "totals_changed"
    assert ledger.latest() == {ONE_AT_8: Decimal(5), ONE_AT_9: Decimal(5), TWO_AT_8: Decimal(1)}
    assert ledger.latest("clicks")[ONE_AT_8] == Decimal(9)


def test_a_page_that_fails_leaves_the_pages_before_it_as_an_incomplete_pull(ledger, row):
    outcome = Outcome(
        error_class=ErrorClass.RETRY,
        http_status=200,
        code=50000,
        message="System error.",
        request_id="20261102",
        retry_after=None,
        data=None,
        next_step="Try again later.",
    )
    error = TikTokRetryableError(outcome, "report/integrated/get/")

    with pytest.raises(TikTokRetryableError) as raised:
        ledger.pull([row("1", 8, spend="5")], error=error)

    assert raised.value is error
    assert ledger.latest() == {ONE_AT_8: Decimal(5)}
    assert ledger.rows("select is_complete, rows_read, pages from tiktok_raw.report_pulls") == [
        (False, 1, 1)
    ]
    assert (
        "page 2 failed"
        in ledger.rows("select incomplete_reason from tiktok_raw.report_pulls")[0][0]
    )


def test_a_row_that_cannot_be_read_is_kept_with_its_reason_and_the_others_go_on(ledger, row):
    result = ledger.pull(
        [row("1", 8, spend="5"), row("2", 8, spend="five"), row("2", 9, spend="1.0000001")]
    )

    assert (result.rows_read, result.rows_changed, result.rows_rejected) == (3, 1, 2)
    assert not result.is_complete
    rejected = ledger.rows(
        "select row_number, reason, raw is not null from tiktok_raw.rejected_report_rows order by 1"
    )
    assert rejected == [
        (2, "spend: no number", True),
        (3, "spend has more than 6 decimals or 14 digits before them", True),
    ]


def test_a_change_of_currency_is_a_change(ledger, row, minutes_later):
    """The rows' own currency counts: an import that comes once a day may not know it yet."""
    in_euro = row("1", 8, spend="5")
    in_euro["metrics"]["currency"] = "EUR"

    ledger.pull([row("1", 8, spend="5")])
    ledger.pull([in_euro], at=minutes_later(1), currency="USD")

    assert ledger.rows("select currency from tiktok_raw.spend_snapshots order by seq") == [
        ("USD",),
        ("EUR",),
    ]
    assert ledger.rows("select currency from tiktok_raw.report_pulls order by pull_id") == [
        ("USD",),
        ("EUR",),
    ]


def test_an_account_whose_time_zone_changed_gets_its_hours_anew(ledger, row, minutes_later):
    rows = [row("1", 8, spend="5"), row("1", 9)]
    ledger.pull(rows)

    ledger.display_timezone = "America/Chicago"
    result = ledger.pull(rows, at=minutes_later(1))
    again = ledger.pull(rows, at=minutes_later(2))

    assert (result.rows_changed, result.spend_change) == (2, 0)
    assert again.rows_changed == 0
    zones = ledger.rows(
        "select distinct seq, display_timezone from tiktok_raw.spend_snapshots "
        "inner join tiktok_raw.report_pulls using (pull_id) order by seq"
    )
    assert zones == [(1, "America/New_York"), (2, "America/Chicago")]


def test_a_pull_says_how_much_money_it_changed(ledger, row, minutes_later):
    first = ledger.pull([row("1", 8, spend="5.50"), row("2", 8, spend="2")])
    second = ledger.pull([row("1", 8, spend="5.25"), row("3", 8, spend="1")], at=minutes_later(1))

    assert first.spend_change == Decimal("7.50")
    assert second.spend_change == Decimal("-1.25")


def test_the_log_of_pulls_reads_like_sentences(ledger, row, minutes_later):
    ledger.pull([row("1", 8, spend="5.50")], at=minutes_later(5))
    ledger.pull([row("1", 8, spend="1")])
    ledger.pull([row("1", 8, spend="6")], at=minutes_later(9), problem="totals_changed")

    log = ledger.rows(
        "select what, rows_changed, spend_change, is_complete, left_out "
        "from tiktok_raw.pull_log order by pull_id"
    )
    assert log == [
        ("ads by the hour", 1, Decimal("5.5"), True, ""),
        ("ads by the hour", 0, Decimal(0), True, "read later by another pull: 2026-11-02"),
        ("ads by the hour", 1, Decimal("0.5"), False, "the numbers moved while they were read"),
    ]


def test_a_number_that_changes_after_35_days_is_kept_and_told(ledger, row, minutes_later):
    ledger.pull([row("1", 8, spend="5"), row("2", 8, spend="2")])
    early = ledger.pull(
        [row("1", 8, spend="6"), row("2", 8, spend="2")], at=minutes_later(30 * 1440)
    )
    late = ledger.pull(
        [row("1", 8, spend="7"), row("2", 8, spend="2"), row("3", 8)], at=minutes_later(40 * 1440)
    )

    assert (early.rows_late, late.rows_late) == (0, 1)
    told = "select entity_id, spend_before, spend from tiktok_raw.late_spend_changes"
    assert ledger.rows(told) == [("1", Decimal(6), Decimal(7))]


def test_a_first_pull_leaves_statistics_for_those_who_read_it_next(ledger, row):
    counted = "select count(*) > 0 from pg_stats where tablename = 'spend_snapshots'"
    assert ledger.rows(counted) == [(False,)]

    ledger.pull([row(str(ad), 8) for ad in range(1, 50)])

    assert ledger.rows(counted) == [(True,)]
