"""Lead from a task to the page that shows what its run read and sent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink, conf

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey


class ReceiptsLink(BaseOperatorLink):
    """The button on a task: what TikTok answered to its run, and how far its backfill is."""

    name = "What this run did at TikTok"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """Return the address of the page; every run of the connection has one."""
        base = (conf.get("api", "base_url", fallback="") or "").rstrip("/")
        connection = quote(str(getattr(operator, "tiktok_conn_id", "")), safe="")
        return f"{base}/tiktok/connections/{connection}/runs/{quote(ti_key.run_id, safe=':')}"
