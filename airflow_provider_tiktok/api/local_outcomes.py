"""Outcomes that the client knows without an answer in TikTok's envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.errors import ErrorClass, Outcome

if TYPE_CHECKING:
    from airflow_provider_tiktok.api.messages import FileAnswer


def timed_out_too_often(seconds: float) -> Outcome:
    """Return the outcome of a request held back because TikTok would block it for `seconds`."""
    return Outcome(
        error_class=ErrorClass.RETRY,
        http_status=None,
        code=None,
        message="this request timed out three times in ten minutes and was not sent again",
        request_id=None,
        retry_after=seconds,
        data=None,
        next_step="Ask for less in one call: fewer days, metrics or items.",
        may_have_arrived=False,
        was_sent=False,
        is_timeout=True,
    )


def out_of_quota(seconds: float) -> Outcome:
    """Return the outcome of a request held back because the quota allows none for `seconds`."""
    return Outcome(
        error_class=ErrorClass.THROTTLE,
        http_status=None,
        code=None,
        message=f"the app's quota is used up for another {seconds:.0f} s; nothing was sent",
        request_id=None,
        retry_after=seconds,
        data=None,
        next_step="Run this less often, or ask TikTok for a higher quota tier.",
        may_have_arrived=False,
        was_sent=False,
    )


def received(file: FileAnswer) -> Outcome:
    """Return the outcome of a request that was answered with a file."""
    return Outcome(
        error_class=ErrorClass.SUCCESS,
        http_status=file.status,
        code=None,
        message="",
        request_id=file.headers.get("x-tt-logid"),
        retry_after=None,
        data=file,
        next_step="Nothing.",
    )
