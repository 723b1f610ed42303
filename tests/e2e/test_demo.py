"""`make demo` shows what it promises, twice, and its marts say what the world's own answers say.

One file, so that one process plays the demo once.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.demo.stage import REPOSITORY, TRUTH_LOG
from sandbox.server.truth import TruthLog
from tests.e2e.conftest import play

if TYPE_CHECKING:
    import psycopg

    from sandbox.world import World
    from tests.e2e.conftest import Demo

SPEND = """
select advertiser_id, account_date, sum(spend)
from analytics.rpt_campaign_roi_daily
where is_attributed
group by advertiser_id, account_date
"""
CREDITS = """
select ad_id, account_date, currency, orders, gross_order_revenue, refunded
from analytics.rpt_ad_roi_daily
where is_attributed and (orders > 0 or refunded <> 0)
"""
DELIVERED = """
select event_source_id, event, event_id
from analytics.fct_event_deliveries
where state = 'delivered'
"""


README = REPOSITORY / "README.md"


@pytest.fixture(scope="session")
def accepted(demo: Demo) -> list[dict[str, Any]]:
    """Every event that the sandbox accepted, in order."""
    log = TruthLog(demo.folder / TRUTH_LOG)
    return list(log.entries())


def test_spend_per_advertiser_and_day_is_the_worlds_to_the_last_decimal(
    demo_warehouse: psycopg.Connection, world: World
) -> None:
    told = {(row[0], row[1]): row[2] for row in demo_warehouse.execute(SPEND) if row[2]}
    assert told == {
        key: spend for key, spend in world.truth.spend_by_day(world.end).items() if spend
    }


def test_credited_revenue_and_refunds_per_ad_and_day_are_the_worlds(
    demo_warehouse: psycopg.Connection, world: World
) -> None:
    told = {
        (ad_id, day, currency): (int(orders), gross, refunded)
        for ad_id, day, currency, orders, gross, refunded in demo_warehouse.execute(CREDITS)
    }
    expected: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for key, one in world.truth.credits(world.end).items():
        # The demo's person corrects the one order whose currency is none.
        currency = "USD" if key.currency == "XXX" else key.currency
        credit = (one.orders, one.gross, one.refunded)
        before = expected.get((key.ad_id, key.click_date, currency), (0, 0, 0))
        expected[key.ad_id, key.click_date, currency] = tuple(map(sum, zip(before, credit)))  # noqa: B905 - three and three
    assert told == expected


def test_delivered_events_are_exactly_those_that_the_sandbox_accepted(
    demo_warehouse: psycopg.Connection, accepted: list[dict[str, Any]]
) -> None:
    told = {tuple(row) for row in demo_warehouse.execute(DELIVERED)}
    assert told
    assert told == {(one["event_source_id"], one["event"], one["event_id"]) for one in accepted}


def test_nothing_was_sent_twice(accepted: list[dict[str, Any]]) -> None:
    copies = Counter((one["event_source_id"], one["event"], one["event_id"]) for one in accepted)
    assert [key for key, count in copies.items() if count > 1] == []
    assert {one["decision"] for one in accepted} == {"counted"}


def test_every_refund_arrived_after_its_purchase(
    demo_warehouse: psycopg.Connection, accepted: list[dict[str, Any]]
) -> None:
    arrived = {one["event_id"]: one["seq"] for one in accepted}
    refunds = demo_warehouse.execute(
        "select event_id, purchase_event_id from analytics.fct_event_deliveries "
        "where kind = 'refund' and state = 'delivered'",
    ).fetchall()
    assert refunds
    assert all(arrived[purchase] < arrived[refund] for refund, purchase in refunds)


def test_the_worlds_special_cases_end_as_they_should(
    demo_warehouse: psycopg.Connection, world: World
) -> None:
    states = dict(
        demo_warehouse.execute("select event_id, state from analytics.fct_event_deliveries")
    )
    assert set(states.values()) == {"delivered"}
    for name in ("full_refund", "partial_refund", "refunded_twice"):
        case = world.special_cases[name]
        assert {states[f"refund_{one}"] for one in case.refund_ids} == {"delivered"}, name


def test_the_refused_event_was_corrected_and_replayed_and_its_receipts_say_so(
    demo_warehouse: psycopg.Connection, world: World
) -> None:
    event_id = f"ord_{world.special_cases['rejected_currency'].order_id}"
    attempts = demo_warehouse.execute(
        "select outcome, code from analytics.fct_event_attempts where event_id = %s "
        "order by attempt",
        [event_id],
    ).fetchall()
    assert attempts[0] == ("rejected", 40002)
    assert attempts[-1] == ("accepted", 0)
    replays = "select from_reason from tiktok_ops.event_replays"
    assert demo_warehouse.execute(replays).fetchall() == [("rejected_by_tiktok",)]


def test_a_refund_that_came_before_its_purchase_waited_for_it(
    demo_warehouse: psycopg.Connection, world: World
) -> None:
    (refund_id,) = world.special_cases["refund_before_order"].refund_ids
    row = demo_warehouse.execute(
        "select first_sent_at >= purchase_delivered_at, "
        "purchase_delivered_at - enqueued_at > interval '23 hours' "
        "from analytics.fct_event_deliveries where event_id = %s",
        [f"refund_{refund_id}"],
    ).fetchone()
    assert row == (True, True)


def test_without_consent_only_the_hashed_address_left_and_the_receipt_names_the_rest(
    demo_warehouse: psycopg.Connection, world: World, accepted: list[dict[str, Any]]
) -> None:
    event_id = f"ord_{world.special_cases['consent_denied'].order_id}"
    row = demo_warehouse.execute(
        "select state, signal_names, withheld like '%%user_agent: consent%%' "
        "from analytics.fct_event_deliveries where event_id = %s",
        [event_id],
    ).fetchone()
    assert row == ("delivered", "ip", True)
    (sent,) = [one for one in accepted if one["event_id"] == event_id]
    assert list(sent["payload"]["user"]) == ["ip"]
    assert len(sent["payload"]["user"]["ip"]) == 64


def test_receipts_are_what_tiktok_counted(demo_warehouse: psycopg.Connection) -> None:
    row = demo_warehouse.execute(
        "select sum(receipts) > 50, sum(missing), sum(foreign_events) "
        "from analytics.rpt_event_reconciliation_daily"
    ).fetchone()
    assert row == (True, 0, 0)


def test_no_hash_of_a_person_is_in_a_mart(demo_warehouse: psycopg.Connection) -> None:
    columns = demo_warehouse.execute(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'analytics' and table_name not like 'exp\\_%%' "
        "and column_name in ('email', 'phone', 'payload', 'ip', 'first_name', 'last_name')",
    ).fetchall()
    assert columns == []


def test_restated_hours_add_up(demo_warehouse: psycopg.Connection) -> None:
    row = demo_warehouse.execute(
        "select sum(spend_delta), count(*) filter (where is_restatement), "
        "(select sum(spend) from analytics.fct_spend_hourly) from analytics.fct_spend_deltas",
    ).fetchone()
    assert row is not None
    deltas, restatements, spend = row
    assert restatements > 0
    assert deltas == spend
    assert isinstance(deltas, Decimal)


@pytest.mark.parametrize(
    "promise",
    [
        "What each campaign earned, after refunds",
        "How TikTok restated one hour",
        "do not add up to TikTok's latest number: 0",
        "What became of every event",
        "CancelOrder",
        "> airflow tiktok pause CEU00000000000000001",
        "The DAG tiktok_alerts is red: check_quarantine",
        "40002 Batch.0.properties.currency: XXX is not a supported currency.",
        "> update shop.orders set currency = 'USD'",
        "1 event waits for delivery again.",
        "An event that TikTok refused, corrected and replayed",
        "A refund that waited for its purchase",
        "An order of somebody who denied consent",
        "What TikTok counted of what it accepted",
        "Which signals the delivered events carried",
        "Took ",
        "Try next:",
    ],
)
def test_the_demo_shows(demo: Demo, promise: str) -> None:
    assert promise in demo.output


def test_a_second_run_finds_everything_done_and_says_the_same(demo: Demo) -> None:
    again = play(demo.folder)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "All 72 hours are there already" in again.stdout
    title = "What each campaign earned"
    first, second = (
        text[text.index(title) : text.index("\nTook ")] for text in (demo.output, again.stdout)
    )
    assert second == first


def test_the_readme_shows_what_the_demo_prints(demo: Demo) -> None:
    readme = README.read_text(encoding="utf-8")
    for title in ("What each campaign earned", "What became of every event"):
        shown = readme[readme.index(title) :].split("\n\n")[1]
        printed = demo.output[demo.output.index(title) :].split("\n\n")[1]
        # The number of attempts is that of batches taken apart, which the order of claims decides.
        assert _without_last_column(shown, title) == _without_last_column(printed, title)


def _without_last_column(table: str, title: str) -> list[str]:
    lines = table.replace("```", "").rstrip().splitlines()
    if "event" in title:
        lines = [line.rsplit(maxsplit=1)[0].rstrip() for line in lines]
    return lines
