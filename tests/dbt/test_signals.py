"""Signals reach the export views from tables whose blanks and types are a user's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.dbt.conftest import stop_clock
from tests.dbt.user_tables import create_user_tables, insert

if TYPE_CHECKING:
    import psycopg

    from tests.dbt.dbt_project import DbtProject

SHOP = "https://us.northwind.example/thanks"
BEFORE = "2026-11-02 11:00Z"
SIGNALS = """
select event_id, email, phone, country, ip, user_agent, locale, page_url, page_referrer, ttp
from analytics.exp_tiktok__conversion_events order by 1
"""


def test_blanks_hide_nothing_and_addresses_of_type_inet_arrive(
    project: DbtProject, connection: psycopg.Connection
) -> None:
    stop_clock(project.uri, datetime(2026, 11, 3, tzinfo=UTC))
    create_user_tables(connection)
    for table in ("web.page_views", "shop.orders"):
        connection.execute(f"alter table {table} alter ip_address type inet using ip_address::inet")
    project.run("seed")
    seen = {"visitor_id": "v", "page_url": SHOP, "occurred_at": BEFORE}
    insert(
        connection,
        "web.page_views",
        # The landing of the click, and the last page.
        seen | {"page_view_id": "1", "page_url": f"{SHOP}?ttclid=E.C.P.1", "ttp": ""},
        seen
        | {"page_view_id": "2", "occurred_at": "2026-11-02 11:30Z", "ttp": "T.last"}
        | {"ip_address": "2001:db8::7", "user_agent": "Browser", "locale": "de"}
        | {"referrer_url": "https://search.example"},
    )
    insert(connection, "shop.customers", {"customer_id": "c", "email": "a@x.example"})
    connection.execute("update shop.customers set phone = '+12025550100', country = 'US'")
    blank = {"page_url": "", "user_agent": "", "locale": " "}
    insert(
        connection,
        "shop.orders",
        {"order_id": "1", "visitor_id": "v", "referrer_url": ""} | blank,
        {"order_id": "2", "visitor_id": "x", "page_url": SHOP, "ip_address": "203.0.113.7"},
    )
    insert(
        connection,
        "crm.lead_events",
        {"lead_event_id": "3", "customer_id": "c", "visitor_id": "v", "ip_address": ""}
        | {"email": "", "phone": "", "country": ""}
        | blank,
    )
    project.run("run", "--select", "+exp_tiktok__conversion_events")
    page = ("2001:db8::7", "Browser", "de", SHOP, "https://search.example", "T.last")
    assert project.rows(SIGNALS) == [
        ("lead_3", "a@x.example", "+12025550100", "US", *page),
        ("ord_1", None, None, "US", *page),
        ("ord_2", None, None, "US", "203.0.113.7", None, None, SHOP, None, None),
    ]
