"""Money goes through the ledger without losing a digit."""

from __future__ import annotations

from decimal import Decimal, localcontext

from hypothesis import given, settings
from hypothesis import strategies as st

METRICS = (
    "spend", "impressions", "clicks", "conversion", "complete_payment",
    "total_complete_payment_rate",
)  # fmt: skip
money = st.decimals(
    min_value=-(10**14) + 1, max_value=10**14 - 1, places=6, allow_nan=False, allow_infinity=False
)


def test_the_sum_in_the_database_is_the_sum_of_what_was_sent(ledger, row):
    rows, expected = [], Decimal(0)
    with localcontext() as exact:
        exact.prec = 50
        for number in range(24_000):
            spend = Decimal(number * 7_654_321 % 10**12).scaleb(-6)
            expected += spend
            rows.append(row(str(number // 24 + 1), number % 24, spend=str(spend)))

    result = ledger.pull(*[rows[first : first + 1000] for first in range(0, len(rows), 1000)])

    assert result.rows_changed == 24_000
    assert ledger.rows("select sum(spend) from tiktok_raw.spend_snapshots") == [(expected,)]


@settings(max_examples=50)
@given(spend=money)
def test_every_amount_comes_back_as_it_went_in(ledger, row, spend):
    ledger.pull([row("1", 8, spend=f"{spend:f}")])

    assert next(iter(ledger.latest().values())) == spend


def test_numbers_come_back_as_decimals_whatever_their_spelling(ledger, row):
    numbers = dict(zip(METRICS, ("116.0", "1079", "1.5000000000", "0", "-", "-0.00"), strict=True))

    ledger.pull([row("1", 8, **numbers)])

    stored = ledger.rows(f"select {', '.join(METRICS)} from tiktok_raw.spend_snapshots")[0]  # noqa: S608 - our columns
    assert stored == (116, 1079, Decimal("1.5"), 0, None, 0)
    assert all(value is None or isinstance(value, Decimal) for value in stored)


def test_a_metric_that_was_not_asked_for_stays_unknown(ledger, row):
    sent = row("1", 8, spend="1")
    del sent["metrics"]["conversion"]

    ledger.pull([sent])

    assert list(ledger.latest("conversion").values()) == [None]
