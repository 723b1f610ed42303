"""One reading of one advertiser's report into the ledger, and what the log says of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.reports import ReportRequest, read_report
from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers
from airflow_provider_tiktok.warehouse.database import WarehouseError
from airflow_provider_tiktok.warehouse.spend import load_report

if TYPE_CHECKING:
    from typing import Any

    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.warehouse.accounts import Advertiser
    from airflow_provider_tiktok.warehouse.spend_schedule import Reading

log = logging.getLogger(__name__)


def find_advertiser(
    warehouse: psycopg.Connection[Any], connection_id: str, advertiser_id: str
) -> Advertiser:
    """Return an imported advertiser.

    :raises WarehouseError: it was not imported, or is switched off.
    """
    for advertiser in enabled_advertisers(warehouse, connection_id):
        if advertiser.advertiser_id == advertiser_id:
            return advertiser
    raise WarehouseError(
        f"Advertiser {advertiser_id} is not imported by connection {connection_id}, or is "
        "switched off. Run the DAG tiktok_accounts: its log says whether TikTok gives this token "
        "permission for it.",
    )


def pull(
    warehouse: psycopg.Connection[Any],
    client: TikTokClient,
    advertiser: Advertiser,
    reading: Reading,
    *,
    run_id: str,
) -> dict[str, int]:
    """Read one report into the ledger and return the counts.

    :raises TikTokError: TikTok refused a call; the message says what to do.
    """
    request = ReportRequest(
        advertiser_id=advertiser.advertiser_id,
        data_level=reading.data_level,
        time_dimension=reading.time_dimension,
        start_date=reading.start_date,
        end_date=reading.end_date,
        include_promoted=True,  # TikTok charges for them as well
    )
    result = load_report(
        warehouse,
        request,
        read_report(client, request),
        display_timezone=advertiser.display_timezone or advertiser.timezone or "",
        currency=advertiser.currency,
        run_id=run_id,
    )
    if not result.is_complete:
        log.warning(
            "Advertiser %s, %s to %s: not provably complete (%s), so nothing was lowered. "
            "The next run reads it again.",
            advertiser.advertiser_id,
            reading.start_date,
            reading.end_date,
            result.incomplete_reason,
        )
    if late := result.late_changes(request):
        log.warning(late)
    return {
        "pulls": 1,
        "pulls_incomplete": int(not result.is_complete),
        "rows_read": result.rows_read,
        "rows_changed": result.rows_changed,
        "rows_absent": result.rows_absent,
        "rows_rejected": result.rows_rejected,
    }
