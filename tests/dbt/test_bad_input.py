"""Bad rows are set aside with a reason; tables that cannot feed the models end the run with one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.dbt.conftest import stop_clock
from tests.dbt.dbt_project import DbtFailedError, DbtProject
from tests.dbt.user_tables import create_user_tables, insert

if TYPE_CHECKING:
    import psycopg

NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
EVENTS = "select event_id, value, currency from analytics.exp_tiktok__conversion_events"


def test_an_empty_warehouse_builds(project: DbtProject, connection: psycopg.Connection) -> None:
    create_user_tables(connection)
    project.build_all("--exclude-resource-type", "unit_test")
    assert project.rows("select * from analytics.rpt_ad_roi_daily") == []


def test_bad_rows_are_set_aside_and_the_others_go_on(
    project: DbtProject, connection: psycopg.Connection
) -> None:
    create_user_tables(connection)
    shop = "https://us.northwind.example/"
    insert(
        connection,
        "shop.orders",
        {"order_id": "fine", "page_url": shop},
        {"order_id": "twice", "page_url": shop, "total_amount": 5},
        {"order_id": "twice", "page_url": shop, "total_amount": 7},
        {"order_id": "negative", "page_url": shop, "total_amount": -5},
        {"order_id": None, "page_url": shop},
        {"order_id": "no_such_currency", "page_url": shop, "currency": "XXX"},
    )
    insert(
        connection,
        "shop.refunds",
        {"refund_id": "before_its_order", "order_id": "fine", "refunded_at": "2026-10-01 00:00Z"},
        {"refund_id": "too_much", "order_id": "fine", "amount": 500},
        {"refund_id": "elsewhere", "order_id": "fine", "amount": 3, "currency": "EUR"},
        {"refund_id": "of_nothing", "order_id": "unknown"},
    )
    insert(
        connection,
        "web.page_views",
        {"page_view_id": "future", "page_url": f"{shop}?ttclid=E.1", "occurred_at": "2999-01-01Z"},
        {"page_view_id": "long", "page_url": f"{shop}?ttclid=E.2&q={'x' * 9000}"},
        {"page_view_id": "long", "page_url": f"{shop}?ttclid=E.2"},
        {"page_view_id": "nobody", "page_url": f"{shop}?ttclid=E.3", "visitor_id": None},
    )
    insert(connection, "shop.order_items", {"order_item_id": "i", "order_id": "fine"})
    insert(connection, "crm.lead_events", {"lead_event_id": "l", "stage": "never_heard_of"})

    outcome = project.build("--exclude-resource-type", "unit_test")

    assert outcome.not_ok() == {
        "source_unique_shop_orders_order_id": "warn",
        "source_not_null_shop_orders_order_id": "warn",
        "source_unique_web_page_views_page_view_id": "warn",
        "assert_no_row_is_quarantined": "warn",
        "assert_every_conversion_has_a_pixel": "warn",
        "assert_conversion_tables_score_enough": "warn",
        "assert_every_conversion_has_an_event_mapping": "fail",
    }
    set_aside = project.rows(
        "select source_table, row_key, problem from analytics.rpt_quarantined_rows order by 1, 2, 3"
    )
    assert set_aside == [
        ("shop.orders", "negative", "total_amount is negative"),
        ("shop.orders", "twice", "order_id is there already"),
        ("shop.orders", None, "order_id is missing"),
        ("web.page_views", "future", "occurred_at is in the future"),
        ("web.page_views", "long", "page_view_id is there already"),
        ("web.page_views", "nobody", "visitor_id is missing"),
    ]
    orders = project.rows("select order_id, net_amount from analytics.fct_conversions order by 1")
    assert [(order, int(net)) for order, net in orders if order] == [
        ("fine", -401),
        ("no_such_currency", 100),
        ("twice", 5),
    ]
    by_currency = project.rows(
        "select currency, sum(gross_revenue)::int, sum(refunded)::int "
        "from analytics.rpt_ad_roi_daily where currency is not null group by currency order by 1"
    )
    assert by_currency == [("EUR", 0, 3), ("USD", 105, 502), ("XXX", 100, 0)]
    assert project.rows("select hits from analytics.fct_clicks") == [(1,)]
    broken = project.rows(
        "select rule, sum(events_that_break_it)::int from analytics.rpt_model_lint "
        "where rule in ('duplicate_id', 'unknown_currency', 'in_the_future') group by 1 order by 1"
    )
    assert broken == [("duplicate_id", 1), ("in_the_future", 0), ("unknown_currency", 1)]


def test_no_quantity_keeps_the_export_view_from_being_read(
    project: DbtProject, connection: psycopg.Connection
) -> None:
    stop_clock(project.uri, datetime(2026, 11, 3, tzinfo=UTC))
    create_user_tables(connection)
    connection.execute("alter table shop.order_items alter column quantity type bigint")
    insert(
        connection, "shop.orders", {"order_id": "1", "page_url": "https://us.northwind.example/"}
    )
    insert(
        connection,
        "shop.order_items",
        {"order_item_id": "a", "order_id": "1", "product_id": "mug", "quantity": 2},
        {"order_item_id": "b", "order_id": "1", "product_id": "sand", "quantity": 3_000_000_000},
    )
    project.run("seed")
    project.run("run", "--select", "+exp_tiktok__conversion_events", "+rpt_quarantined_rows")
    [(contents,)] = project.rows("select contents from analytics.exp_tiktok__conversion_events")
    assert [(one["content_id"], one["quantity"]) for one in contents] == [("mug", 2)]
    set_aside = project.rows("select row_key, problem from analytics.rpt_quarantined_rows")
    assert set_aside == [("b", "quantity is missing or no whole number")]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("drop table web.consents", "web.consents is missing or may not be read"),
        (
            "alter table shop.orders drop column currency",
            "shop.orders has no column currency (text): add it to the table",
        ),
        (
            "alter table shop.orders alter column total_amount type float",
            "shop.orders.total_amount is double precision, not numeric",
        ),
        (
            "alter table web.page_views alter column occurred_at type timestamp",
            "web.page_views.occurred_at is timestamp without time zone",
        ),
        ("drop view tiktok_ops.delivery_health", "run `airflow tiktok init`"),
    ],
    ids=["table", "column", "float money", "no time zone", "provider's view"],
)
def test_a_source_that_cannot_feed_the_models_is_named(
    project: DbtProject, connection: psycopg.Connection, statement: str, message: str
) -> None:
    create_user_tables(connection)
    connection.execute(statement)  # type: ignore[arg-type]
    with pytest.raises(DbtFailedError) as caught:
        project.run("run")
    assert message in str(caught.value)


def test_a_table_that_stood_still_is_told(
    project: DbtProject, connection: psycopg.Connection
) -> None:
    create_user_tables(connection)
    insert(connection, "shop.orders", {"order_id": "1", "ordered_at": "2026-01-01 00:00Z"})
    insert(connection, "web.page_views", {"page_view_id": "1", "occurred_at": "2999-01-01 00:00Z"})
    found = project.run("source", "freshness", "--select", "source:shop", "source:web")
    status = {one.node.name: str(one.status) for one in found.results}
    assert (status["orders"], status["page_views"]) == ("warn", "pass")


def test_a_shop_without_leads_and_consents_still_has_everything(
    project: DbtProject, connection: psycopg.Connection
) -> None:
    create_user_tables(connection)
    connection.execute("drop schema crm cascade; drop table web.consents")
    insert(
        connection,
        "shop.orders",
        {"order_id": "1", "page_url": "https://in.northwind.example/", "currency": "INR"},
    )
    project.variables["missing_sources"] = ["crm.lead_events", "web.consents"]
    project.build_all(*NO_TESTS)
    assert project.rows(EVENTS) == [("ord_1", 100, "INR")]


def test_where_tables_are_and_what_they_are_called_is_a_setting(
    project: DbtProject, connection: psycopg.Connection
) -> None:
    create_user_tables(connection)
    shop = "https://eu.northwind.example/"
    insert(connection, "shop.orders", {"order_id": "1", "page_url": shop})
    connection.execute("alter schema shop rename to store")
    connection.execute("alter table store.orders rename to all_orders")
    connection.execute("create materialized view store.sales as select * from store.all_orders")
    project.variables |= {"shop_schema": "store", "orders_table": "sales"}
    project.build_all(*NO_TESTS)
    assert project.rows(EVENTS) == [("ord_1", 100, "USD")]
