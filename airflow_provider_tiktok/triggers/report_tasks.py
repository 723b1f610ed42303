"""Wait for TikTok to prepare reports, without a worker and without a secret.

The trigger only lets time pass: a worker then asks TikTok, because tokens and the app's quota live
with the warehouse, which the triggerer need not reach.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from airflow.triggers.base import BaseTrigger, TriggerEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Any


class ReportTaskTrigger(BaseTrigger):
    """Fire once, after some seconds; a restarted triggerer begins to count anew.

    :param seconds: how long to wait before asking TikTok again.
    :param what: for whom, to be read in Airflow's list of triggers.
    """

    def __init__(self, seconds: float, what: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seconds = seconds
        self.what = what

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return how the triggerer makes this trigger again."""
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {"seconds": self.seconds, "what": self.what}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event when the time is over."""
        await asyncio.sleep(self.seconds)
        yield TriggerEvent(self.what)  # type: ignore[no-untyped-call]
