"""The marts say of the demo's world what the world says of itself, worked out without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world import World
    from tests.dbt.dbt_project import DbtProject


def test_spend_per_account_and_day_is_the_worlds_to_the_last_decimal(
    built_world: DbtProject, world: World
) -> None:
    told = built_world.rows(
        "select advertiser_id, account_date, sum(spend) from analytics.rpt_ad_roi_daily "
        "group by advertiser_id, account_date having sum(spend) <> 0"
    )
    truth = world.truth.spend_by_day(world.end)
    assert {row[:2]: row[2] for row in told} == {key: one for key, one in truth.items() if one}


def test_spend_per_ad_and_hour_starts_at_the_worlds_instant(
    built_world: DbtProject, world: World
) -> None:
    told = built_world.rows(
        "select ad_id, hour_starts_at, spend from analytics.fct_spend_hourly where not is_absent"
    )
    truth = world.truth.spend_by_ad_and_hour(world.end)
    assert {row[:2]: row[2] for row in told} == truth


def test_clicks_per_ad_and_hour_are_the_worlds(built_world: DbtProject, world: World) -> None:
    told = built_world.rows(
        "select ad_id, hour_starts_at, clicks from analytics.rpt_ad_roi_hourly "
        "where clicks > 0 and ad_id is not null"
    )
    assert {row[:2]: row[2] for row in told} == world.truth.clicks_by_ad_and_hour(world.end)


def test_each_order_is_credited_to_the_worlds_click(built_world: DbtProject, world: World) -> None:
    told = built_world.rows(
        "select conversions.order_id, clicks.ttclid from analytics.fct_conversions as conversions "
        "left join analytics.fct_clicks as clicks using (click_id) "
        "where conversions.order_id is not null"
    )
    truth = world.truth.credited_clicks(world.end)
    assert dict(told) == {order: one and one.ttclid for order, one in truth.items()}


def test_revenue_and_refunds_per_ad_day_and_currency_are_the_worlds(
    built_world: DbtProject, world: World
) -> None:
    told = built_world.rows(
        "select ad_id, account_date, currency, orders, gross_order_revenue, refunded "
        "from analytics.rpt_ad_roi_daily where is_attributed and (orders > 0 or refunded > 0)"
    )
    truth = world.truth.credits(world.end)
    assert {row[:3]: row[3:] for row in told} == {tuple(key): one for key, one in truth.items()}


def test_a_click_on_the_phone_earns_the_order_on_the_desktop(
    built_world: DbtProject, world: World
) -> None:
    case = world.special_cases["cross_device"]
    assert case.visitor_id != case.order_visitor_id
    [(ad_id, visitor_id)] = built_world.rows(
        "select ad_id, visitor_id from analytics.fct_conversions where order_id = %s",
        [case.order_id],
    )
    assert (ad_id, visitor_id) == (case.ad_id, case.order_visitor_id)


def test_a_view_with_literal_macros_is_no_click_and_says_why(
    built_world: DbtProject, world: World
) -> None:
    case = world.special_cases["literal_macros"]
    [(problems,)] = built_world.rows(
        "select parameter_problems from analytics_staging.stg_web__page_views "
        "where page_view_id = %s",
        [case.page_view_id],
    )
    assert "ad_id: macro not replaced" in problems
    assert not built_world.rows(
        "select 1 from analytics.fct_clicks where page_view_id = %s", [case.page_view_id]
    )


def test_models_are_planned_by_what_is_in_the_tables_below_them(built_world: DbtProject) -> None:
    """Autovacuum comes a minute late; until then PostgreSQL plans as if a new table were tiny."""
    uncounted = built_world.rows(
        "select relname from pg_stat_user_tables where schemaname like 'analytics%' "
        "and last_analyze is null and last_autoanalyze is null and n_live_tup > 0 "
        "and split_part(relname, '_', 1) in ('int', 'dim', 'fct', 'rpt')"
    )
    assert uncounted == []
