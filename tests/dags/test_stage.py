"""The stage of the DAGs' tests keeps its word about the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.dags.conftest import Stage


def test_the_warehouse_lives_at_the_moment_it_is_put_at_and_never_before(stage: Stage) -> None:
    # Midnights are the moments of the tests: half a second before one is another day.
    begun = datetime(2026, 11, 3, tzinfo=UTC)
    for tenths in range(10):
        moment = begun + timedelta(milliseconds=100 * tenths)
        stage.at(moment)
        ((now,),) = stage.rows("select tiktok_ops.now()")
        assert moment <= now
