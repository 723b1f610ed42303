"""Turn an Airflow connection to PostgreSQL into the engine's address of the warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.conninfo import make_conninfo

from airflow_provider_tiktok.hooks.settings import SettingsError

if TYPE_CHECKING:
    from airflow.sdk import Connection

POSTGRES_TYPES = frozenset({"postgres", "postgresql"})
# The keys of an extra that libpq knows under the same name and that someone may need.
EXTRAS = (
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "connect_timeout",
    "keepalives",
    "keepalives_idle",
    "options",
    "target_session_attrs",
)


def warehouse_uri(connection: Connection) -> str:
    """Return the ``key=value`` address of the PostgreSQL that a connection names.

    :raises SettingsError: it is no PostgreSQL, or has no host or database.
    """
    where = f"Airflow connection {connection.conn_id}"
    if connection.conn_type not in POSTGRES_TYPES:
        raise SettingsError(
            f"{where} is of type {connection.conn_type!r}. The warehouse must be PostgreSQL: "
            "choose the type Postgres.",
        )
    for name, value in (("host", connection.host), ("database", connection.schema)):
        if not value:
            raise SettingsError(f"{where} has no {name}. Fill it in.")
    extra = connection.extra_dejson
    return make_conninfo(
        host=connection.host,
        port=connection.port or 5432,
        user=connection.login or None,
        password=connection.password or None,
        dbname=connection.schema,
        **{name: str(extra[name]) for name in EXTRAS if extra.get(name) not in {None, ""}},
    )
