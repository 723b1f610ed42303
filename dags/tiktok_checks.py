"""Once a day: run every test of the dbt project on the warehouse, also those that read all history.

A failing test is named in the log of the task, with the relation that holds its rows: schema
`analytics_dbt_test__audit`. Nothing waits for this DAG: it says that something is wrong, and the
models and the delivery go on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG, CronTriggerTimetable
from cosmos.config import ProfileConfig
from cosmos.operators.local import DbtTestLocalOperator
from cosmos.profiles import PostgresUserPasswordProfileMapping

DBT_PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"

with DAG(
    "tiktok_checks",
    schedule=CronTriggerTimetable("10 5 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(minutes=2)},
    doc_md=__doc__,
    tags=["tiktok"],
) as dag:
    DbtTestLocalOperator(
        task_id="test",
        project_dir=DBT_PROJECT,
        profile_config=ProfileConfig(
            profile_name="tiktok",
            target_name="warehouse",
            profile_mapping=PostgresUserPasswordProfileMapping(
                conn_id="tiktok_warehouse",
                profile_args={"schema": "analytics", "threads": 4},
            ),
        ),
        selector="tiktok_checks",
        install_deps=False,
        emit_datasets=False,
        should_store_compiled_sql=False,
    )
