"""Once a day: compare the receipts with TikTok's own counts, and remove what is past its time.

`reconcile` reads `pixel/event/stats` of each advertiser's pixels for the last days that TikTok has
had a day to count (setting `alert_stats_days`) and fails when both differ by more than
`alert_stats_gap`. The numbers stay in `tiktok_ops.event_reconciliations` and reach the mart
`rpt_event_reconciliation_daily`.

`retain` removes payloads and receipts that are older than the settings `retention_*`,
`retain_pulls` rows of pulls that are older than 90 days and changed nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from airflow_provider_tiktok.operators.event_care import TikTokRetainEventsOperator
from airflow_provider_tiktok.operators.event_checks import TikTokReconcileEventsOperator
from airflow_provider_tiktok.operators.spend import TikTokListAdvertisersOperator
from airflow_provider_tiktok.operators.spend_care import TikTokRetainPullsOperator

with DAG(
    "tiktok_upkeep",
    schedule=CronTriggerTimetable("40 5 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2)},
    doc_md=__doc__,
    tags=["tiktok"],
) as dag:
    advertisers = TikTokListAdvertisersOperator(task_id="list_advertisers")
    TikTokReconcileEventsOperator.partial(task_id="reconcile").expand(
        advertiser_id=advertisers.output
    )
    TikTokRetainEventsOperator(task_id="retain")
    TikTokRetainPullsOperator(task_id="retain_pulls")
