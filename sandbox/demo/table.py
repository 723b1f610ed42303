"""Lay rows out as a table for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


def format_table(rows: Sequence[Mapping[str, str]], *, left: Collection[str] = ()) -> str:
    """Return *rows* as aligned columns; those named in *left* start at the left."""
    if not rows:
        return "  (nothing)"
    names = list(rows[0])
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in names}

    def line(cells: Mapping[str, str]) -> str:
        aligned = (
            cells[name].ljust(widths[name]) if name in left else cells[name].rjust(widths[name])
            for name in names
        )
        return ("  " + "  ".join(aligned)).rstrip()

    rule = "  " + "  ".join("-" * widths[name] for name in names)
    return "\n".join([line({name: name for name in names}), rule, *map(line, rows)])
