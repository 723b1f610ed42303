"""End a run: tell the asset's followers what is there, and show a failure that others outlived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import TriggerRule, task
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Asset
    from airflow.sdk.definitions._internal.node import DAGNode


def publish(asset: Asset, *, after: Sequence[DAGNode], beside: Sequence[DAGNode] = ()) -> None:
    """Add the last tasks of a DAG whose other tasks may fail one by one.

    ``publish`` updates *asset* once all of *after* are done and at least one succeeded: one event
    per run, however many tasks were mapped. ``fail_run`` fails when any of them, or of *beside*,
    failed, because Airflow takes the state of a run from its last tasks only.
    """

    @task(outlets=[asset], trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
    def publish() -> None:
        """Update the asset."""

    @task(trigger_rule=TriggerRule.ONE_FAILED, retries=0)
    def fail_run() -> None:
        raise AirflowFailException(
            "A task of this run failed; its own log says what to fix. What the others did is kept.",
        )

    published, failed = publish(), fail_run()
    for node in after:
        node.set_downstream([published, failed])
    for node in beside:
        node.set_downstream(failed)
