"""The page that a task links to: what its run read and sent, and how far its backfill is."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from airflow_provider_tiktok.hooks.tiktok import TikTokHook
from airflow_provider_tiktok.plugin.access import may
from airflow_provider_tiktok.plugin.rendering import page
from airflow_provider_tiktok.warehouse.backfill_outcomes import OUTCOMES
from airflow_provider_tiktok.warehouse.run_receipts import (
    backfill_of_run,
    pulls_of_run,
    receipts_of_run,
)

router = APIRouter()


@router.get("/connections/{connection_id}/runs/{run_id:path}", dependencies=[Depends(may("GET"))])
def show_run(request: Request, connection_id: str, run_id: str) -> Response:
    """Show what a run did for a connection. No event ids, no payloads."""
    with TikTokHook().connect_warehouse() as warehouse:
        backfill = backfill_of_run(warehouse, connection_id, run_id)
        number = backfill.progress.backfill_id if backfill else None
        return page(
            request,
            "run.html",
            framed=True,
            connection_id=connection_id,
            run_id=run_id,
            outcomes=OUTCOMES,
            backfill=backfill,
            pulls=pulls_of_run(warehouse, connection_id, run_id, backfill_id=number),
            receipts=receipts_of_run(warehouse, connection_id, run_id),
        )
