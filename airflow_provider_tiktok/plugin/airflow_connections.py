"""Ask Airflow's own database about connections, which the API server may do and a task may not."""

from __future__ import annotations

from airflow.models import Connection  # noqa: TID251 - see above
from airflow.utils.session import create_session
from sqlalchemy import select


def defined_connections(conn_type: str) -> list[str]:
    """Return the ids of the connections of a type that are kept in Airflow's database."""
    with create_session() as session:
        wanted = select(Connection.conn_id)  # noqa: AIR311 - the SDK's class is no table
        rows = session.scalars(wanted.where(Connection.conn_type == conn_type))  # noqa: AIR311 - as above
        return [name for name in rows if name]


def team_of(connection_id: str) -> str | None:
    """Return the team that a connection belongs to, where Airflow has teams."""
    team: str | None = Connection.get_team_name(connection_id)  # noqa: AIR311 - as above
    return team
