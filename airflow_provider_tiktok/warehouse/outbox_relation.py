"""Name an export view safely, and check that it can be read and has what an event needs."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import errors, sql

from airflow_provider_tiktok.events.build import OPTIONAL_COLUMNS, REQUIRED_COLUMNS
from airflow_provider_tiktok.warehouse.database import WarehouseError, statement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    import psycopg

    from airflow_provider_tiktok.warehouse.outbox_scope import ExportScope

LONGEST_NAME_BYTES = 63  # PostgreSQL cuts longer names without a word

# By these the outbox and the delivery look events up in SQL.
KEY_COLUMNS = (
    "event_id",
    "event",
    "event_source",
    "event_source_id",
    "connection_id",
    "purchase_event_id",
    "consent_state",
)

_NO_TIMESTAMP = (errors.InvalidDatetimeFormat, errors.DatetimeFieldOverflow)
_PART = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^\s".;\'\\()]+))\s*(\.|$)')


class ExportRelationError(WarehouseError):
    """An export view cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class ExportRelation:
    """A table or view to read events from, by its exact name."""

    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name as it is written in SQL."""
        return ".".join('"' + part.replace('"', '""') + '"' for part in self.parts)

    def __str__(self) -> str:
        """Return the name as a person writes it."""
        return ".".join(self.parts)


def parse_relation(text: str) -> ExportRelation:
    """Return the relation that `schema.name` names; parts with a dot or a blank in double quotes.

    Names are taken exactly, upper case stays upper case.

    :raises ExportRelationError: the text is no name of a relation.
    """
    parts: list[str] = []
    position, separator = 0, "."
    while separator:
        found = _PART.match(text, position)
        if found is None:
            raise ExportRelationError(
                f"{text[:80]!r} is no name of a table or view: write schema.name, with double "
                "quotes around a part that holds a dot or a blank."
            )
        part = found[1].replace('""', '"') if found[1] else found[2]
        if len(part.encode()) > LONGEST_NAME_BYTES or "\0" in part:
            raise ExportRelationError(
                f"{part[:80]!r} is longer than the {LONGEST_NAME_BYTES} bytes of a PostgreSQL name."
            )
        parts.append(part)
        position, separator = found.end(), found[3]
    if len(parts) > 2:  # noqa: PLR2004 - schema and name
        raise ExportRelationError(f"{text[:80]!r} has more than two parts: write schema.name.")
    return ExportRelation(tuple(parts))


def check_relation(
    connection: psycopg.Connection[Any], relation: ExportRelation
) -> tuple[str, ...]:
    """Return the columns to read of a relation.

    :raises ExportRelationError: it does not exist, may not be read, lacks columns, or has JSON
        where events are told apart by text.
    """
    try:
        found = connection.execute(
            statement("outbox/find_relation"), {"relation": relation.name}
        ).fetchone()
    except errors.InsufficientPrivilege:
        raise _not_granted(connection, relation) from None
    if found is None:
        raise ExportRelationError(
            f"There is no table or view {relation} in database {connection.info.dbname}. Run the "
            "DAG tiktok_models (dbt build), or correct the export relation's name."
        )
    may_read, columns, json_columns = found
    if not may_read:
        raise _not_granted(connection, relation)
    missing = [name for name in REQUIRED_COLUMNS if name not in columns]
    if missing:
        raise ExportRelationError(
            f"{relation} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. "
            "Add them to the export model (NULL is fine for what you do not have)."
        )
    if in_json := [name for name in KEY_COLUMNS if name in json_columns]:
        raise ExportRelationError(
            f"{relation} has {', '.join(in_json)} as JSON, whose text has quotes around it: an "
            "event would not be found again. Take text out of JSON with ->> in the export model."
        )
    return (*REQUIRED_COLUMNS, *(name for name in OPTIONAL_COLUMNS if name in columns))


@contextmanager
def reading(relation: ExportRelation, scope: ExportScope) -> Iterator[None]:
    """Explain what stops PostgreSQL in a row of the view, without the row's words.

    PostgreSQL quotes the value that it cannot cast, and a view holds personal data.
    """
    try:
        yield
    except errors.DataError as error:
        if scope.is_bounded_in_time and isinstance(error, _NO_TIMESTAMP):
            raise ExportRelationError(
                f"{relation}: a range of days needs event_time as a timestamp with time zone. Cast "
                "it in the export model."
            ) from None
        raise ExportRelationError(
            f"{relation}: PostgreSQL cannot compute one of its rows ({type(error).__name__}, "
            f"{error.sqlstate}), so it read none. Query the view to see which value: the message "
            "may hold personal data and is not repeated here. Correct the cast in the export model."
        ) from None


def with_relation(
    name: str, relation: ExportRelation, columns: tuple[str, ...] = ()
) -> sql.Composed:
    """Return a statement in which export_relation and export_columns are the real, quoted names.

    It is run with parameters, so a percent sign in a name is doubled.
    """
    text = statement(name).replace("export_relation", "{relation}")
    text = text.replace("export_columns", "{columns}")
    return sql.SQL(text).format(
        relation=sql.Identifier(*(part.replace("%", "%%") for part in relation.parts)),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
    )


def _not_granted(
    connection: psycopg.Connection[Any], relation: ExportRelation
) -> ExportRelationError:
    login = connection.info.user
    return ExportRelationError(
        f"Login {login} may not read {relation}. Run as its owner: "
        f"grant usage on schema {relation.parts[0]} to {login}; "
        f"grant select on {relation} to {login};"
    )
