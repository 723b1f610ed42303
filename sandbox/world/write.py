"""Write rows into the user's tables by COPY, so that writing them twice changes nothing."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from psycopg import sql
from psycopg.rows import tuple_row

from sandbox.world.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from psycopg import Connection

    from sandbox.world.tables import Row

SCHEMA_READY = sql.SQL("select to_regclass('crm.lead_events') is not null as is_ready")
IS_EMPTY = sql.SQL("select not exists (select 1 from {table}) as is_empty")
COPY = sql.SQL("copy {table} ({columns}) from stdin")
STAGE = sql.SQL("create temp table {stage} (like {table}) on commit drop")
INSERT = sql.SQL("insert into {table} select * from {stage} on conflict do nothing")
EMPTY_STAGE = sql.SQL("truncate {stage}")


def write_batches(
    conn: Connection[Any], batches: Iterable[Mapping[type[Row], list[Row]]]
) -> dict[str, int]:
    """Write every batch in one transaction and return how many rows were new, by table."""
    with conn.transaction():
        _create_tables(conn)
        writers = {row_type: _TableWriter(conn, row_type) for row_type in TABLES}
        for batch in batches:
            for row_type, rows in batch.items():
                writers[row_type].write(rows)
        for writer in writers.values():
            writer.finish()
    return {writer.name: writer.written for writer in writers.values()}


def _create_tables(conn: Connection[Any]) -> None:
    if not _answer(conn, SCHEMA_READY):
        schema = resources.files(__package__).joinpath("schema.sql").read_bytes()
        conn.execute(schema)


def _answer(conn: Connection[Any], question: sql.SQL | sql.Composed) -> bool:
    """Return the one boolean that a query answers, however the caller likes its rows."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(question).fetchone()
    return found is not None and bool(found[0])


class _TableWriter:
    """Copies into one table; by way of a stage where rows could be there already."""

    def __init__(self, conn: Connection[Any], row_type: type[Row]) -> None:
        schema, table = TABLES[row_type]
        self.name = f"{schema}.{table}"
        self.written = 0
        self._conn = conn
        self._columns = sql.SQL(", ").join(sql.Identifier(name) for name in row_type._fields)
        self._table = sql.Identifier(schema, table)
        self._stage = sql.Identifier(f"sandbox_stage_{table}")
        self._is_fresh = _answer(conn, IS_EMPTY.format(table=self._table))
        self._has_stage = False

    def write(self, rows: list[Row]) -> None:
        if not rows:
            return
        if self._is_fresh:  # a world never makes one key twice
            self.written += self._copy(self._table, rows)
            return
        if not self._has_stage:
            self._conn.execute(STAGE.format(stage=self._stage, table=self._table))
            self._has_stage = True
        self._copy(self._stage, rows)
        insert = INSERT.format(table=self._table, stage=self._stage)
        self.written += self._conn.execute(insert).rowcount
        self._conn.execute(EMPTY_STAGE.format(stage=self._stage))

    def finish(self) -> None:
        """Drop the stage now: a caller's own transaction may go on to write again."""
        if self._has_stage:
            self._conn.execute(sql.SQL("drop table {stage}").format(stage=self._stage))

    def _copy(self, target: sql.Identifier, rows: list[Row]) -> int:
        statement = COPY.format(table=target, columns=self._columns)
        with self._conn.cursor() as cursor:
            with cursor.copy(statement) as copy:
                copy.write("".join(map(_line, rows)))
            return cursor.rowcount


def _line(row: Row) -> str:
    r"""Return a row in COPY's text format. A world's texts hold no tab, line end or backslash."""
    return "\t".join(["\\N" if value is None else str(value) for value in row]) + "\n"
