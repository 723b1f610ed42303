"""Lay out what commands say: tables, and names with values."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

WIDTH = 100


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows under their heads, each column as wide as it must be."""
    if not rows:
        return "  none"
    widths = [max(len(row[number]) for row in [head, *rows]) for number in range(len(head))]
    return "\n".join(
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    )


def named(pairs: Sequence[tuple[str, str]], *, indent: int = 2) -> str:
    """Return one name with its value a line; pairs without a value are left out."""
    shown = [(name, value) for name, value in pairs if value]
    width = max((len(name) for name, _ in shown), default=0)
    return "\n".join(wrapped(f"{name:<{width}}  ", value, indent=indent) for name, value in shown)


def wrapped(head: str, sentence: str, *, indent: int = 0) -> str:
    """Return a sentence behind its head, its further lines below its first."""
    return textwrap.fill(
        sentence,
        width=WIDTH,
        initial_indent=" " * indent + head,
        subsequent_indent=" " * (indent + len(head)),
        break_long_words=False,
        break_on_hyphens=False,
    )


def moment(value: datetime | None) -> str:
    """Return a time in UTC, to the second; nothing stays nothing."""
    return "" if value is None else f"{value:%Y-%m-%d %H:%M:%S} UTC"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 event``, ``2 events``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
