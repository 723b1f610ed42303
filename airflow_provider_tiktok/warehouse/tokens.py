"""Keep OAuth tokens encrypted in the warehouse, and renew them once for all workers."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from psycopg import errors
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from airflow_provider_tiktok.api.errors import TikTokReauthoriseError
from airflow_provider_tiktok.warehouse.database import WarehouseError, statement
from airflow_provider_tiktok.warehouse.failpoint import failpoint
from airflow_provider_tiktok.warehouse.tokens_cipher import TokenCipher
from airflow_provider_tiktok.warehouse.tokens_state import Token, token_states, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import psycopg

    from airflow_provider_tiktok.warehouse.tokens_state import Family, Status

# A token that ends within this time is renewed before it is used.
RENEW_SECONDS = 300.0
ADVERTISER: Family = "advertiser"


class RenewedPair(Protocol):
    """What a refresh returns; `api.oauth.AccountToken` is one. Lifetimes are in seconds."""

    @property
    def access_token(self) -> str: ...
    @property
    def refresh_token(self) -> str: ...
    @property
    def expires_in(self) -> int | None: ...
    @property
    def refresh_expires_in(self) -> int | None: ...
    @property
    def scope(self) -> Sequence[str]: ...


class TokenStore:
    """The tokens of all connections.

    :param connection: a connection of its own to the warehouse, not inside a transaction: a token
        is used only after it was committed.
    :param keys: Fernet keys, newest first; all of them decrypt, the first encrypts.
    :param changed_by: who is named in the history, for example a user or a DAG run.
    :raises TokenKeyError: without a valid key nothing is read or written.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        keys: Sequence[str],
        *,
        changed_by: str = "airflow-provider-tiktok",
    ) -> None:
        """Read the keys; touches no table."""
        self._connection = connection
        self._cipher = TokenCipher(keys)
        self._changed_by = changed_by

    def save(
        self,
        connection_id: str,
        *,
        access_token: str,
        refresh_token: str | None = None,
        token_family: Family = ADVERTISER,
        scope: Sequence[str] = (),
        expires_in: float | None = None,
        refresh_expires_in: float | None = None,
    ) -> Token:
        """Store a token as the next version of its connection, make it active, and return it.

        :param expires_in: seconds from now; None for advertiser tokens, which do not expire.
        """
        with self._locked(connection_id):
            row = self._read(connection_id)
            token = Token(
                connection_id=connection_id,
                token_family=token_family,
                access_token=access_token,
                refresh_token=refresh_token,
                scope=tuple(scope),
                expires_at=None,
                version=row["version"] + 1 if row else 1,
            )
            return self._store(
                token,
                change="saved",
                expires_in=expires_in,
                refresh_expires_in=refresh_expires_in,
            )

    def read(self, connection_id: str) -> Token:
        """Return the active token of a connection.

        :raises TokenUnavailableError: there is none, or a person must authorise again.
        :raises TokenKeyError: its key is not in the list.
        :raises TokenDamagedError: the row was tampered with.
        """
        return self._decrypt(connection_id, self._read(connection_id))

    def stored(self, connection_id: str) -> Token | None:
        """Return the token even if TikTok refuses it, to give it back; None when there is none."""
        row = self._read(connection_id)
        return self._opened(connection_id, row) if row and row["ciphertext"] else None

    def fresh(self, connection_id: str, renew: Callable[[str], RenewedPair]) -> Token:
        """Return the active token, renewed first if it ends within 5 minutes.

        However many workers ask at once, one calls TikTok and the others get what it stored. The
        new pair is committed before anyone uses it. If that worker dies between TikTok's answer and
        the commit, the next one tries the stored pair, and the connection then needs a person.

        :param renew: exchanges the refresh token for a new pair; should give up within 15 seconds.
        :raises TokenUnavailableError: TikTok refused the refresh token, now or before.
        :raises TikTokError: TikTok could not be asked; nothing has changed.
        """
        row = self._read(connection_id)
        if row is None or not row["is_expiring"]:
            return self._decrypt(connection_id, row)
        with self._locked(connection_id):
            row = self._read(connection_id)
            token = self._decrypt(connection_id, row)
            if row is None or not row["is_expiring"] or token.refresh_token is None:
                return token
            try:
                pair = renew(token.refresh_token)
            except TikTokReauthoriseError as error:
                self._set_status(connection_id, token.version, "needs_reauth", error.outcome.code)
            else:
                failpoint("refresh_before_commit")
                return self._store(
                    replace(
                        token,
                        access_token=pair.access_token,
                        refresh_token=pair.refresh_token,
                        scope=tuple(pair.scope) or token.scope,
                        version=token.version + 1,
                    ),
                    change="refreshed",
                    expires_in=pair.expires_in,
                    refresh_expires_in=pair.refresh_expires_in,
                )
        return self.read(connection_id)

    def mark(
        self,
        connection_id: str,
        status: Literal["needs_reauth", "revoked"],
        *,
        version: int,
        code: int | None = None,
    ) -> bool:
        """Record that a token works no longer, and return whether that is news.

        :param status: ``revoked`` also erases the ciphertext.
        :param version: of the token that failed; a newer one stays active.
        :param code: TikTok's return code.
        """
        with self._locked(connection_id):
            return self._set_status(connection_id, version, status, code)

    def reencrypt(self) -> int:
        """Encrypt every token with the first key and return how many had another.

        Workers that know both keys go on reading meanwhile; afterwards the old key may be removed.
        """
        done = 0
        for state in token_states(self._connection):
            if state.key_id in {None, self._cipher.key_id}:
                continue
            with self._locked(state.connection_id):
                row = self._read(state.connection_id)
                if row is None or row["key_id"] in {None, self._cipher.key_id}:
                    continue
                version = row["version"]
                secrets = self._cipher.decrypt(
                    row["ciphertext"], row["key_id"], state.connection_id, version
                )
                self._connection.execute(
                    statement("tokens/replace_ciphertext"),
                    {
                        "connection_id": state.connection_id,
                        "ciphertext": self._cipher.encrypt(secrets, state.connection_id, version),
                        "key_id": self._cipher.key_id,
                        "changed_by": self._changed_by,
                    },
                )
                self._log(state.connection_id, version, "reencrypted")
                done += 1
        return done

    @contextmanager
    def _locked(self, connection_id: str) -> Iterator[None]:
        """Open a transaction in which nobody else changes this connection's token."""
        if self._connection.info.transaction_status != TransactionStatus.IDLE:
            raise WarehouseError("The token store needs a connection outside of any transaction.")
        try:
            with self._connection.transaction():
                self._connection.execute(statement("tokens/set_lock_timeout"))
                self._connection.execute(statement("tokens/lock"), {"connection_id": connection_id})
                yield
        except errors.LockNotAvailable:
            raise WarehouseError(
                f"Another worker has been renewing the token of connection {connection_id} for "
                "30 seconds. Try again; if it stays so, end its session in pg_stat_activity.",
            ) from None

    def _read(self, connection_id: str) -> dict[str, Any] | None:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                statement("tokens/read"),
                {"connection_id": connection_id, "margin_seconds": RENEW_SECONDS},
            )
            return cursor.fetchone()

    def _decrypt(self, connection_id: str, row: dict[str, Any] | None) -> Token:
        if row is None or row["status"] != "active":
            raise unavailable(connection_id, row)
        return self._opened(connection_id, row)

    def _opened(self, connection_id: str, row: dict[str, Any]) -> Token:
        secrets = self._cipher.decrypt(
            row["ciphertext"], row["key_id"], connection_id, row["version"]
        )
        return Token(
            connection_id=connection_id,
            token_family=row["token_family"],
            access_token=secrets["access_token"] or "",
            refresh_token=secrets["refresh_token"],
            scope=tuple(row["scope"]),
            expires_at=row["expires_at"],
            version=row["version"],
        )

    def _store(
        self,
        token: Token,
        *,
        change: Literal["saved", "refreshed"],
        expires_in: float | None,
        refresh_expires_in: float | None,
    ) -> Token:
        secrets = {"access_token": token.access_token, "refresh_token": token.refresh_token}
        stored = self._connection.execute(
            statement("tokens/save"),
            {
                "connection_id": token.connection_id,
                "token_family": token.token_family,
                "ciphertext": self._cipher.encrypt(secrets, token.connection_id, token.version),
                "key_id": self._cipher.key_id,
                "expires_in": expires_in,
                "refresh_expires_in": refresh_expires_in,
                "scope": list(token.scope),
                "version": token.version,
                "changed_by": self._changed_by,
            },
        ).fetchone()
        self._log(token.connection_id, token.version, change)
        return replace(token, expires_at=stored[0] if stored else None)

    def _set_status(
        self, connection_id: str, version: int, status: Status, code: int | None
    ) -> bool:
        changed = self._connection.execute(
            statement("tokens/mark"),
            {
                "connection_id": connection_id,
                "version": version,
                "status": status,
                "code": code,
                "changed_by": self._changed_by,
            },
        )
        if changed.rowcount:
            self._log(connection_id, version, status, code)
        return bool(changed.rowcount)

    def _log(self, connection_id: str, version: int, change: str, code: int | None = None) -> None:
        self._connection.execute(
            statement("tokens/log"),
            {
                "connection_id": connection_id,
                "version": version,
                "change": change,
                "code": code,
                "changed_by": self._changed_by,
            },
        )
