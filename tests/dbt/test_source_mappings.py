"""The views of docs/how-to/map-your-sources fit the contracts, and their rows reach the models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.dbt.user_tables import create_user_tables

if TYPE_CHECKING:
    import psycopg

    from tests.dbt.dbt_project import DbtProject

MAPPINGS = Path(__file__).parents[2] / "docs" / "how-to" / "map-your-sources"
URL = "https://us.northwind.example/?utm_source=tiktok&ad_id=33&ttclid=E.C.P.abc"
SAMPLES = {
    "segment": f"""
        create schema site;
        create table site.pages as select 'p1'::text as id,
            timestamptz '2026-11-02 10:00Z' as timestamp,
            'anon'::text as anonymous_id, 'https://us.northwind.example/'::text as url,
            '?{URL.partition("?")[2]}'::text as search,
            null::text as referrer, null::text as ttp, '203.0.113.1'::text as context_ip,
            'Mozilla/5.0'::text as context_user_agent, 'en-US'::text as context_locale;
        create table site.identifies as select 'i1'::text as id, 'anon'::text as anonymous_id,
            '77'::text as user_id, 'a@example.com'::text as email,
            timestamptz '2026-11-02 11:00Z' as timestamp;
    """,
    "snowplow": f"""
        create schema atomic;
        create table atomic.events as select 'e1'::text as event_id, 'page_view'::text as event,
            timestamp '2026-11-02 10:00' as derived_tstamp, 'anon'::text as domain_userid,
            '77'::text as user_id, '{URL}'::text as page_url, null::text as page_referrer,
            '203.0.113.1'::text as user_ipaddress, 'Mozilla/5.0'::text as useragent,
            'en-US'::text as br_lang;
    """,
    "ga4": f"""
        create schema ga4;
        create table ga4.events as select 'page_view'::text as event_name,
            1793613600000000::bigint as event_timestamp, 'anon'::text as user_pseudo_id,
            '77'::text as user_id, '{{"language": "en-us"}}'::jsonb as device,
            '[{{"key": "page_location", "value": {{"string_value": "{URL}"}}}}]'::jsonb
                as event_params;
    """,
    "shopify": """
        create schema shopify;
        create table shopify.orders as select 5001::bigint as id, 77::bigint as customer_id,
            '{"visitor_id": "anon"}'::jsonb as note_attributes,
            timestamptz '2026-11-02 12:00Z' as created_at, 'USD'::text as currency,
            49.90::numeric as total_price, 'us.northwind.example'::text as store_domain,
            '/'::text as landing_site, null::text as referring_site,
            '203.0.113.1'::text as browser_ip,
            '{"user_agent": "Mozilla/5.0"}'::jsonb as client_details,
            'en-US'::text as customer_locale,
            null::timestamptz as cancelled_at, false as test;
        create table shopify.order_lines as select 1::bigint as id, 5001::bigint as order_id,
            9::bigint as product_id, 10::bigint as variant_id, 'Mug'::text as title,
            'Northwind'::text as vendor, 1::int as quantity, 49.90::numeric as price;
        create table shopify.refunds as select 2::bigint as id, 5001::bigint as order_id,
            timestamptz '2026-11-02 13:00Z' as created_at, 'USD'::text as currency,
            9.90::numeric as amount, 'late'::text as note;
        create table shopify.customers as select 77::bigint as id, 'a@example.com'::text as email,
            '+12025550100'::text as phone, 'A'::text as first_name, 'B'::text as last_name,
            '{"country_code": "US"}'::jsonb as default_address,
            timestamptz '2026-11-02 12:00Z' as created_at,
            timestamptz '2026-11-02 12:00Z' as updated_at;
    """,
}


@pytest.mark.parametrize("tracker", ["segment", "snowplow", "ga4"])
def test_mapped_tables_reach_the_models(
    project: DbtProject, connection: psycopg.Connection, tracker: str
) -> None:
    create_user_tables(connection)
    connection.execute("drop table web.page_views, web.identities; drop schema shop cascade")
    for name in (tracker, "shopify"):
        connection.execute(SAMPLES[name])  # type: ignore[call-overload]
        connection.execute((MAPPINGS / f"{name}.sql").read_text())  # type: ignore[call-overload]
    project.build_all(
        *("--select", "+fct_conversions", "+fct_clicks"),
        *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
    )
    assert project.rows(
        "select clicks.ad_id, clicks.ttclid, conversions.order_id, conversions.net_amount::text "
        "from analytics.fct_conversions as conversions "
        "inner join analytics.fct_clicks as clicks using (click_id)"
    ) == [("33", "E.C.P.abc", "5001", "40.000000")]


def test_every_mapping_is_tried() -> None:
    assert {path.stem for path in MAPPINGS.glob("*.sql")} == set(SAMPLES)
