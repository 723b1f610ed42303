"""Build the dbt models whenever spend has arrived: seeds, staging, marts and export views.

One dbt process builds everything, so a run costs one start of dbt. Tests that are cheap at any size
run with it; those that read all history are the daily DAG tiktok_checks. A source table that does
not fit the models, or a failing test, is named in the log of the task.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG, Asset
from cosmos.config import ProfileConfig
from cosmos.operators.local import DbtBuildLocalOperator
from cosmos.profiles import PostgresUserPasswordProfileMapping

DBT_PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"

with DAG(
    "tiktok_models",
    schedule=[Asset("tiktok_spend")],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(minutes=2)},
    doc_md=__doc__,
    tags=["tiktok"],
) as dag:
    DbtBuildLocalOperator(
        task_id="build",
        project_dir=DBT_PROJECT,
        profile_config=ProfileConfig(
            profile_name="tiktok",
            target_name="warehouse",
            profile_mapping=PostgresUserPasswordProfileMapping(
                conn_id="tiktok_warehouse",
                profile_args={"schema": "analytics", "threads": 4},
            ),
        ),
        selector="tiktok_hourly",
        install_deps=False,
        emit_datasets=False,
        should_store_compiled_sql=False,
        outlets=[Asset("tiktok_models")],
    )
