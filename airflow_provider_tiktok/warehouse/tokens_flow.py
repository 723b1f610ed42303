"""Keep an authorisation between its first click and its confirmation, and know whose it is.

TikTok's advertiser flow has no PKCE, so the state is the only proof that a callback belongs to the
person who began. It is random, kept as a hash, bound to the person, good once and for ten minutes.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row

from airflow_provider_tiktok.warehouse.database import WarehouseError, statement
from airflow_provider_tiktok.warehouse.tokens_cipher import TokenCipher

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import psycopg

LIFE_SECONDS = 600.0
_RANDOM_BYTES = 32
_RANDOM_TEXT = re.compile(r"[A-Za-z0-9_-]{43}")


class Refusal(StrEnum):
    """Why a callback or a confirmation is refused."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    OTHER_USER = "other_user"


_SENTENCES = {
    Refusal.UNKNOWN: "This authorisation is not known here: it was used already, was given up for "
    "a newer one, or was never begun. Nothing was stored. Begin again.",
    Refusal.EXPIRED: "This authorisation took longer than ten minutes. Nothing was stored. "
    "Begin again.",
    Refusal.OTHER_USER: "This authorisation was begun by someone else, or in a terminal. Nothing "
    "was stored. Whoever ran `airflow tiktok connect` pastes the address of this page there.",
}


class FlowRefusedError(WarehouseError):
    """The callback or confirmation does not belong to an authorisation that this person began."""

    def __init__(self, refusal: Refusal) -> None:
        """Say what to do."""
        super().__init__(_SENTENCES[refusal])
        self.refusal = refusal


@dataclass(frozen=True)
class Flow:
    """An authorisation that came back: the connection it is for."""

    connection_id: str
    redirect_uri: str


@dataclass(frozen=True)
class PendingGrant:
    """A token that waits for a person to confirm it. It is not shown when printed."""

    connection_id: str
    access_token: str = field(repr=False)
    scope: tuple[str, ...]


class FlowStore:
    """The authorisations of one person.

    :param connection: to the warehouse, in autocommit.
    :param keys: Fernet keys, newest first, as for :class:`TokenStore`.
    :param user_id: the person, as Airflow's auth manager names them.
    :raises TokenKeyError: without a valid key nothing can be begun.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        keys: Sequence[str],
        user_id: str,
        *,
        token_bytes: Callable[[int], str] = secrets.token_urlsafe,
    ) -> None:
        """Read the keys; touches no table."""
        self._connection = connection
        self._cipher = TokenCipher(keys)
        self._user_id = user_id
        self._random = token_bytes

    def start(self, connection_id: str, redirect_uri: str) -> str:
        """Begin anew and return the state to send along; an earlier one of the same is void."""
        self._connection.execute(
            statement("token_flow/forget_old"), self._with(connection_id=connection_id)
        )
        state = self._random(_RANDOM_BYTES)
        self._connection.execute(
            statement("token_flow/start"),
            self._with(
                state_hash=_hashed(state), connection_id=connection_id, redirect_uri=redirect_uri
            ),
        )
        return state

    def take(self, state: str) -> Flow:
        """Spend the state and return what it was begun for.

        :raises FlowRefusedError: unknown, spent, too old, or begun by someone else.
        """
        if not _RANDOM_TEXT.fullmatch(state):
            raise FlowRefusedError(Refusal.UNKNOWN)
        parameters = self._with(state_hash=_hashed(state))
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(statement("token_flow/take"), parameters).fetchone()
            if row is None:
                owner = cursor.execute(statement("token_flow/owner"), parameters).fetchone()
                raise FlowRefusedError(Refusal.OTHER_USER if owner else Refusal.UNKNOWN)
        if not row["is_alive"]:
            raise FlowRefusedError(Refusal.EXPIRED)
        return Flow(row["connection_id"], row["redirect_uri"])

    def keep(self, connection_id: str, access_token: str, scope: Sequence[str]) -> str:
        """Keep a token until its confirmation and return the name to find it by."""
        name = self._random(_RANDOM_BYTES)
        secret: dict[str, str | None] = {"access_token": access_token, "refresh_token": None}
        self._connection.execute(
            statement("token_flow/keep"),
            self._with(
                grant_hash=_hashed(name),
                connection_id=connection_id,
                ciphertext=self._cipher.encrypt(secret, self._bound(connection_id), 0),
                key_id=self._cipher.key_id,
                scope=list(scope),
            ),
        )
        return name

    def pending(self, name: str) -> PendingGrant:
        """Return the token that waits under this name.

        :raises FlowRefusedError: there is none of this person, or not any more.
        """
        with self._connection.cursor(row_factory=dict_row) as cursor:
            parameters = self._with(grant_hash=_hashed(name))
            row = cursor.execute(statement("token_flow/read"), parameters).fetchone()
        if row is None:
            raise FlowRefusedError(Refusal.UNKNOWN)
        opened = self._cipher.decrypt(
            row["ciphertext"], row["key_id"], self._bound(row["connection_id"]), 0
        )
        return PendingGrant(row["connection_id"], opened["access_token"] or "", tuple(row["scope"]))

    def drop(self, name: str) -> bool:
        """Forget the token that waits under this name; return whether there was one."""
        dropped = self._connection.execute(
            statement("token_flow/drop"), self._with(grant_hash=_hashed(name))
        )
        return bool(dropped.rowcount)

    def _bound(self, connection_id: str) -> str:
        return f"pending|{self._user_id}|{connection_id}"

    def _with(self, **parameters: object) -> dict[str, object]:
        return {"user_id": self._user_id, "life_seconds": LIFE_SECONDS, **parameters}


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
