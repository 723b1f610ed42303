"""``make demo``, ``make ui`` and ``make shell``: the whole path on a simulated TikTok."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from sandbox.demo.report import print_report
from sandbox.demo.stage import REPOSITORY, DemoError, Stage, set_stage
from sandbox.demo.ui import live_world, serve_ui
from sandbox.processes import start_child, stop_child

SEED = 1
FOLDER = REPOSITORY / ".demo"


def run(folder: Path) -> int:
    """Play the demo's hours and print what the warehouse then knows."""
    started = time.monotonic()
    print("Starting PostgreSQL and the TikTok sandbox on free ports of 127.0.0.1")
    with set_stage(folder, "--seed", str(SEED)) as stage:
        print("Preparing Airflow's database and the warehouse")
        prepare(stage)
        print("Running the DAGs hour by hour, as Airflow's schedule would")
        play_hours(stage)
        print_report(stage, seconds=time.monotonic() - started)
    return 0


def serve(folder: Path) -> int:
    """Prepare the stage around today and serve Airflow's UI until Ctrl-C."""
    around_today = live_world(SEED, datetime.now(UTC))
    print("Starting PostgreSQL, the TikTok sandbox and Airflow on 127.0.0.1")
    with set_stage(folder / "ui", *around_today.options()) as stage:
        prepare(stage)
        serve_ui(stage, around_today.world())
    return 0


def shell(folder: Path, command: str) -> int:
    """Start the demo's servers and run *command*, or a shell, in their environment."""
    with set_stage(folder, "--seed", str(SEED)) as stage:
        words = ["bash", "-c", command] if command else [os.environ.get("SHELL", "bash")]
        return subprocess.run(words, env=stage.environment, check=False).returncode  # noqa: S603 - the user's own command


def prepare(stage: Stage) -> None:
    """Bring Airflow's own database and our schemas up to date."""
    stage.run("airflow", "db", "migrate", log_name="airflow-db.log")
    stage.run("airflow", "tiktok", "init", log_name="init.log")


def play_hours(stage: Stage) -> None:
    """Run :mod:`sandbox.demo.hours` in Airflow's environment and wait for its end."""
    log = stage.folder / "airflow.log"
    progress = os.dup(sys.stdout.fileno())
    command = [sys.executable, "-m", "sandbox.demo.hours", "--folder", str(stage.folder)]
    command += ["--seed", str(SEED), "--progress-fd", str(progress)]
    child = start_child(command, log=log, environment=stage.environment, pass_fds=[progress])
    try:
        if child.wait() != 0:
            raise DemoError(f"A DAG failed. Airflow's own words are at the end of {log}.")
    finally:
        stop_child(child)
        os.close(progress)


def stop_on_signal(number: int, _frame: object) -> NoReturn:
    """Leave through every ``finally``, so that no child stays behind."""
    raise SystemExit(128 + number)


def main() -> int:
    """Run the verb of the command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("verb", choices=["run", "ui", "shell"])
    parser.add_argument("command", nargs="?", default="", help="for shell: what to run")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where its data is kept")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, stop_on_signal)
    signal.signal(signal.SIGHUP, stop_on_signal)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    try:
        folder = options.folder.resolve()
        if options.verb == "shell":
            return shell(folder, options.command)
        return run(folder) if options.verb == "run" else serve(folder)
    except DemoError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; nothing is left running. The next run goes on from here.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
