"""What is known about a connection's token, with and without a key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from psycopg.rows import class_row

from airflow_provider_tiktok.warehouse.database import WarehouseError, statement

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

Family = Literal["advertiser", "account_holder"]
Status = Literal["active", "needs_reauth", "revoked"]


class TokenUnavailableError(WarehouseError):
    """The connection has no usable token; the message says who must do what.

    ``status`` is None when the connection was never made.
    """

    def __init__(self, message: str, status: Status | None) -> None:
        """Keep the status for callers that treat them differently."""
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Token:
    """A decrypted token. It is not shown when printed."""

    connection_id: str
    token_family: Family
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    scope: tuple[str, ...]
    expires_at: datetime | None
    version: int


@dataclass(frozen=True)
class TokenState:
    """What may be shown about a connection's token. Reading it needs no key."""

    connection_id: str
    token_family: Family
    status: Status
    version: int
    scope: list[str]
    key_id: str | None
    expires_at: datetime | None
    refresh_expires_at: datetime | None
    last_error_code: int | None
    updated_by: str
    updated_at: datetime


def token_states(connection: psycopg.Connection[Any]) -> list[TokenState]:
    """Return the state of every connection's token; needs no key."""
    with connection.cursor(row_factory=class_row(TokenState)) as cursor:
        return cursor.execute(statement("tokens/states")).fetchall()


def unavailable(connection_id: str, row: dict[str, Any] | None) -> TokenUnavailableError:
    """Return the error that says who must do what to get a usable token."""
    if row is None:
        return TokenUnavailableError(
            f"Connection {connection_id} has no token. Open the page Connect TikTok in Airflow, "
            "run `airflow tiktok connect`, or paste an access token into the connection.",
            None,
        )
    reason = "was given back" if row["status"] == "revoked" else "is refused by TikTok"
    code = f" (code {row['last_error_code']})" if row["last_error_code"] is not None else ""
    return TokenUnavailableError(
        f"The token of connection {connection_id} {reason}{code} since "
        f"{row['updated_at']:%Y-%m-%d %H:%M} UTC. Someone with access to the TikTok accounts must "
        "connect again (page Connect TikTok, or `airflow tiktok connect`); what waits is kept, and "
        "goes on by itself.",
        row["status"],
    )
