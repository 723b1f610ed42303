"""The world's own answers: on rows made by hand, and against each other."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.world import SITES, Credit, CreditKey, World
from sandbox.world.attribution import clicks_in, credited_clicks, persons_in
from sandbox.world.tables import CustomerRow, IdentityRow, OrderRow, PageViewRow, RefundRow, Row

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WORLD = World(seed=1)
TRUTH = WORLD.truth


def hit(visitor: str, at: datetime, *, ttclid: str = "", ad: str = "1") -> PageViewRow:
    query = f"?ad_id={ad}&ttclid={ttclid}" if ttclid else "?utm_source=google"
    url = f"https://shop.example/{query}"
    return PageViewRow(f"{visitor}{at}{ttclid}", at, visitor, url, None, None, None, None, None)


def order(order_id: str, at: datetime, *, visitor: str | None = None, customer: str | None = None):
    amount = Decimal(10)
    return OrderRow(order_id, customer, visitor, at, "USD", amount, None, None, None, None, None)


def knows(visitor: str, *, customer: str | None = None, email: str | None = None) -> IdentityRow:
    return IdentityRow(f"{visitor}{customer}{email}", visitor, customer, email, NOON)


def customer(customer_id: str, email: str) -> CustomerRow:
    return CustomerRow(customer_id, email, None, None, None, None, None, None, None, NOON, NOON)


JOURNEYS = [
    pytest.param(
        [hit("v", NOON, ttclid="a"), order("o", NOON + DAY, visitor="v")], "a", id="one device"
    ),
    pytest.param([hit("v", NOON), order("o", NOON + DAY, visitor="v")], None, id="no click"),
    pytest.param(
        [hit("v", NOON + DAY, ttclid="a"), order("o", NOON, visitor="v")], None, id="click later"
    ),
    pytest.param(
        [hit("v", NOON, ttclid="a"), order("o", NOON, visitor="v")], "a", id="in the same second"
    ),
    pytest.param(
        [
            hit("v", NOON, ttclid="a"),
            hit("v", NOON + DAY, ttclid="b"),
            hit("v", NOON + 3 * DAY, ttclid="c"),
            order("o", NOON + 2 * DAY, visitor="v"),
        ],
        "b",
        id="last click before the order",
    ),
    pytest.param(
        [
            hit("v", NOON, ttclid="a"),
            hit("v", NOON + DAY, ttclid="b"),
            hit("v", NOON + 2 * DAY, ttclid="a"),
            order("o", NOON + 3 * DAY, visitor="v"),
        ],
        "b",
        id="a repeated hit is no new click",
    ),
    pytest.param(
        [hit("v", NOON, ttclid="a"), order("o", NOON + 28 * DAY, visitor="v")], "a", id="28 days"
    ),
    pytest.param(
        [
            hit("v", NOON, ttclid="a"),
            order("o", NOON + 28 * DAY + timedelta(seconds=1), visitor="v"),
        ],
        None,
        id="past 28 days",
    ),
    pytest.param(
        [
            hit("phone", NOON, ttclid="a"),
            knows("phone", email=" Ann@Mail.Example"),
            customer("c", "ann@mail.example"),
            knows("desk", customer="c"),
            order("o", NOON + DAY, visitor="desk"),
        ],
        "a",
        id="phone, e-mail, customer, desktop",
    ),
    pytest.param(
        [
            hit("phone", NOON, ttclid="a"),
            knows("phone", customer="c"),
            order("o", NOON + DAY, customer="c"),
        ],
        "a",
        id="order without a cookie",
    ),
    pytest.param(
        [hit("v", NOON, ttclid="a"), order("o", NOON + DAY)], None, id="order of nobody known"
    ),
    pytest.param(
        [hit("v", NOON, ttclid="a", ad="__CID__"), order("o", NOON + DAY, visitor="v")],
        None,
        id="literal macro",
    ),
]


@pytest.mark.parametrize(("rows", "ttclid"), JOURNEYS)
def test_an_order_is_credited_to_the_last_click_of_its_person(
    rows: list[Row], ttclid: str | None
) -> None:
    for arranged in (rows, rows[::-1]):
        click = credited_clicks(arranged)["o"]
        assert (click.ttclid if click else None) == ttclid


def test_persons_are_components_of_any_length() -> None:
    chain: list[Row] = [
        knows(f"v{number}", customer=f"c{number}", email=None) for number in range(500)
    ]
    chain += [knows(f"v{number}", customer=f"c{number + 1}") for number in range(499)]
    persons = persons_in([*chain, knows("alone", email="a@mail.example")])
    assert len({persons["visitor", f"v{number}"] for number in range(500)}) == 1
    assert persons["visitor", "alone"] != persons["visitor", "v0"]


def test_the_first_hit_of_a_click_counts() -> None:
    rows = [hit("v", NOON + DAY, ttclid="a"), hit("v", NOON, ttclid="a")]
    assert [click.clicked_at for click in clicks_in(rows)] == [NOON]


def test_daily_spend_is_the_sum_of_the_hours_at_any_time() -> None:
    advertiser_of = {ad.ad_id: ad.advertiser_id for ad in WORLD.ads}
    for at in (WORLD.start + timedelta(hours=30), WORLD.end, None):
        by_advertiser: dict[str, Decimal] = defaultdict(Decimal)
        for (ad_id, _), spend in TRUTH.spend_by_ad_and_hour(at).items():
            by_advertiser[advertiser_of[ad_id]] += spend
        days: dict[str, Decimal] = defaultdict(Decimal)
        for (advertiser_id, _), spend in TRUTH.spend_by_day(at).items():
            days[advertiser_id] += spend
        assert days == by_advertiser
        assert all(spend > 0 for spend in days.values())


def test_days_are_the_accounts_own() -> None:
    days = {site.advertiser_id: set[date]() for site in SITES}
    for advertiser_id, day in TRUTH.spend_by_day():
        days[advertiser_id].add(day)
    assert min(days["7000000000000000001"]) == date(2026, 10, 30)
    assert max(days["7000000000000000002"]) == date(2026, 11, 3)


def test_clicks_meet_the_hours_of_spend() -> None:
    clicks = TRUTH.clicks_by_ad_and_hour(WORLD.end)
    assert clicks.keys() <= TRUTH.spend_by_ad_and_hour().keys()
    assert sum(clicks.values()) == len(TRUTH.clicks(WORLD.end))


def test_credits_conserve_orders_revenue_and_refunds() -> None:
    rows = list(WORLD.user_rows(since=WORLD.start, until=WORLD.end))
    orders = {row.order_id: row for row in rows if isinstance(row, OrderRow)}
    credited = TRUTH.credited_clicks(WORLD.end)
    found = TRUTH.credits(WORLD.end)
    assert credited.keys() == orders.keys()
    earned = {order_id for order_id, click in credited.items() if click is not None}
    assert 0 < len(earned) < len(orders)
    for currency in ("USD", "INR", "EUR", "XXX"):
        mine = {order_id for order_id in earned if orders[order_id].currency == currency}
        earnings = [credit for key, credit in found.items() if key.currency == currency]
        assert sum(one.orders for one in earnings) == len(mine)
        assert sum(one.gross for one in earnings) == sum(orders[one].total_amount for one in mine)
        assert sum(one.refunded for one in earnings) == sum(
            row.amount for row in rows if isinstance(row, RefundRow) and row.order_id in mine
        )


def test_special_orders_are_credited_to_the_click_they_began_with() -> None:
    credited = TRUTH.credited_clicks(WORLD.end)
    for case in WORLD.special_cases.values():
        if case.order_id is not None:
            click = credited[case.order_id]
            assert click is not None
            assert (click.ad_id, click.visitor_id) == (case.ad_id, case.visitor_id)


def test_an_order_in_another_currency_has_a_row_of_its_own() -> None:
    case = WORLD.special_cases["rejected_currency"]
    found = TRUTH.credits(WORLD.end)
    key = CreditKey(case.ad_id or "", date(2026, 10, 31), "XXX")
    assert [one for one in found if one.currency == "XXX"] == [key]
    assert found[key] == Credit(1, found[key].gross, Decimal(0))


def test_a_smaller_window_credits_no_more() -> None:
    whole = TRUTH.credited_clicks(WORLD.end)
    hour = TRUTH.credited_clicks(WORLD.end, window=timedelta(hours=1))
    earned, within_hour = (
        {order_id for order_id, click in found.items() if click} for found in (whole, hour)
    )
    assert within_hour < earned
