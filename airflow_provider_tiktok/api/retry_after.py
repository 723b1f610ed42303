"""Read the Retry-After header."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_SECONDS = 900.0


def retry_after_seconds(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that the server asks us to wait, at most 15 minutes, or None.

    Takes seconds or an HTTP-date (RFC 9110, 10.2.3). A date is measured from the answer's own Date
    header where there is one, so that a wrong clock here does not matter, else from `now`.
    A negative number, a date gone by and anything unreadable count as no header.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_SECONDS)
    moment = _http_date(text)
    since = _http_date(headers.get("date", "")) or now
    if moment is None or since is None or moment <= since:
        return None
    return min((moment - since).total_seconds(), LONGEST_SECONDS)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
