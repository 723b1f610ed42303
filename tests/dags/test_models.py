"""tiktok_models: one dbt process builds everything from the warehouse connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world import World

    from .conftest import Stage


def test_the_marts_add_up_to_the_ledger(built: Stage) -> None:
    latest = """
    select sum(spend)
    from (
        select distinct on (advertiser_id, stat_time, entity_id) spend
        from tiktok_raw.spend_snapshots
        where data_level = 'AUCTION_AD' and time_dimension = 'stat_time_hour'
        order by advertiser_id, stat_time, entity_id, seq desc
    ) as latest
    """
    assert built.rows(latest) == built.rows("select sum(spend) from analytics.fct_spend_hourly")


def test_the_export_views_hold_every_order_and_refund(built: Stage) -> None:
    orders = "select 'ord_' || order_id from shop.orders order by 1"
    exported = """
    select event_id from analytics.exp_tiktok__conversion_events
    where event_id like 'ord%%' order by 1
    """
    assert built.rows(exported) == built.rows(orders)
    refunds = "select 'refund_' || refund_id from shop.refunds order by 1"
    exported = "select event_id from analytics.exp_tiktok__refund_events order by 1"
    assert built.rows(exported) == built.rows(refunds)


def test_a_missing_source_table_is_named_with_the_fix(imported: Stage, world: World) -> None:
    run = imported.run("tiktok_models", world.end)
    assert run.state == "failed"
    assert "web.page_views is missing or may not be read: create it" in run.log


def test_the_daily_checks_pass_on_what_was_built(built: Stage, world: World) -> None:
    run = built.run("tiktok_checks", world.end)
    assert run.state == "success", run.log
    assert "assert_credits_of_a_conversion_add_up_to_one" in run.log
