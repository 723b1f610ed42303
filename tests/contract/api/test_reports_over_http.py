"""Reports as the sandbox serves them: every cent of the world, or a reason why not."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.api.errors import TikTokConfigurationError, TikTokReauthoriseError
from airflow_provider_tiktok.api.reports import (
    ReportReader,
    ReportRequest,
    ReportRow,
    read_report,
)
from tests.contract.api.bench import EUROPE, GRANTED, INDIA, NOT_GRANTED, NOW, US, Bench

if TYPE_CHECKING:
    from sandbox.world import World

FIRST, LAST = date(2026, 10, 31), date(2026, 11, 2)
HOURS = ReportRequest(US, "AUCTION_AD", "stat_time_hour", LAST, LAST)
DAYS = ReportRequest(US, "AUCTION_AD", "stat_time_day", FIRST, LAST)


def read(bench: Bench, request: ReportRequest) -> tuple[ReportReader, list[ReportRow]]:
    reader = read_report(bench.client, request)
    rows = [row for page in reader for row in page.rows]
    return reader, [row for row in rows if isinstance(row, ReportRow)]


def spend_of_the_world(world: World, advertiser_id: str, first: date, last: date) -> Decimal:
    cells = world.report_cells(advertiser_id, start_date=first, end_date=last, at=NOW)
    return sum((cell.spend for cell in cells), Decimal(0))


def total(rows: list[ReportRow], metric: str = "spend") -> Decimal:
    return sum((row.metrics[metric] or Decimal(0) for row in rows), Decimal(0))


@pytest.mark.parametrize("advertiser_id", GRANTED)
def test_every_hour_of_every_ad_is_that_of_the_world(
    advertiser_id: str, bench: Bench, world: World
) -> None:
    request = replace(HOURS, advertiser_id=advertiser_id)
    reader, rows = read(bench, request)
    cells = world.report_cells(advertiser_id, start_date=LAST, end_date=LAST, at=NOW)
    truth = {
        (cell.stat_time_hour, cell.ad_id): (
            cell.spend,
            Decimal(cell.impressions),
            Decimal(cell.complete_payment),
            cell.campaign_id,
        )
        for cell in cells
    }
    found = {
        (row.stat_time, row.entity_id): (
            row.metrics["spend"],
            row.metrics["impressions"],
            row.metrics["complete_payment"],
            row.attributes["campaign_id"],
        )
        for row in rows
    }
    assert reader.is_complete, reader.incomplete_reason
    assert truth
    assert found == truth


@pytest.mark.parametrize(
    "level", ["AUCTION_AD", "AUCTION_ADGROUP", "AUCTION_CAMPAIGN", "AUCTION_ADVERTISER"]
)
@pytest.mark.parametrize("advertiser_id", GRANTED)
def test_every_level_adds_up_to_the_same_spend_deleted_ads_included(
    level: Any,
    advertiser_id: str,
    bench: Bench,
    world: World,
) -> None:
    request = replace(DAYS, advertiser_id=advertiser_id, data_level=level)
    reader, rows = read(bench, request)
    assert reader.is_complete
    assert total(rows) == spend_of_the_world(world, advertiser_id, FIRST, LAST) > 0


def test_top_view_is_in_the_report_though_it_must_be_asked_for_alone(
    bench: Bench, world: World
) -> None:
    request = replace(DAYS, advertiser_id=EUROPE)
    _, together = read(bench, request)
    bench.sandbox.switch(top_view_in_reports="alone")
    reader, alone = read(bench, request)
    assert reader.is_complete
    assert total(alone) == total(together) == spend_of_the_world(world, EUROPE, FIRST, LAST)


def test_hours_add_up_to_days(bench: Bench) -> None:
    _, days = read(bench, DAYS)
    hours: dict[str, Decimal] = defaultdict(Decimal)
    for day in (FIRST, date(2026, 11, 1), LAST):
        _, rows = read(bench, replace(HOURS, start_date=day, end_date=day))
        for row in rows:
            hours[row.entity_id + row.stat_time[:10]] += row.metrics["spend"] or 0
    assert {row.entity_id + row.stat_time[:10]: row.metrics["spend"] for row in days} == hours


@pytest.mark.parametrize(
    "switches",
    [
        {"id_format": "number"},
        {"count_format": "decimal"},
        {"empty_total_page": 1},
        {"error_data": "empty"},
    ],
    ids=str,
)
def test_what_two_sources_say_differently_reads_the_same(
    switches: dict[str, Any], bench: Bench
) -> None:
    _, before = read(bench, HOURS)
    bench.sandbox.switch(**switches)
    reader, after = read(bench, HOURS)
    assert reader.is_complete
    assert {(row.entity_id, row.stat_time): row.metrics for row in after} == {
        (row.entity_id, row.stat_time): row.metrics for row in before
    }


def test_an_empty_day_is_complete(bench: Bench) -> None:
    for pages in (0, 1):
        bench.sandbox.switch(empty_total_page=pages)
        day = date(2026, 9, 1)
        reader, rows = read(bench, replace(HOURS, start_date=day, end_date=day))
        assert (rows, reader.is_complete, reader.total_number) == ([], True, 0)


def test_late_metrics_are_null_and_come_later(bench: Bench) -> None:
    request = replace(DAYS, metrics=("spend", "reach"), start_date=LAST)
    _, early = read(bench, request)
    bench.sleep(86_400)
    _, later = read(bench, request)
    assert {row.metrics["reach"] for row in early} == {None}
    assert None not in {row.metrics["reach"] for row in later}


def test_a_metric_that_tiktok_refuses_is_set_aside(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    reader, rows = read(bench, replace(HOURS, metrics=("spend", "no_such_metric", "clicks")))
    assert reader.is_complete
    assert reader.skipped_metrics == ("no_such_metric",)
    assert rows
    assert set(rows[0].metrics) == {"spend", "clicks"}
    assert "no_such_metric" in caplog.text


def test_a_metric_of_another_level_is_not_even_asked_for(bench: Bench) -> None:
    reader, _ = read(bench, replace(HOURS, metrics=("spend", "cash_spend", "voucher_spend")))
    assert reader.skipped_metrics == ("cash_spend", "voucher_spend")
    assert bench.codes() == {"0": 1}


def small_pages(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the demo's small report take several pages."""
    monkeypatch.setattr("airflow_provider_tiktok.api.reports.PAGE_SIZE", 100)


