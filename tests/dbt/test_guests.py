"""What a table has in place of an id joins nobody: every guest is a person of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.dbt.conftest import stop_clock
from tests.dbt.user_tables import create_user_tables, insert

if TYPE_CHECKING:
    import psycopg

    from tests.dbt.dbt_project import DbtProject

SHOP = "https://us.northwind.example/thanks"
NOW = datetime(2026, 11, 3, tzinfo=UTC)
EVENTS = """
select event_id, consent_state, external_id, user_agent
from analytics.exp_tiktok__conversion_events order by 1
"""
MODELS = ("run", "--select", "+exp_tiktok__conversion_events", "+rpt_quarantined_rows")


@pytest.fixture
def shop(project: DbtProject, connection: psycopg.Connection) -> DbtProject:
    """The project on empty tables of a shop."""
    stop_clock(project.uri, NOW)
    create_user_tables(connection)
    project.run("seed")
    return project


@pytest.mark.parametrize("guest", ["0", " NULL\n", " "])
def test_the_grant_of_one_guest_says_nothing_of_another(
    shop: DbtProject, connection: psycopg.Connection, guest: str
) -> None:
    insert(
        connection,
        "shop.orders",
        {"order_id": "denied", "page_url": SHOP, "visitor_id": "va", "customer_id": guest},
        {"order_id": "granted", "page_url": SHOP, "visitor_id": "vb", "customer_id": guest},
        {"order_id": "nobody", "page_url": SHOP, "visitor_id": guest, "customer_id": guest},
    )
    insert(connection, "shop.customers", {"customer_id": guest, "email": "guest@x.example"})
    insert(
        connection,
        "web.identities",
        {"identity_id": "1", "visitor_id": "va", "customer_id": guest},
        {"identity_id": "2", "visitor_id": "vb", "customer_id": guest},
    )
    insert(
        connection,
        "web.consents",
        {"consent_id": "1", "visitor_id": "va", "ad_consent": "denied"},
        {"consent_id": "2", "visitor_id": "vb", "ad_consent": "granted"},
        {"consent_id": "3", "visitor_id": guest, "ad_consent": "granted"},
    )
    insert(
        connection,
        "web.page_views",
        {"page_view_id": "1", "visitor_id": guest, "user_agent": "of somebody else"},
    )
    shop.run(*MODELS)
    assert shop.rows(EVENTS) == [
        ("ord_denied", "denied", "va", None),
        ("ord_granted", "granted", "vb", None),
        ("ord_nobody", "unknown", None, None),
    ]
    set_aside = shop.rows("select source_table, row_key from analytics.rpt_quarantined_rows")
    assert sorted(set_aside) == [
        ("shop.customers", guest),
        ("web.consents", "3"),
        ("web.identities", "1"),
        ("web.identities", "2"),
        ("web.page_views", "1"),
    ]


def test_what_stands_for_nobody_is_a_setting(
    shop: DbtProject, connection: psycopg.Connection
) -> None:
    insert(
        connection,
        "shop.orders",
        {"order_id": "1", "page_url": SHOP, "customer_id": "Gast"},
        {"order_id": "2", "page_url": SHOP, "customer_id": "0"},
    )
    shop.variables["placeholder_ids"] = ["gast", "it's nobody"]
    shop.run(*MODELS)
    assert shop.rows(EVENTS) == [("ord_1", "unknown", None, None), ("ord_2", "unknown", "0", None)]


def test_a_look_up_by_id_still_uses_the_index_of_your_table(
    shop: DbtProject, connection: psycopg.Connection
) -> None:
    connection.execute("create index on web.page_views (visitor_id)")
    connection.execute("create index on web.consents (visitor_id)")
    connection.execute("create index on shop.customers (customer_id)")
    shop.run(*MODELS)
    connection.execute("set enable_seqscan = off")
    for view, column in (
        ("base_web__page_views", "visitor_id"),
        ("stg_web__consents", "visitor_id"),
        ("stg_shop__customers", "customer_id"),
    ):
        plan = connection.execute(
            f"explain select * from analytics_staging.{view} where {column} = 'x' "  # noqa: S608 - our own names
            "and problem is null"
        ).fetchall()
        assert any("Index Cond" in line for (line,) in plan), plan
