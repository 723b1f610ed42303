"""The page docs/reference/chaos-results.md, from what a run found."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.chaos.checker import MEANING
from tests.chaos.mutants import table

if TYPE_CHECKING:
    from tests.chaos.driver import Report
    from tests.chaos.mutants import Mutant, Red

BLOWS = {
    "kill": "`kill -9` of a worker",
    "stop": "a worker stopped until its lease was over, then woken beside its successor",
    "cut": "database session of a worker ended",
    "sandbox": "`kill -9` of the sandbox",
    "backend": "`kill -9` of a PostgreSQL backend, so that the server recovers from its log",
}
# Not a fault but TikTok's time to think: most kills fall into it.
THINKING = "T08"
PAGE = """\
# What survives chaos

Written by `make chaos`; do not edit. Worker processes of the engine deliver events to the sandbox
while they are killed, stopped and cut off, and while calls go wrong. Afterwards a checker compares
the outbox with the sandbox's log of accepted events, and believes only the log.

Last run, {date}, {cores} cores, Python {python}, {seconds:.0f} s:

- seed {seed}, {workers} delivering workers and one that enqueues
- {events:,} events, {attempts:,} tries written down, {accepted:,} copies taken by the sandbox
  ({resent:,} of them resent after an unknown outcome, as promised)
- {wrong:,} of {calls:,} calls went wrong ({share:.0%})

Again: `python -m tests.chaos --seed {seed} --kills {kills} --events {events}`. The seed fixes rows,
blows and faults; how the processes interleave is the machine's.

| blow | times |
|---|---:|
{blows}

## Checks

| check | found | means |
|---|---:|---|
{checks}

Conservation was looked at in {samples:,} samples, up to ten a second.

## Planted defects

The same checks on an engine with one defect planted (`python -m tests.chaos.mutants`). Each story
is in `tests/chaos/scenarios.py`; without a defect all of its checks are green.

{mutants}
"""


def page(report: Report, mutants: list[tuple[Mutant, Red]]) -> str:
    """Return the page as Markdown."""
    calls = sum(report.faults.values())
    wrong = calls - report.faults[THINKING]
    blows = [f"| {BLOWS[kind]} | {times:,} |" for kind, times in report.blows.most_common()]
    found = report.findings.wrong.items()
    checks = [f"| {name} | {len(things)} | {MEANING[name]} |" for name, things in found]
    return PAGE.format(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        cores=os.cpu_count(),
        python=platform.python_version(),
        seconds=report.seconds,
        seed=report.plan.seed,
        workers=report.plan.workers,
        kills=report.plan.kills,
        wrong=wrong,
        calls=calls,
        share=wrong / max(calls, 1),
        blows="\n".join(blows),
        checks="\n".join(checks),
        mutants="\n".join(table(mutants)),
        **report.findings.numbers,
    )