def test_a_report_of_many_pages_is_whole(
    bench: Bench, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(bench, monkeypatch)
    reader, rows = read(bench, HOURS)
    assert reader.pages > 1
    assert reader.is_complete
    assert total(rows) == spend_of_the_world(world, US, LAST, LAST)


@pytest.mark.parametrize("shift", [1, -1, 7])
def test_rows_that_move_between_pages_make_it_incomplete(
    shift: int, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(bench, monkeypatch)
    bench.sandbox.switch(page_shift=shift)
    reader, rows = read(bench, HOURS)
    assert reader.incomplete_reason == "repeated_key"
    keys = {(row.entity_id, row.stat_time) for row in rows}
    assert len(keys) == len(rows) - reader.repeated_keys


def test_a_report_cut_at_the_id_limit_is_incomplete(bench: Bench) -> None:
    bench.sandbox.switch(id_limit=5)
    reader, _ = read(bench, HOURS)
    assert reader.incomplete_reason == "truncated"


def test_a_throttle_header_with_half_a_list_is_incomplete(bench: Bench) -> None:
    bench.sandbox.fault("A18", endpoint="reports", times=1)
    reader, _ = read(bench, HOURS)
    assert reader.incomplete_reason == "truncated"


def test_a_report_that_times_out_is_read_in_smaller_parts(bench: Bench, world: World) -> None:
    _, rows = read(bench, DAYS)
    bench.sandbox.switch(report_timeout_rows=len(rows) - 1)
    reader, rows = read(bench, DAYS)
    assert reader.is_complete
    assert total(rows) == spend_of_the_world(world, US, FIRST, LAST)
    assert bench.codes()["51010"] == 1


def test_both_passes_of_the_hour_that_comes_twice_are_passed_on(bench: Bench) -> None:
    day = date(2026, 11, 1)
    request = replace(HOURS, start_date=day, end_date=day)
    _, merged = read(bench, request)
    bench.sandbox.switch(dst_hours="twice")
    reader, rows = read(bench, request)
    assert reader.incomplete_reason == "repeated_key"
    assert reader.repeated_keys == len(rows) - len(merged) > 0
    assert total(rows) == total(merged)
    keys = Counter((row.entity_id, row.stat_time) for row in rows)
    assert {stat_time for (_, stat_time), times in keys.items() if times == 2} == {
        "2026-11-01 01:00:00"
    }


def test_an_advertiser_without_permission_is_named(bench: Bench) -> None:
    with pytest.raises(TikTokConfigurationError, match=rf"{NOT_GRANTED}.*role admin"):
        read(bench, replace(HOURS, advertiser_id=NOT_GRANTED))
    assert read(bench, replace(HOURS, advertiser_id=INDIA))[0].is_complete


def test_a_token_revoked_while_paging_leaves_what_came_and_is_raised(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(bench, monkeypatch)
    reader = read_report(bench.client, HOURS)
    pages = iter(reader)
    assert next(pages).rows
    bench.sandbox.revoke(bench.token)
    with pytest.raises(TikTokReauthoriseError):
        next(pages)
    assert reader.incomplete_reason == "error"
