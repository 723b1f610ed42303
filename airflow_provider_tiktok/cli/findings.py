"""What a check found, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from airflow_provider_tiktok.cli.text import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence


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
        lines.append(wrapped(head, finding.sentence))
    to_fix = sum(finding.level is Level.FIX for finding in findings)
    verdict = f"{to_fix} to fix." if to_fix else "Everything that was checked works."
    return "\n".join([*lines, "", verdict])
