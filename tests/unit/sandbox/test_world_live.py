"""The world's people act in real time, each row once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg

from sandbox.world.__main__ import live

if TYPE_CHECKING:
    from sandbox.world import World


def test_rows_appear_as_time_passes_and_a_restart_doubles_none(
    world: World, empty_database: str
) -> None:
    instants = [world.start + timedelta(hours=hours) for hours in (6, 12)]

    def page_views_after(moments: int) -> int:
        clock = iter(instants)
        minutes = live(world, empty_database, clock=lambda: next(clock), sleep=lambda _: None)
        assert [next(minutes) for _ in range(moments)] == instants[:moments]
        with psycopg.connect(empty_database) as connection:
            row = connection.execute("select count(*) from web.page_views").fetchone()
        return row[0] if row else 0

    early = page_views_after(1)
    later = page_views_after(2)
    assert 0 < early < later
    assert later == page_views_after(2)


def test_the_world_ends(world: World, empty_database: str) -> None:
    minutes = live(world, empty_database, clock=lambda: world.end, sleep=lambda _: None)
    assert list(minutes) == [world.end]
