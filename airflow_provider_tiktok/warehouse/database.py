"""Connect to the warehouse and load SQL statements by name."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, LiteralString

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

if TYPE_CHECKING:
    from psycopg.rows import TupleRow

CONNECT_SECONDS = 10
WHERE_TO_FIX = "Airflow connection tiktok_warehouse or variable TIKTOK_WAREHOUSE_URI"

# What PostgreSQL's client library says -> the setting to look at. It gives no codes before login.
_CAUSES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), setting)
    for pattern, setting in (
        (r"password|authentication|SCRAM", "the login or the password"),
        (r"role .* does not exist", "the login"),
        (r"database .* does not exist", "the database name"),
        (r"resolve|translate host name|Name or service not known", "the host name"),
        (r"pg_hba\.conf|SSL|certificate", "sslmode, or the server's pg_hba.conf"),
        (r"refused|timeout|timed out|unreachable|No route", "the host or the port"),
        (r"too many (clients|connections)|connection slots", "the server's max_connections"),
    )
)


# The tables were never created, or by another version.
_NO_TABLES = (
    errors.InvalidSchemaName,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.UndefinedTable,
)


class WarehouseError(Exception):
    """The warehouse cannot do what was asked; the message says which setting to fix."""


class WarehouseConnectionError(WarehouseError):
    """PostgreSQL cannot be reached or refuses the login."""


def connect(
    uri: str,
    *,
    application_name: str = "airflow-provider-tiktok",
    autocommit: bool = True,
) -> psycopg.Connection[TupleRow]:
    """Return a connection to the warehouse whose times are in UTC.

    :param uri: a PostgreSQL URI or ``key=value`` string; its own settings win over our defaults.
    :param application_name: shown in ``pg_stat_activity``.
    :param autocommit: the engine opens its transactions itself, so callers rarely change this.
    :raises WarehouseConnectionError: names the setting to fix, and never the password.
    """
    settings = _parse(uri)
    # Sessions of one fleet must not disagree on how a timestamp without a zone is read.
    options = f"-c timezone=UTC {settings.pop('options', None) or ''}".strip()
    settings.setdefault("connect_timeout", CONNECT_SECONDS)
    settings.setdefault("application_name", application_name)
    try:
        return psycopg.connect(
            make_conninfo("", **settings, options=options),
            autocommit=autocommit,
        )
    except psycopg.Error as error:
        raise WarehouseConnectionError(_explain(settings, str(error))) from None


@cache
def statement(name: str) -> LiteralString:
    """Return the SQL text of ``sql/<name>.sql``.

    :raises FileNotFoundError: no such statement in the package.
    """
    file = resources.files(__package__).joinpath("sql", f"{name}.sql")
    # Package data is as trusted as the code beside it: values only ever travel as parameters.
    return file.read_text(encoding="utf-8")


def what_is_missing(error: Exception) -> str | None:
    """Return what to do where our tables or a right are missing; None for any other error."""
    if isinstance(error, _NO_TABLES):
        return (
            f"The warehouse does not fit: {error.diag.message_primary}. Run `airflow tiktok init` "
            "once with this version of airflow-provider-tiktok."
        )
    if isinstance(error, errors.InsufficientPrivilege):
        return (
            f"The login of the warehouse connection may not do this: {error.diag.message_primary}. "
            "Grant it, or run `airflow tiktok init` as the owner of tiktok_raw and tiktok_ops."
        )
    return None


def _parse(uri: str) -> dict[str, str | int | None]:
    try:
        return dict(conninfo_to_dict(uri))
    except psycopg.Error:
        # The library's own words quote the string, and the password with it.
        raise WarehouseConnectionError(
            "The warehouse's address cannot be read. Write it as "
            "postgresql://login:password@host:5432/database, with special characters "
            f"percent-encoded, in {WHERE_TO_FIX}.",
        ) from None


def _explain(settings: dict[str, str | int | None], message: str) -> str:
    setting = next((s for pattern, s in _CAUSES if pattern.search(message)), "the connection")
    server = f"{settings.get('host') or 'localhost'}:{settings.get('port') or 5432}"
    reason = message.splitlines()[0] if message else "no reason given"
    password = str(settings.get("password") or "")
    if password:
        reason = reason.replace(password, "***")
    return (
        f"Cannot open database {settings.get('dbname') or '(default)'} at {server} as "
        f"{settings.get('user') or '(default login)'}. Check {setting} in {WHERE_TO_FIX}. "
        f"PostgreSQL: {reason.strip()}"
    )
