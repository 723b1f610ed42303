"""What a check found, and how it is shown."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 100


class Level(StrEnum):
    """Whether a person must act."""

    OK = "ok"
    NOTE = "note"
    FIX = "FIX"


@dataclass(frozen=True)
class Finding:
    """One sentence about one part."""

    level: Level
    part: str
    sentence: str


def show(findings: Sequence[Finding]) -> str:
    """Return the findings as lines: level, part and sentence, and a last line with the verdict."""
    width = max((len(finding.part) for finding in findings), default=0)
    lines = []
    for finding in findings:
        head = f"{finding.level:<4}  {finding.part:<{width}}  "
        lines += textwrap.wrap(
            finding.sentence,
            width=WIDTH,
            initial_indent=head,
            subsequent_indent=" " * len(head),
            break_long_words=False,
            break_on_hyphens=False,
        )
    to_fix = sum(finding.level is Level.FIX for finding in findings)
    verdict = f"{to_fix} to fix." if to_fix else "Everything that was checked works."
    return "\n".join([*lines, "", verdict])
