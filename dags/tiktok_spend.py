"""Pull each advertiser's spend every hour, ad by ad and hour by hour, into the append-only ledger.

Each run reads today and yesterday again, because TikTok corrects its numbers; every six hours the
days before for which the account's own numbers were seen to change (3 to 14); once a day the sums
of the last 35 days. A day whose hours do not add up to its sum is read by the hour again, and so is
every day that no complete pull has read. The ledger keeps a value only when it changed, so reading
again costs no room. `airflow tiktok plan` says what is due.

A run that has not ended 45 minutes after it was queued (setting `spend_deadline_minutes`) has
missed its deadline: Airflow shows it, and the triggerer's log says what to look at.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset

from airflow_provider_tiktok.operators.deadlines import DagWithDeadline, late_spend
from airflow_provider_tiktok.operators.publish import publish
from airflow_provider_tiktok.operators.spend import (
    TikTokListAdvertisersOperator,
    TikTokPullSpendOperator,
)

with DagWithDeadline(
    "tiktok_spend",
    schedule="@hourly",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    deadline=late_spend(),
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2)},
    doc_md=__doc__,
    tags=["tiktok"],
) as dag:
    advertisers = TikTokListAdvertisersOperator(task_id="list_advertisers")
    pulls = TikTokPullSpendOperator.partial(task_id="pull_spend").expand(
        advertiser_id=advertisers.output
    )
    publish(Asset("tiktok_spend"), after=[pulls])
