"""Keep the log of pulls from growing for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow_provider_tiktok.operators.base import TikTokOperator
from airflow_provider_tiktok.warehouse.spend_care import retain_pulls

if TYPE_CHECKING:
    from typing import Any

    from airflow.sdk import Context


class TikTokRetainPullsOperator(TikTokOperator):
    """Remove old pulls that changed nothing; every value keeps the pull that brought it.

    :param days: how long they are kept.
    """

    def __init__(self, *, days: int = 90, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.days = days

    def run_job(self, context: Context) -> dict[str, int]:  # noqa: ARG002 - the interface's argument
        """Return how many were removed."""
        with self.hook.connect_warehouse() as warehouse:
            removed = retain_pulls(warehouse, timedelta(days=self.days))
        self.log.info("%s pulls older than %s days were removed.", removed, self.days)
        return {"pulls": removed}
