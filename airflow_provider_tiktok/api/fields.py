"""Read fields out of answers: ids as text, lists as lists, and a clear error otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.errors import ErrorClass, Outcome, TikTokAnswerError

if TYPE_CHECKING:
    from collections.abc import Mapping


def text(value: object) -> str | None:
    """Return an id or a word as text; None for null, for nothing and for what is no single value.

    A whole number becomes its digits, as older answers carry ids; a fraction is no id.
    """
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool) or value is None:
        return None
    return str(value) if isinstance(value, int | Decimal) else None


def identifier(value: object) -> str | None:
    """Return an id as its digits, or None when it is none (a fraction, an exponent, a word)."""
    word = value if isinstance(value, str) else text(value)
    return word if word is not None and word.isascii() and word.isdigit() else None


def members(value: object) -> Mapping[str, object]:
    """Return a JSON object, or an empty one when `value` is something else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """Return a JSON array, or an empty one when `value` is something else."""
    return value if isinstance(value, list) else []


def unreadable(endpoint: str, problem: str, request_id: str | None = None) -> TikTokAnswerError:
    """Return the error for an answer that succeeded but lacks what its endpoint promises."""
    outcome = Outcome(
        error_class=ErrorClass.UNKNOWN,
        http_status=None,
        code=None,
        message=problem,
        request_id=request_id,
        retry_after=None,
        data=None,
        next_step="Report it with the request id: TikTok changed this answer.",
    )
    return TikTokAnswerError(outcome, endpoint)
