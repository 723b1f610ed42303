"""Pull what every advertiser spent, hour by hour and ad by ad, once an hour.

Each run reads the last three days again, because TikTok corrects its numbers; once a day it reads
the last 28. The ledger keeps a value only when it changed, so reading again costs no room.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, Asset

from airflow_provider_tiktok.operators.publish import publish
from airflow_provider_tiktok.operators.spend import (
    TikTokListAdvertisersOperator,
    TikTokPullSpendOperator,
)

with DAG(
    "tiktok_spend",
    schedule="@hourly",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2)},
    doc_md=__doc__,
    tags=["tiktok"],
) as dag:
    advertisers = TikTokListAdvertisersOperator(task_id="list_advertisers")
    pulls = TikTokPullSpendOperator.partial(task_id="pull_spend").expand(
        advertiser_id=advertisers.output
    )
    publish(Asset("tiktok_spend"), after=[pulls])
