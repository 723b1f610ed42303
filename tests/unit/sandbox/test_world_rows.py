"""What the user's own tables hold of the world, and that it agrees with what TikTok reports."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qs, urlsplit

import phonenumbers
import pytest

from sandbox.world import SITES, World
from sandbox.world.report import SETTLES_WITHIN
from sandbox.world.tables import (
    ConsentRow,
    CustomerRow,
    IdentityRow,
    LeadEventRow,
    OrderItemRow,
    OrderRow,
    PageViewRow,
    RefundRow,
)
from sandbox.world.write import _line

if TYPE_CHECKING:
    from sandbox.world.tables import Row

T = TypeVar("T")
HOUR = timedelta(hours=1)
REPOSITORY = Path(__file__).parents[3]
WORLDS = {
    "demo": World(seed=1),
    "another seed": World(seed=7),
    "tiny": World(seed=3, size=0.02, ads_per_advertiser=6),
    "two days": World(seed=4, days=2),
    "large": World(seed=5, size=2, ads_per_advertiser=20),
}


@cache
def by_table(name: str) -> dict[type[Row], list[Row]]:
    world = WORLDS[name]
    found: dict[type[Row], list[Row]] = defaultdict(list)
    for row in world.user_rows(since=world.start, until=world.end):
        found[type(row)].append(row)
    return found


each_world = pytest.mark.parametrize("name", WORLDS)


def table(name: str, kind: type[T]) -> dict[str, T]:
    return {str(row[0]): row for row in by_table(name)[kind]}  # type: ignore[misc,index]


@each_world
def test_keys_are_unique_and_times_lie_in_the_world(name: str) -> None:
    world = WORLDS[name]
    for kind, rows in by_table(name).items():
        assert len({row[0] for row in rows}) == len(rows), kind
    for view in table(name, PageViewRow).values():
        assert world.start <= view.occurred_at < world.end
    for order in table(name, OrderRow).values():
        assert world.start <= order.ordered_at < world.end


@each_world
def test_the_special_cases_are_there(name: str) -> None:
    cases = WORLDS[name].special_cases
    orders, refunds = table(name, OrderRow), table(name, RefundRow)
    views, customers = table(name, PageViewRow), table(name, CustomerRow)
    for case in cases.values():
        assert views[case.page_view_id].visitor_id == case.visitor_id
        assert case.order_id is None or orders[case.order_id].visitor_id == case.order_visitor_id
        assert case.customer_id is None or case.customer_id in customers

    def paid_back(case: str) -> tuple[OrderRow, list[RefundRow]]:
        order_id = cases[case].order_id or ""
        return orders[order_id], [refunds[one] for one in cases[case].refund_ids]

    order, back = paid_back("full_refund")
    assert [one.amount for one in back] == [order.total_amount]
    order, back = paid_back("partial_refund")
    assert 0 < sum(one.amount for one in back) < order.total_amount
    order, back = paid_back("refunded_twice")
    assert len(back) == 2
    assert sum(one.amount for one in back) < order.total_amount
    order, back = paid_back("refund_in_same_hour")
    assert order.ordered_at < back[0].refunded_at
    assert f"{order.ordered_at:%d %H}" == f"{back[0].refunded_at:%d %H}"
    order, back = paid_back("refund_before_order")
    assert back[0].refunded_at < order.ordered_at
    assert orders[cases["rejected_currency"].order_id or ""].currency == "XXX"
    assert Counter(one.currency == "XXX" for one in orders.values())[True] == 1


@each_world
def test_consents_are_granted_denied_unknown_and_limited(name: str) -> None:
    cases = WORLDS[name].special_cases
    of_visitor = {row.visitor_id: row for row in table(name, ConsentRow).values()}
    assert of_visitor[cases["consent_denied"].visitor_id].ad_consent == "denied"
    assert cases["consent_unknown"].visitor_id not in of_visitor
    limited = of_visitor[cases["limited_data_use"].visitor_id]
    assert (limited.ad_consent, limited.limited_data_use) == ("granted", True)


@each_world
def test_a_visitor_clicks_in_the_app_and_buys_on_a_desktop(name: str) -> None:
    case = WORLDS[name].special_cases["cross_device"]
    view = table(name, PageViewRow)[case.page_view_id]
    order = table(name, OrderRow)[case.order_id or ""]
    assert "BytedanceWebview" in (view.user_agent or "")
    assert "BytedanceWebview" not in (order.user_agent or "")
    assert order.visitor_id != view.visitor_id
    email = table(name, CustomerRow)[case.customer_id or ""].email
    known = {
        row.visitor_id: row
        for row in table(name, IdentityRow).values()
        if row.visitor_id in {view.visitor_id, order.visitor_id}
    }
    assert (known[view.visitor_id].email or "").strip().lower() == email
    assert known[order.visitor_id or ""].customer_id == case.customer_id


@each_world
def test_one_page_view_has_literal_macros_and_no_click_id(name: str) -> None:
    literal = [
        row.page_view_id
        for row in table(name, PageViewRow).values()
        if "__CID__" in row.page_url or "__AID__" in row.page_url
    ]
    case = WORLDS[name].special_cases["literal_macros"]
    assert literal == [case.page_view_id]
    assert "ttclid" not in table(name, PageViewRow)[case.page_view_id].page_url


@each_world
def test_a_lead_passes_all_stages(name: str) -> None:
    lead_id = WORLDS[name].special_cases["lead_stages"].lead_id
    events = [one for one in table(name, LeadEventRow).values() if one.lead_id == lead_id]
    events.sort(key=lambda one: one.occurred_at)
    stages = [one.stage for one in events]
    assert stages == ["form_submitted", "lead_sold", "offer_clicked", "offer_converted"]
    assert [one.value is not None for one in events] == [False, True, False, True]


@each_world
def test_landing_hits_are_no_more_than_the_clicks_that_tiktok_reports(name: str) -> None:
    world = WORLDS[name]
    recorded = world.truth.clicks_by_ad_and_hour(world.end)
    reported = {}
    for site in SITES:
        hours = world.hours[site.advertiser_id]
        for cell in world.report_cells(
            site.advertiser_id,
            start_date=hours[0].local_date,
            end_date=hours[-1].local_date,
            at=world.end + SETTLES_WITHIN,
        ):
            reported[cell.ad_id, cell.utc_hour] = cell.clicks
    assert all(count <= reported[key] for key, count in recorded.items())
    assert sum(recorded.values()) > 0.8 * sum(reported.values())


@each_world
def test_orders_agree_with_their_lines_and_refunds_with_their_orders(name: str) -> None:
    total: dict[str, Decimal] = defaultdict(Decimal)
    for item in table(name, OrderItemRow).values():
        total[item.order_id] += item.unit_price * item.quantity
    orders = table(name, OrderRow)
    assert total == {order_id: order.total_amount for order_id, order in orders.items()}
    back: dict[str, Decimal] = defaultdict(Decimal)
    for refund in table(name, RefundRow).values():
        back[refund.order_id] += refund.amount
        if refund.order_id in orders:
            assert refund.currency == orders[refund.order_id].currency
    assert all(0 < back[one] <= total[one] for one in back if one in total)


@each_world
def test_orders_name_a_known_customer_and_their_sites_currency(name: str) -> None:
    currency_of = {site.domain: site.currency for site in SITES}
    customers = table(name, CustomerRow)
    for order in table(name, OrderRow).values():
        domain = urlsplit(order.page_url or "").hostname or ""
        assert order.currency in {currency_of[domain], "XXX"}
        if order.customer_id is not None:
            assert customers[order.customer_id].created_at < order.ordered_at


def test_repeated_hits_keep_the_click_id_and_people_come_back_by_other_ads() -> None:
    hits, ads_of = Counter(), defaultdict(set)
    for view in table("demo", PageViewRow).values():
        query = parse_qs(urlsplit(view.page_url).query)
        if "ttclid" in query:
            hits[query["ttclid"][0]] += 1
            ads_of[view.visitor_id].add(query["ad_id"][0])
    assert max(hits.values()) == 2
    assert sum(count == 2 for count in hits.values()) > 20
    assert sum(len(ads) > 1 for ads in ads_of.values()) > 20


def test_expanded_macros_carry_the_ids_of_the_ad_and_the_name_of_its_campaign() -> None:
    world = WORLDS["demo"]
    ads = {ad.ad_id: ad for ad in world.ads}
    names = {
        (one.campaign_id, one.campaign_name)
        for moment in (world.start, world.end)
        for one in world.campaigns_at(moment)
    }
    seen = set()
    for view in table("demo", PageViewRow).values():
        query = {key: one[0] for key, one in parse_qs(urlsplit(view.page_url).query).items()}
        if "ttclid" in query:
            ad = ads[query["ad_id"]]
            assert (query["campaign_id"], query["adgroup_id"]) == (ad.campaign_id, ad.adgroup_id)
            seen.add((query["campaign_id"], query["utm_campaign"]))
    assert seen == names


def test_most_phone_numbers_are_real_to_libphonenumber_in_national_and_e164_form() -> None:
    forms = Counter()
    for customer in table("large", CustomerRow).values():
        if customer.phone is None:
            forms["none"] += 1
            continue
        number = phonenumbers.parse(customer.phone, customer.country)
        assert phonenumbers.is_possible_number(number), customer.phone
        forms["valid"] += phonenumbers.is_valid_number(number)
        forms["e164" if customer.phone.startswith("+") else "national"] += 1
    assert all(forms[form] > 200 for form in ("none", "e164", "national"))
    assert forms["valid"] > 0.8 * (forms["e164"] + forms["national"])


@pytest.mark.parametrize("hours", [1, 5, 24])
def test_stretches_of_time_written_apart_are_the_whole(hours: int) -> None:
    world = WORLDS["two days"]
    parts: Counter[Row] = Counter()
    since = world.start
    while since < world.end:
        until = min(since + hours * HOUR, world.end)
        parts.update(world.user_rows(since=since, until=until))
        since = until
    assert parts == Counter(row for rows in by_table("two days").values() for row in rows)


def test_what_follows_comes_after_the_last_hour_too() -> None:
    world = World(days=2, buyers=0.3)
    later = list(world.user_rows(since=world.end, until=world.end + timedelta(days=60)))
    assert {OrderRow, RefundRow, LeadEventRow} <= {type(row) for row in later}
    longer = World(days=8, buyers=0.3)
    known = {row[0]: row for row in longer.user_rows(since=world.end, until=longer.end)}
    for row in later:
        assert known.get(row[0], row) == row


def test_no_text_needs_escaping_in_copy_format() -> None:
    for rows in by_table("large").values():
        for row in rows:
            assert _line(row).count("\t") == len(row) - 1
            assert _line(row).replace("\\N", "").count("\\") == 0
            assert _line(row).count("\n") == 1


DIGEST = """
import hashlib
from sandbox.world import World
world = World(seed=11, days=2, ads_per_advertiser=6)
digest = hashlib.sha256()
for row in world.user_rows(since=world.start, until=world.end):
    digest.update(repr(row).encode())
for site in world.sites:
    for cell in world.report_cells(
        site.advertiser_id, start_date=world.start.date(), end_date=world.end.date(), at=world.end
    ):
        digest.update(repr(cell).encode())
print(digest.hexdigest())
"""


def test_every_process_makes_the_same_world() -> None:
    digests = set()
    for hash_seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(REPOSITORY)}
        command = [sys.executable, "-c", DIGEST]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        digests.add(done.stdout.strip())
    assert len(digests) == 1
    assert len(digests.pop()) == hashlib.sha256().digest_size * 2
