"""Decide which report tasks of a range of days are still to be done. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow_provider_tiktok.warehouse.spend_plan import DateRange

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# An asynchronous report may be of any length; one that fails should not cost much.
DAYS_A_TASK = 30


def halves_of(window: DateRange) -> tuple[DateRange, DateRange]:
    """Return a window of two days or more in two."""
    middle = window.start_date + timedelta(days=(window.days - 1) // 2)
    return (
        DateRange(window.start_date, middle),
        DateRange(middle + timedelta(days=1), window.end_date),
    )


def left_to_do(
    windows: Sequence[DateRange], ended: Mapping[DateRange, str]
) -> tuple[list[DateRange], list[DateRange]]:
    """Return the windows to have a task for, and the single days that no task could do.

    A window whose task failed is too large for TikTok: its halves take its place. The result is the
    same whenever it is asked for, so a run that was killed goes on where it stopped.

    :param ended: how tasks of this run ended: ``loaded``, ``failed`` or ``canceled``.
    """
    to_do: list[DateRange] = []
    by_pages: list[DateRange] = []
    for window in windows:
        for piece, state in _pieces(window, ended):
            if state is None:
                to_do.append(piece)
            elif state != "loaded":
                by_pages.append(piece)
    return to_do, by_pages


def _pieces(
    window: DateRange, ended: Mapping[DateRange, str]
) -> Iterator[tuple[DateRange, str | None]]:
    state = ended.get(window)
    if state in {None, "loaded"} or window.days == 1:
        yield window, state
        return
    for half in halves_of(window):
        yield from _pieces(half, ended)
