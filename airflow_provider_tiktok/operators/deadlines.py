"""Tell people when an hour is late. Airflow shows a missed deadline; this says what to look at."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

log = logging.getLogger(__name__)


def late_after(interval: timedelta) -> DeadlineAlert:
    """Return the deadline of a DAG whose runs should end that long after they were queued.

    The scheduler notes a miss, also of a run that never began. To be told elsewhere than in
    Airflow's UI and the triggerer's log, give the DAG a `DeadlineAlert` with a callback of yours.
    """
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=interval,
        callback=AsyncCallback(tell_late),
    )


async def tell_late(context: Mapping[str, Any]) -> None:
    """Say in the triggerer's log which run is late and what to look at."""
    run = context.get("dag_run") or {}
    log.error(
        "Run %s of %s is late. Look at its tasks, then at `airflow tiktok doctor`. What this run "
        "leaves, the next one does.",
        run.get("dag_run_id") or run.get("run_id"),
        run.get("dag_id"),
    )
