"""Send ended events again, from a form: a dry run counts first.

An event keeps its event_id, so within 48 hours TikTok drops what it has already. What left more
than 47 hours ago and may be at TikTok stays, unless *Past 48 hours* is on. What is replayed leaves
as its export row said at the last enqueue, a delivered event as it was sent; the runs of
`tiktok_events` deliver it.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, Param

from airflow_provider_tiktok.operators.event_care import TikTokReplayEventsOperator

TEXT = ["null", "string"]
STATES = ["delivered", "quarantined", "suppressed", "expired", "expired_unknown"]
PARAMS = {
    "event_ids": Param([], type="array", title="Event ids", examples=["ord_1001"]),
    "states": Param([], type="array", title="That ended as", examples=STATES),
    "reasons": Param([], type="array", title="For the reasons", examples=["rejected_by_tiktok"]),
    "event": Param(None, type=TEXT, title="Event name", examples=["CompletePayment"]),
    "pixel_code": Param(None, type=TEXT, title="Pixel code"),
    "since": Param(None, type=TEXT, format="date-time", title="Happened since"),
    "until": Param(None, type=TEXT, format="date-time", title="Happened before"),
    "replayed_run_id": Param(None, type=TEXT, title="Sent by the run"),
    "is_dry_run": Param(default=True, type="boolean", title="Dry run: only count"),
    "past_horizon": Param(
        default=False,
        type="boolean",
        title="Past 48 hours",
        description="Send also what TikTok may have and would count a second time",
    ),
}

with DAG(
    "tiktok_replay",
    schedule=None,
    params=PARAMS,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2)},
    doc_md=__doc__,
    tags=["tiktok"],
) as dag:
    TikTokReplayEventsOperator(
        task_id="replay",
        event_ids="{{ params.event_ids | join(',') }}",
        states="{{ params.states | join(',') }}",
        reasons="{{ params.reasons | join(',') }}",
        event="{{ params.event or '' }}",
        pixel_code="{{ params.pixel_code or '' }}",
        since="{{ params.since or '' }}",
        until="{{ params.until or '' }}",
        replayed_run_id="{{ params.replayed_run_id or '' }}",
        is_dry_run="{{ params.is_dry_run }}",
        past_horizon="{{ params.past_horizon }}",
    )
