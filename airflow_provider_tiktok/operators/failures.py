"""Tell Airflow what to do after an error of the engine: fail now, or retry and when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import RetryDecision, RetryPolicy

from airflow_provider_tiktok.api.errors import (
    TikTokConfigurationError,
    TikTokReauthoriseError,
    TikTokRequestError,
    TikTokThrottledError,
)
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.warehouse.database import (
    WarehouseConnectionError,
    WarehouseError,
    what_is_missing,
)

if TYPE_CHECKING:
    from airflow.sdk import Context

# A person must act first: another try of the same would end the same.
_FINAL = (
    TikTokReauthoriseError,
    TikTokConfigurationError,
    TikTokRequestError,
    SettingsError,
    WarehouseError,
)


def final_sentence(error: Exception) -> str | None:
    """Return what to tell the person who must act first; None when another try may help."""
    if isinstance(error, WarehouseConnectionError):
        return None  # a server that restarts is back in a minute
    if isinstance(error, _FINAL):
        return str(error)
    return what_is_missing(error)


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
