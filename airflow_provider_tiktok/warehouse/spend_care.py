"""Keep the log of pulls from growing for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.warehouse.database import statement

if TYPE_CHECKING:
    import psycopg

ROWS_A_STEP = 10_000
KEPT_FOR = timedelta(days=90)


def retain_pulls(connection: psycopg.Connection[Any], age: timedelta = KEPT_FOR) -> int:
    """Remove old pulls that changed nothing, in steps that commit; return how many.

    Every value of the ledger keeps the pull that brought it, and every day the newest complete one.
    Gaps that only said how a day settled go first, because they hold on to their pulls.
    """
    connection.execute(statement("spend/remove_gaps"), {"age": age})
    removed = 0
    parameters = {"age": age, "most_rows": ROWS_A_STEP}
    while step := connection.execute(statement("spend/remove_pulls"), parameters).rowcount:
        removed += step
    return removed
