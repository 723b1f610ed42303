"""Read spend of past days again, and send conversions and refunds that are not sent yet.

Trigger it with a form. A dry run says what would happen and does nothing. The dates bound spend;
events are taken from the export views, where none is sent twice, whether this DAG or the hourly one
meets it first. With a test event code the newest events go to Events Manager's *Test Events* tab.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, Asset, Param, TriggerRule, task

from airflow_provider_tiktok.operators.backfill import (
    TikTokPlanBackfillOperator,
    TikTokSendTestEventsOperator,
)
from airflow_provider_tiktok.operators.events import (
    TikTokDeliverEventsOperator,
    TikTokEnqueueEventsOperator,
)
from airflow_provider_tiktok.operators.publish import publish
from airflow_provider_tiktok.operators.spend import TikTokPullSpendOperator

WHAT = ["spend", "conversions", "refunds"]
PARAMS = {
    "what": Param(["spend"], type="array", title="What", examples=WHAT),
    "from_date": Param(None, type=["null", "string"], format="date", title="From (spend)"),
    "to_date": Param(None, type=["null", "string"], format="date", title="To, included (spend)"),
    "is_dry_run": Param(default=True, type="boolean", title="Dry run"),
    "test_event_code": Param(
        None,
        type=["null", "string"],
        title="Test event code",
        description="Send the newest events to Events Manager's Test Events tab, and no others",
    ),
}


@task
def choose(plan: dict[str, list[str]], name: str) -> list[str]:
    """Return one list of the plan, to map tasks over."""
    return plan[name]


with DAG(
    "tiktok_backfill",
    schedule=None,
    params=PARAMS,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2)},
    doc_md=__doc__,
    tags=["tiktok"],
) as dag:
    plan = TikTokPlanBackfillOperator(
        task_id="plan",
        what="{{ params.what | join(',') }}",
        from_date="{{ params.from_date or '' }}",
        to_date="{{ params.to_date or '' }}",
        is_dry_run="{{ params.is_dry_run }}",
        test_event_code="{{ params.test_event_code or '' }}",
    )
    pulls = TikTokPullSpendOperator.partial(
        task_id="pull_spend", from_date="{{ params.from_date }}", to_date="{{ params.to_date }}"
    ).expand(advertiser_id=choose.override(task_id="advertisers")(plan.output, "advertiser_ids"))
    enqueued = TikTokEnqueueEventsOperator.partial(
        task_id="enqueue_events", is_dry_run="{{ params.is_dry_run }}"
    ).expand(relation=choose.override(task_id="export_views")(plan.output, "relations"))
    deliveries = TikTokDeliverEventsOperator.partial(
        task_id="deliver", trigger_rule=TriggerRule.ALL_DONE
    ).expand(pixel_code=choose.override(task_id="pixels")(plan.output, "pixel_codes"))
    trials = TikTokSendTestEventsOperator.partial(
        task_id="send_test_events", test_event_code="{{ params.test_event_code }}"
    ).expand(relation=choose.override(task_id="views_to_try")(plan.output, "test_relations"))
    enqueued >> deliveries
    publish(Asset("tiktok_spend"), after=[pulls], beside=[enqueued, deliveries, trials])
