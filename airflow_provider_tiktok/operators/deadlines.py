"""Tell people when an hour is late. Airflow shows a missed deadline; this says what to look at."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, conf
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)


class DagWithDeadline(DAG):
    """A DAG with a deadline that can be tried out.

    Airflow 3.3 ends `DAG.test()` and `airflow dags test` of any DAG that has a deadline with an
    error ("'dict' object has no attribute 'hex'"), so a trial run has none.
    """

    def test(self, *arguments: Any, **options: Any) -> Any:
        """Run the DAG once in this process, without its deadline."""
        deadline, self.deadline = self.deadline, None
        try:
            return super().test(*arguments, **options)
        finally:
            self.deadline = deadline


def late_spend() -> DeadlineAlert | None:
    """Return the deadline of an hour of spend by `[tiktok] spend_deadline_minutes`; 0 is none."""
    minutes = conf.getfloat("tiktok", "spend_deadline_minutes", fallback=45.0)
    return late_after(timedelta(minutes=minutes)) if minutes > 0 else None


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
