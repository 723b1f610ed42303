"""Run chaos from the command line and write what came of it.

python -m tests.chaos [--seed 1] [--kills 2000] [--events 20000] [--page FILE]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.chaos.driver import run
from tests.chaos.mutants import killed
from tests.chaos.plan import Plan
from tests.chaos.results_page import page
from tests.chaos.stage import new_stage

WEIGHTS = {"kill": 0.80, "stop": 0.10, "cut": 0.07, "sandbox": 0.02, "backend": 0.005}


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run; return 1 when a check is red or a planted defect survived."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=2_000)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--faults", type=float, default=0.2, help="share of calls that go wrong")
    parser.add_argument("--page", type=Path, help="Markdown file to write the results to")
    arguments = parser.parse_args()
    plan = Plan(
        seed=arguments.seed,
        kills=arguments.kills,
        events=arguments.events,
        workers=arguments.workers,
        fault_share=arguments.faults,
        weights=WEIGHTS,
    )
    say(f"seed {plan.seed}: {plan.kills} kills over {plan.events} events")
    with tempfile.TemporaryDirectory(prefix="chaos-") as name, new_stage(Path(name)) as stage:
        folder = Path(name) / "storm"
        folder.mkdir()
        warehouse = stage.postgres.create_database("chaos", template=stage.template)
        report = run(plan, warehouse, folder, say=say)
        mutants = killed(stage.postgres, stage.template, stage.sandbox)
    text = page(report, mutants)
    if arguments.page:
        arguments.page.write_text(text)
    say(text)
    for check, found in report.findings.found.items():
        say(f"{check}: {'; '.join(found)}")
    survived = [mutant.name for mutant, red in mutants if mutant.check not in red]
    return 1 if report.findings.found or survived else 0


if __name__ == "__main__":
    sys.exit(main())
