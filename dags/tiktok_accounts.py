"""Import advertisers and pixels, and the names of campaigns, ad groups and ads, once a day.

New advertisers of the grant join the hourly pull by themselves. What left the grant is marked, not
deleted. An advertiser that TikTok refuses fails the run after the others were imported.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, Asset, TriggerRule

from airflow_provider_tiktok.operators.accounts import (
    TikTokImportAccountsOperator,
    TikTokImportAdsOperator,
)
from airflow_provider_tiktok.operators.publish import publish
from airflow_provider_tiktok.operators.spend import TikTokListAdvertisersOperator

with DAG(
    "tiktok_accounts",
    schedule="@daily",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2)},
    doc_md=__doc__,
    tags=["tiktok"],
) as dag:
    accounts = TikTokImportAccountsOperator(task_id="import_accounts")
    advertisers = TikTokListAdvertisersOperator(
        task_id="list_advertisers", trigger_rule=TriggerRule.ALL_DONE
    )
    ads = TikTokImportAdsOperator.partial(task_id="import_ads").expand(
        advertiser_id=advertisers.output
    )
    accounts >> advertisers
    publish(Asset("tiktok_accounts"), after=[accounts, ads])
