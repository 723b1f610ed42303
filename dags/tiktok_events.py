"""Send new conversions and refunds to TikTok whenever the models were built, and once an hour.

Events are written to the outbox first and sent from there, pixel by pixel: what a run cannot send,
the next one does. A refund leaves after its purchase was delivered.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, Asset, AssetOrTimeSchedule, CronTriggerTimetable, TriggerRule

from airflow_provider_tiktok.operators.events import (
    CONVERSIONS,
    REFUNDS,
    TikTokDeliverEventsOperator,
    TikTokEnqueueEventsOperator,
    TikTokListPixelsOperator,
)
from airflow_provider_tiktok.operators.publish import publish

with DAG(
    "tiktok_events",
    # By the clock as well: a failing model must not keep back the events that wait already.
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("50 * * * *", timezone="UTC"),
        assets=[Asset("tiktok_models")],
    ),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2)},
    doc_md=__doc__,
    tags=["tiktok"],
) as dag:
    conversions = TikTokEnqueueEventsOperator(task_id="enqueue_conversions", relation=CONVERSIONS)
    refunds = TikTokEnqueueEventsOperator(
        task_id="enqueue_refunds", relation=REFUNDS, trigger_rule=TriggerRule.ALL_DONE
    )
    # What waits from earlier runs is delivered even when there is nothing new to read.
    pixels = TikTokListPixelsOperator(task_id="list_pixels", trigger_rule=TriggerRule.ALL_DONE)
    deliveries = TikTokDeliverEventsOperator.partial(task_id="deliver").expand(
        pixel_code=pixels.output
    )
    conversions >> refunds >> pixels
    publish(Asset("tiktok_events"), after=[conversions, refunds, deliveries])
