"""Run chaos from the command line and write what came of it.

python -m tests.chaos [--seed 1] [--kills 2000] [--events 20000] [--page FILE]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import psycopg

from airflow_provider_tiktok.warehouse.migrate import migrate
from sandbox.postgres import EmbeddedPostgres
from tests.chaos.driver import run
from tests.chaos.plan import Plan

# Processes crash here, never the machine: without fsync nothing is lost, with it nothing is proved.
SERVER = {"fsync": "off", "full_page_writes": "off"}
WEIGHTS = {"kill": 0.80, "stop": 0.10, "cut": 0.07, "sandbox": 0.025, "backend": 0.005}


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run; return 1 when a check is red."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=2_000)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--faults", type=float, default=0.2, help="share of calls that go wrong")
    parser.add_argument("--keep", type=Path, help="folder for the logs, kept")
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
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        folder = arguments.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        with EmbeddedPostgres(Path(name) / "postgres" / "data", SERVER) as server:
            warehouse = server.create_database("chaos")
            with psycopg.connect(warehouse, autocommit=True) as connection:
                migrate(connection)
            report = run(plan, warehouse, folder, say=say)
    say(f"{report.seconds:.0f} s; blows {dict(report.blows)}; faults {dict(report.faults)}")
    say(f"{report.findings.numbers}")
    for check, found in report.findings.wrong.items():
        say(f"{check:<26}{len(found):>6}  {'; '.join(found[:3])}")
    return 1 if report.findings.found else 0


if __name__ == "__main__":
    sys.exit(main())
