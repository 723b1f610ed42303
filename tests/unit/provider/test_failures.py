"""Which errors Airflow retries, when, and which end a task at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from airflow.sdk import RetryAction
from airflow.sdk.exceptions import AirflowFailException
from psycopg import errors

from airflow_provider_tiktok.api.errors import ErrorClass, Outcome, TikTokError, error_for
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.operators.base import TikTokOperator
from airflow_provider_tiktok.operators.failures import ThrottleRetryPolicy, final_sentence
from airflow_provider_tiktok.warehouse.database import WarehouseConnectionError, WarehouseError
from airflow_provider_tiktok.warehouse.outbox_relation import ExportRelationError
from airflow_provider_tiktok.warehouse.tokens_state import TokenUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.sdk import Context


@pytest.fixture(autouse=True)
def _connected(connect_as: Callable[..., None]) -> None:
    """An operator looks at its connection before its job."""
    connect_as()


class Failing(TikTokOperator):
    """An operator whose job ends with an error."""

    def __init__(self, *, error: Exception, **kwargs: Any) -> None:
        super().__init__(task_id="task", **kwargs)
        self.error = error

    def run_job(self, context: Context) -> None:  # noqa: ARG002 - the interface's argument
        raise self.error


def refused(error_class: ErrorClass, retry_after: float | None = None) -> TikTokError:
    outcome = Outcome(
        error_class=error_class,
        http_status=200,
        code=40001,
        message="No permission",
        request_id="R1",
        retry_after=retry_after,
        data=None,
        next_step="Ask for it.",
    )
    return error_for(outcome, "pixel/list/")


def name(error: Exception) -> str:
    kind = f" {error.outcome.error_class}" if isinstance(error, TikTokError) else ""
    return f"{type(error).__name__}{kind}"


FINAL = [
    refused(ErrorClass.REAUTHORISE),
    refused(ErrorClass.CONFIGURATION),
    refused(ErrorClass.QUARANTINE),
    refused(ErrorClass.SPLIT),
    SettingsError("app_id is wrong"),
    WarehouseError("not imported"),
    ExportRelationError("no view"),
    TokenUnavailableError("no token", None),
    errors.UndefinedTable("relation"),
    errors.UndefinedColumn("column"),
    errors.InsufficientPrivilege("permission denied"),
]
PASSING = [
    refused(ErrorClass.RETRY),
    refused(ErrorClass.THROTTLE, 300.0),
    refused(ErrorClass.UNKNOWN),
    refused(ErrorClass.PARTIAL),
    WarehouseConnectionError("the server restarts"),
    psycopg.OperationalError("connection lost"),
    ValueError("a bug of ours"),
]


@pytest.mark.parametrize("error", FINAL, ids=name)
def test_what_a_person_must_mend_is_not_retried(error: Exception) -> None:
    with pytest.raises(AirflowFailException) as caught:
        Failing(error=error).execute({})
    assert caught.value.__context__ is None


@pytest.mark.parametrize("error", PASSING, ids=name)
def test_what_may_pass_by_itself_is_left_to_airflows_retries(error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        Failing(error=error).execute({})
    assert caught.value is error


def test_the_failure_says_what_tiktok_said_and_what_to_do() -> None:
    assert final_sentence(refused(ErrorClass.CONFIGURATION)) == (
        "Request R1: pixel/list/: TikTok answered 40001 (PERMISSION_ERROR): No permission. "
        "Ask for it."
    )


@pytest.mark.parametrize("error", PASSING, ids=name)
def test_only_a_throttled_task_waits_as_long_as_tiktok_asks(error: Exception) -> None:
    decision = ThrottleRetryPolicy().evaluate(error, try_number=1, max_tries=3)
    if getattr(error, "outcome", None) and error.outcome.retry_after:
        assert decision.action is RetryAction.RETRY
        assert decision.retry_delay is not None
        assert decision.retry_delay.total_seconds() == 300
    else:
        assert decision.action is RetryAction.DEFAULT
