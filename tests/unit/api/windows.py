"""The one question that matters about calls under a quota."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def most_in(times: Iterable[float], seconds: float) -> int:
    """Return the most calls in any half-open window of that length, wherever it begins."""
    ordered = sorted(times)
    most = first = 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
