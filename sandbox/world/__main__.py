"""``python -m sandbox.world``: let the world's people act in a warehouse, in real time."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MINUTE = timedelta(minutes=1)


def live(
    world: World,
    warehouse_uri: str,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[datetime]:
    """Write the world's rows up to now, then minute by minute; yield each instant written to.

    Starting again is harmless: rows that are there already are left alone.
    """
    since = world.start
    while since < world.end:
        until = min(clock(), world.end)
        with psycopg.connect(warehouse_uri) as connection:
            world.write_user_tables(connection, since=since, until=until)
        yield until
        since = until
        sleep(MINUTE.total_seconds())


def main() -> int:
    """Live until the world ends or somebody stops it."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.world", description=__doc__)
    parser.add_argument("--warehouse", required=True, help="URI of the database to write to")
    parser.add_argument("--start", type=date.fromisoformat, required=True, help="first UTC day")
    parser.add_argument("--days", type=int, default=30, help="length of the world (default 30)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the world (default 1)")
    parser.add_argument("--touch", type=Path, help="file to touch after each write")
    options = parser.parse_args()
    start = datetime.combine(options.start, datetime.min.time(), UTC)
    world = World(seed=options.seed, start=start, days=options.days)
    for _ in live(world, options.warehouse):
        if options.touch:
            options.touch.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
