"""Live through the demo's hours: move the clocks, let people click and buy, run the DAGs.

Runs as a process of its own (``python -m sandbox.demo.hours``), in the Airflow environment that
:mod:`sandbox.demo.stage` prepared. Airflow's words go to a log file, progress to ``--progress-fd``.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import psycopg

from sandbox.demo import story
from sandbox.demo.stage import REPOSITORY, stage_of_environment
from sandbox.world import World

if TYPE_CHECKING:
    from airflow.models.taskinstance import TaskInstance  # noqa: TID251 - what dag.test() returns
    from airflow.sdk import DAG

    from sandbox.demo.stage import Stage

HOUR = timedelta(hours=1)
# A build of the models takes longer than a simulated hour is worth: here they run once a day.
MODELS_EVERY = 24
TELL_EVERY = 6
SUCCEEDED_HOURS = """
select max(logical_date) from dag_run where dag_id = 'tiktok_spend' and state = 'success'
"""
COUNTS = """
with ad_hours as (
    select seq from tiktok_raw.spend_snapshots
    where data_level = 'AUCTION_AD' and time_dimension = 'stat_time_hour'
)

select
    (select count(*) from tiktok_raw.report_pulls) as pulls,
    (select count(*) from ad_hours) as snapshots,
    (select count(*) from ad_hours where seq > 1) as restated,
    (select count(*) from tiktok_ops.event_outbox) as events,
    (select count(*) from tiktok_ops.event_outbox where state = 'delivered') as delivered
"""


class HourError(RuntimeError):
    """A DAG of the demo did not succeed; the message names it."""


@dataclass
class Director:
    """Knows the world and the stage, and runs one hour after another."""

    stage: Stage
    world: World
    progress: TextIO

    def play(self) -> None:
        """Run every hour that Airflow has not run yet, and the last one in any case."""
        hours = [self.world.start + HOUR * n for n in range(1, self.total + 1)]
        done = self._last_done()
        left = [hour for hour in hours if done is None or hour > done]
        if not left:
            self.say(f"All {self.total} hours are there already; running the last one once more.")
            self._live(hours[-1], models=True)
            self._tell(self.total, hours[-1])
            return
        if len(left) < len(hours):
            self.say(f"Going on after {done:%Y-%m-%d %H:%M} UTC, where an earlier run stopped.")
        for hour in left:
            number = hours.index(hour) + 1
            self._live(hour, models=number % MODELS_EVERY == 0 or hour == hours[-1])
            if number % TELL_EVERY == 0 or hour == hours[-1]:
                self._tell(number, hour)

    @property
    def total(self) -> int:
        """How many hours the world has."""
        return int((self.world.end - self.world.start) / HOUR)

    def say(self, line: str) -> None:
        """Print one line of progress."""
        self.progress.write(f"  {line}\n")
        self.progress.flush()

    def _live(self, hour: datetime, *, models: bool) -> None:
        self.stage.set_clock(hour, offset=hour - datetime.now(UTC))
        with psycopg.connect(self.stage.warehouse_uri) as connection:
            self.world.write_user_tables(connection, since=hour - HOUR, until=hour)
        if hour == self.world.start + HOUR or hour.hour == 0:
            self._run("tiktok_accounts", hour)
        self._run("tiktok_spend", hour)
        if models:
            self._send(hour)
        if hour == self.world.end:
            self._run("tiktok_upkeep", hour)
            self._run("tiktok_models", hour)  # the receipts of the last events, for the report

    def _send(self, hour: datetime) -> None:
        """Build the models and send events. A person pauses, reads the alert, corrects, replays."""
        is_first = hour == self.world.start + MODELS_EVERY * HOUR
        refused = story.refused_events(self.stage)
        if is_first:
            story.pause_europe(self._tell_story)
        if refused:
            story.correct_orders(self.stage, refused, self._tell_story)
            story.resume_europe(self._tell_story)
        self._run("tiktok_models", hour)
        self._run("tiktok_events", hour)
        if refused:
            story.replay_events(refused, self._tell_story)
            self._run("tiktok_events", hour)
        if is_first:
            self._look(hour)

    def _look(self, hour: datetime) -> None:
        """Run the checks, and say what failed."""
        failed = [
            one.task_id for one in self._tested("tiktok_alerts", hour) if one.state == "failed"
        ]
        if failed:
            self._tell_story(f"The DAG tiktok_alerts is red: {', '.join(failed)}")
            story.show_quarantine(self._tell_story)

    def _run(self, dag_id: str, hour: datetime) -> None:
        for task in self._tested(dag_id, hour):
            if task.state in {"failed", "upstream_failed"}:
                raise HourError(
                    f"{dag_id} did not succeed for {hour:%Y-%m-%d %H:%M} UTC: {task.task_id}.",
                )

    def _tested(self, dag_id: str, hour: datetime) -> list[TaskInstance]:
        run = without_retries(load_dag(dag_id)).test(logical_date=hour, run_after=hour)
        found: list[TaskInstance] = run.get_task_instances()
        return found

    def _tell_story(self, line: str) -> None:
        self.say(f"           {line}")

    def _last_done(self) -> datetime | None:
        with psycopg.connect(self.stage.airflow_uri) as connection:
            row = connection.execute(SUCCEEDED_HOURS).fetchone()
        return row[0] if row else None

    def _tell(self, number: int, hour: datetime) -> None:
        with psycopg.connect(self.stage.warehouse_uri) as connection:
            row = connection.execute(COUNTS).fetchone()
        if row is None:
            return
        pulls, snapshots, restated, events, delivered = row
        self.say(
            f"[{number:>3}/{self.total}] {hour:%Y-%m-%d %H:%M} UTC"
            f"  {pulls:>5} pulls  {snapshots:>6} snapshots ({restated} restated)"
            f"  {delivered:>4} of {events} events delivered",
        )


def load_dag(dag_id: str) -> DAG:
    """Return a DAG of the ``dags`` folder, read from its file."""
    import importlib.util  # noqa: PLC0415 - beside the one place that loads by path

    path = REPOSITORY / "dags" / f"{dag_id}.py"
    spec = importlib.util.spec_from_file_location(f"demo_{dag_id}", path)
    if spec is None or spec.loader is None:
        raise HourError(f"There is no DAG file {path}.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    dag: DAG = module.dag
    return dag


def without_retries(dag: DAG) -> DAG:
    """Let a task fail at once: ``dag.test()`` would sit out the minutes before another try."""
    from airflow.sdk.definitions.mappedoperator import MappedOperator  # noqa: PLC0415 - Airflow loads late

    for task in dag.tasks:
        if isinstance(task, MappedOperator):
            task.partial_kwargs["retries"] = 0
        else:
            task.retries = 0
    return dag


def main() -> int:
    """Play the hours; return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo.hours")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--progress-fd", type=int, required=True)
    options = parser.parse_args()
    stage = stage_of_environment(options.folder, dict(os.environ))
    with os.fdopen(options.progress_fd, "w", closefd=False) as progress:
        director = Director(stage, World(seed=options.seed), progress)
        try:
            director.play()
        except HourError as error:
            director.say(str(error))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
