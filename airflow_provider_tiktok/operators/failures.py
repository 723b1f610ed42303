"""Tell Airflow what to do after an error of the engine: fail now, or retry and when."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import RetryDecision, RetryPolicy
from airflow.sdk.exceptions import AirflowFailException
from psycopg import errors

from airflow_provider_tiktok.api.errors import (
    TikTokConfigurationError,
    TikTokReauthoriseError,
    TikTokRequestError,
    TikTokThrottledError,
)
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.warehouse.database import WarehouseConnectionError, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow.sdk import Context

# A person must act first: another try of the same would end the same.
_FINAL = (
    TikTokReauthoriseError,
    TikTokConfigurationError,
    TikTokRequestError,
    SettingsError,
    WarehouseError,
)
_NO_TABLES = (
    "The warehouse lacks {what}. Run `airflow tiktok init` once with this version of "
    "airflow-provider-tiktok."
)
_NO_PRIVILEGE = (
    "The login of the warehouse connection may not do this: {what}. Grant it, or run "
    "`airflow tiktok init` as the owner of the schemas tiktok_raw and tiktok_ops."
)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what no retry can heal into a failure that Airflow does not retry; pass on the rest.

    :raises AirflowFailException: one sentence with the thing and the fix.
    """
    try:
        yield
    except WarehouseConnectionError:
        raise  # a server that restarts is back in a minute
    except _FINAL as error:
        sentence = str(error)
    except (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName) as error:
        sentence = _NO_TABLES.format(what=error.diag.message_primary)
    except errors.InsufficientPrivilege as error:
        sentence = _NO_PRIVILEGE.format(what=error.diag.message_primary)
    else:
        return
    raise AirflowFailException(sentence)


class ThrottleRetryPolicy(RetryPolicy):
    """Retry a throttled task when TikTok's cool-down ends; leave other errors to the task."""

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,  # noqa: ARG002 - the interface's arguments
        max_tries: int,  # noqa: ARG002
        context: Context | None = None,  # noqa: ARG002
    ) -> RetryDecision:
        """Return RETRY with TikTok's own delay, or the task's default."""
        if not isinstance(exception, TikTokThrottledError):
            return RetryDecision.default()
        seconds = exception.outcome.retry_after or 0.0
        delay = timedelta(seconds=seconds) if seconds else None
        return RetryDecision.retry(delay, reason="TikTok's quota is used up; waiting as told")
