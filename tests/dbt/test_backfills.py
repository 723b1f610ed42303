"""rpt_backfills shows what each backfill planned, did and skipped."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import psycopg

from airflow_provider_tiktok.warehouse.backfill import (
    Price,
    end_slice,
    find_backfill,
    keep_plan,
    report,
)
from airflow_provider_tiktok.warehouse.backfill_request import BackfillRequest, slices_of
from airflow_provider_tiktok.warehouse.backfill_survey import Tally
from tests.dbt.dbt_project import DbtProject
from tests.dbt.user_tables import create_user_tables

if TYPE_CHECKING:
    from pathlib import Path

SPEND = BackfillRequest(
    "tiktok_default", ("spend",), date(2026, 11, 1), date(2026, 11, 3), advertiser_ids=("1",)
)
MART = """
select backfill_id, state, kind, subject, outcome, planned, reported, is_complete
from analytics.rpt_backfills order by backfill_id
"""


def test_the_mart_has_the_plan_beside_the_report(warehouse: str, tmp_path: Path) -> None:
    with psycopg.connect(warehouse, autocommit=True) as connection:
        create_user_tables(connection)
        planned = Counter({Tally("conversions", "CUS", "new", ""): 7})
        slices = slices_of(SPEND, {})
        keep_plan(connection, SPEND, slices, planned, Price(), run_id="one", is_dry_run=True)
        number, _ = keep_plan(connection, SPEND, slices, {}, Price(), run_id="two",
                              is_dry_run=False)  # fmt: skip
        end_slice(connection, number, 1, "done", {})
        report(connection, find_backfill(connection, number))
    DbtProject(warehouse, tmp_path).build_all("--select", "+rpt_backfills")
    with psycopg.connect(warehouse) as connection:
        assert connection.execute(MART).fetchall() == [
            (1, "dry_run", "conversions", "CUS", "new", 7, 0, False),
            (2, "done", "spend", "1", "not_read", 0, 3, False),
        ]
