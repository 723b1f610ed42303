"""Bring past days up to date: spend into the ledger, conversions and refunds to TikTok.

Trigger it with a form. It begins with a plan: what it takes, and how many events are new, sent
already, too old, without consent or without signals. A dry run ends there. No event is sent twice,
whether this DAG or the hourly one meets it first. A run that was stopped goes on when the same
request is triggered again. With a test event code the newest events go to Events Manager's *Test
Events* tab, and no others.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, Asset, Param, TriggerRule, task

from airflow_provider_tiktok.operators.backfill import (
    TikTokPlanBackfillOperator,
    TikTokReportBackfillOperator,
)
from airflow_provider_tiktok.operators.backfill_slices import (
    TikTokBackfillDeliveryOperator,
    TikTokBackfillEventsOperator,
)
from airflow_provider_tiktok.operators.backfill_spend import TikTokBackfillSpendOperator
from airflow_provider_tiktok.operators.publish import publish
from airflow_provider_tiktok.operators.trial_events import TikTokSendTestEventsOperator

TEXT = ["null", "string"]
WHAT = ["spend", "conversions", "refunds"]
PARAMS = {
    "what": Param(["spend"], type="array", title="What", examples=WHAT),
    "from_date": Param(
        None,
        type=TEXT,
        format="date",
        title="From",
        description="Days of the account for spend, UTC days for events",
    ),
    "to_date": Param(None, type=TEXT, format="date", title="To, included"),
    "advertisers": Param(
        [], type=["null", "array"], title="Advertiser ids", description="None: all of them"
    ),
    "pixels": Param(
        [], type=["null", "array"], title="Pixel codes", description="None: all of them"
    ),
    "event_source": Param(
        "all", type="string", enum=["all", "web", "offline", "crm"], title="Event source"
    ),
    "test_event_code": Param(
        None,
        type=TEXT,
        title="Test event code",
        description="Send the newest events to Events Manager's Test Events tab, and no others",
    ),
    "pace": Param(
        0.5,
        type="number",
        exclusiveMinimum=0,
        maximum=1,
        title="Pace",
        description="Share of TikTok's quota to use; hourly work keeps the rest",
    ),
    "is_dry_run": Param(default=True, type="boolean", title="Dry run: plan and stop"),
}


@task
def choose(plan: dict[str, list[int]], name: str) -> list[int]:
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
        advertisers="{{ (params.advertisers or []) | join(',') }}",
        pixels="{{ (params.pixels or []) | join(',') }}",
        event_source="{{ params.event_source }}",
        test_event_code="{{ params.test_event_code or '' }}",
        pace="{{ params.pace }}",
        is_dry_run="{{ params.is_dry_run }}",
    )
    number = "{{ (ti.xcom_pull(task_ids='plan') or {}).get('backfill_id', '') }}"
    pulls = TikTokBackfillSpendOperator.partial(
        task_id="pull_spend", backfill_id=number, max_active_tis_per_dag=2
    ).expand(slice_number=choose.override(task_id="spend_slices")(plan.output, "spend"))
    # An export view is read by one task at a time.
    enqueued = TikTokBackfillEventsOperator.partial(
        task_id="enqueue_events", backfill_id=number, max_active_tis_per_dag=1
    ).expand(slice_number=choose.override(task_id="event_slices")(plan.output, "events"))
    deliveries = TikTokBackfillDeliveryOperator.partial(
        task_id="deliver",
        backfill_id=number,
        max_active_tis_per_dag=4,
        trigger_rule=TriggerRule.ALL_DONE,
    ).expand(slice_number=choose.override(task_id="pixels")(plan.output, "delivery"))
    trials = TikTokSendTestEventsOperator.partial(
        task_id="send_test_events",
        backfill_id=number,
        test_event_code="{{ params.test_event_code }}",
    ).expand(relation=choose.override(task_id="views_to_try")(plan.output, "test_relations"))
    report = TikTokReportBackfillOperator(
        task_id="report", backfill_id=number, trigger_rule=TriggerRule.ALL_DONE
    )
    enqueued >> deliveries
    [plan, pulls, enqueued, deliveries] >> report
    publish(Asset("tiktok_spend"), after=[pulls], beside=[enqueued, deliveries, trials, report])
