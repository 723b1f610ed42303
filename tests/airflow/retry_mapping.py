"""A DAG whose tasks each end with another kind of error; copied to a test's folder of DAGs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG
from psycopg import errors

from airflow_provider_tiktok.api.errors import ErrorClass, Outcome, TikTokError, error_for
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.operators.base import TikTokOperator
from airflow_provider_tiktok.warehouse.database import WarehouseConnectionError, WarehouseError

if TYPE_CHECKING:
    from airflow.sdk import Context


def refused(error_class: ErrorClass, retry_after: float | None = None) -> TikTokError:
    """Return the error of a call that TikTok answered so."""
    outcome = Outcome(
        error_class=error_class,
        http_status=200,
        code=40001,
        message="No",
        request_id="R1",
        retry_after=retry_after,
        data=None,
        next_step="Act.",
    )
    return error_for(outcome, "pixel/list/")


ERRORS: dict[str, Exception] = {
    "reauthorise": refused(ErrorClass.REAUTHORISE),
    "configuration": refused(ErrorClass.CONFIGURATION),
    "quarantine": refused(ErrorClass.QUARANTINE),
    "split": refused(ErrorClass.SPLIT),
    "settings": SettingsError("app_id is wrong"),
    "warehouse": WarehouseError("not imported"),
    "tables": errors.UndefinedTable("relation"),
    "privilege": errors.InsufficientPrivilege("permission denied"),
    "throttled": refused(ErrorClass.THROTTLE, 7200.0),
    "transient": refused(ErrorClass.RETRY),
    "unknown": refused(ErrorClass.UNKNOWN),
    "restart": WarehouseConnectionError("the server restarts"),
    "bug": ValueError("a bug of ours"),
}


class Failing(TikTokOperator):
    """An operator whose job ends with the error of its task's name."""

    def run_job(self, context: Context) -> Any:  # noqa: ARG002 - the interface's argument
        """Raise it."""
        raise ERRORS[self.task_id]


with DAG(
    "retry_mapping",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 1, "retry_delay": timedelta(hours=1)},
) as dag:
    for name in ERRORS:
        Failing(task_id=name)
