"""Bring the warehouse's tables to this package's version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, LiteralString

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from airflow_provider_tiktok.warehouse.database import WarehouseError, statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class MigrationError(WarehouseError):
    """The warehouse and this package do not fit together; the message says what to do."""


@dataclass(frozen=True)
class Migration:
    """One numbered file of SQL."""

    name: str
    sql: LiteralString

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, the same on every system's line endings."""
        return hashlib.sha256(self.sql.replace("\r\n", "\n").encode()).hexdigest()


def migrations() -> list[Migration]:
    """Return the package's migrations in the order in which they apply."""
    folder = resources.files(__package__).joinpath("migrations")
    return [
        Migration(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".sql")
    ]


def migrate(
    connection: psycopg.Connection[Any],
    files: Sequence[Migration] | None = None,
) -> list[str]:
    """Apply the migrations that are missing and return their names.

    Each file and the row that records it commit together, under one advisory lock, so any number
    of processes may start at once and a killed one leaves no half file.

    :param files: other migrations than the package's own; tests use it.
    :raises MigrationError: an applied file has changed, the warehouse is newer than this package,
        or the login may not create what a file creates.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise MigrationError("Migrations need a connection that is not inside a transaction.")
    wanted = migrations() if files is None else list(files)
    return [file.name for file in wanted if _apply(connection, file, wanted)]


def pending(
    connection: psycopg.Connection[Any],
    files: Sequence[Migration] | None = None,
) -> list[str]:
    """Return the names of the migrations that the warehouse lacks, without changing it.

    :raises MigrationError: an applied file has changed, or the warehouse is newer.
    """
    wanted = migrations() if files is None else list(files)
    applied = _applied(connection)
    _compare(applied, wanted)
    return [file.name for file in wanted if file.name not in applied]


def _apply(
    connection: psycopg.Connection[Any],
    file: Migration,
    wanted: Sequence[Migration],
) -> bool:
    try:
        with connection.transaction():
            connection.execute(statement("migrate/lock"))
            applied = _applied(connection)
            _compare(applied, wanted)
            if file.name in applied:
                return False
            connection.execute(statement("migrate/create_log"))
            connection.execute(file.sql)
            connection.execute(
                statement("migrate/record"),
                {"name": file.name, "checksum": file.checksum},
            )
            return True
    except errors.InsufficientPrivilege as error:
        raise MigrationError(
            f"Login {connection.info.user} may not apply migration {file.name} to database "
            f"{connection.info.dbname}: {error.diag.message_primary}. Run once, as the "
            f"database's owner: grant create on database {connection.info.dbname} to "
            f"{connection.info.user}",
        ) from error


def _applied(connection: psycopg.Connection[Any]) -> dict[str, str]:
    found = connection.execute(statement("migrate/find_log")).fetchone()
    if found is None or not found[0]:
        return {}
    return dict(connection.execute(statement("migrate/read_log")).fetchall())


def _compare(applied: dict[str, str], wanted: Sequence[Migration]) -> None:
    ours = {file.name: file.checksum for file in wanted}
    newer = sorted(applied.keys() - ours.keys())
    if newer:
        raise MigrationError(
            f"The warehouse has migration {newer[0]}, which this version of "
            "airflow-provider-tiktok does not know. Upgrade the package on this machine.",
        )
    changed = sorted(name for name, checksum in applied.items() if ours[name] != checksum)
    if changed:
        raise MigrationError(
            f"Migration {changed[0]} was applied with other text than this package has. "
            "Install the version that applied it, or start with an empty database.",
        )
