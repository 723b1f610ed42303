"""The world's rows in a real PostgreSQL: complete, and the same however often they are written."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from sandbox.world import World
from sandbox.world.tables import TABLES, OrderRow, PageViewRow

if TYPE_CHECKING:
    from sandbox.world.tables import Row

HOUR = timedelta(hours=1)
WORLD = World(seed=2, days=2, ads_per_advertiser=6)


def stored(connection: psycopg.Connection[tuple[object, ...]], kind: type[Row]) -> list[Row]:
    columns = sql.SQL(", ").join(map(sql.Identifier, kind._fields))
    query = sql.SQL("select {columns} from {table}")
    rows = connection.execute(query.format(columns=columns, table=sql.Identifier(*TABLES[kind])))
    return sorted((kind(*row) for row in rows), key=lambda row: row[0])  # type: ignore[arg-type]


def test_tables_hold_exactly_the_rows_of_the_world(empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        written = WORLD.write_user_tables(connection, since=WORLD.start, until=WORLD.end)
        made = list(WORLD.user_rows(since=WORLD.start, until=WORLD.end))
        for kind, (schema, table) in TABLES.items():
            expected = sorted((row for row in made if type(row) is kind), key=lambda row: row[0])
            assert stored(connection, kind) == expected
            assert written[f"{schema}.{table}"] == len(expected)


def test_overlapping_and_repeated_writes_change_nothing(empty_database: str) -> None:
    with psycopg.connect(empty_database, row_factory=dict_row) as connection:
        WORLD.write_user_tables(connection, since=WORLD.start, until=WORLD.start + 20 * HOUR)
        WORLD.write_user_tables(connection, since=WORLD.start + 10 * HOUR, until=WORLD.end)
        again = WORLD.write_user_tables(connection, since=WORLD.start, until=WORLD.end)
        assert set(again.values()) == {0}
    with psycopg.connect(empty_database) as connection:
        made = list(WORLD.user_rows(since=WORLD.start, until=WORLD.end))
        for kind in TABLES:
            assert len(stored(connection, kind)) == sum(type(row) is kind for row in made)


def test_hours_written_one_by_one_are_the_whole(empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        for number in range(48):
            since = WORLD.start + number * HOUR
            WORLD.write_user_tables(connection, since=since, until=since + HOUR)
        made = list(WORLD.user_rows(since=WORLD.start, until=WORLD.end))
        for kind in (PageViewRow, OrderRow):
            expected = sorted((row for row in made if type(row) is kind), key=lambda row: row[0])
            assert stored(connection, kind) == expected


def test_a_write_that_fails_leaves_nothing(empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        WORLD.write_user_tables(connection, since=WORLD.start, until=WORLD.start)
        connection.execute("alter table shop.refunds add check (amount < 0)")
        with pytest.raises(psycopg.errors.CheckViolation):
            WORLD.write_user_tables(connection, since=WORLD.start, until=WORLD.end)
        assert stored(connection, PageViewRow) == []
