"""Choose the token of a connection: the one kept in the warehouse, else the pasted one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.hooks.masks import hide
from airflow_provider_tiktok.hooks.settings import Settings, SettingsError
from airflow_provider_tiktok.warehouse.tokens import TokenStore
from airflow_provider_tiktok.warehouse.tokens_state import Token, TokenUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import psycopg

    from airflow_provider_tiktok.warehouse.tokens import RenewedPair


class TokenSource:
    """Return the token to call TikTok with, read anew each time so that a change is seen at once.

    Threads may share it.

    :param keys: ``[tiktok] token_keys``; without one only the pasted token can be used.
    :param connect: opens a session of the warehouse; called at the first use of a kept token.
    :param renew: exchanges a refresh token, for tokens that end; one worker does it for all.
    """

    def __init__(
        self,
        settings: Settings,
        keys: Sequence[str],
        connect: Callable[[], psycopg.Connection[Any]],
        *,
        renew: Callable[[str], RenewedPair],
    ) -> None:
        self._settings = settings
        self._keys = keys
        self._connect = connect
        self._renew = renew
        self._warehouse: psycopg.Connection[Any] | None = None
        self._used: Token | None = None
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """Return the token.

        :raises SettingsError: there is none and none can be kept.
        :raises TokenUnavailableError: there is none, or a person must authorise again.
        """
        pasted = self._settings.access_token
        if not self._keys:
            if pasted:
                return pasted
            raise SettingsError(
                f"The Airflow connection {self._settings.connection_id} has no access token. "
                "Paste one into it; or set [tiktok] token_keys and connect with OAuth.",
            )
        try:
            with self._lock:
                return self._kept()
        except TokenUnavailableError as error:
            # A dead grant must be seen: nobody is told that a token pasted long ago took over.
            if pasted and error.status != "needs_reauth":
                return pasted
            raise

    def died(self, code: int | None) -> None:
        """Record that TikTok refuses the kept token that was used last, so that calls stop."""
        if self._used is not None:
            self._store().mark(
                self._settings.connection_id,
                "needs_reauth",
                version=self._used.version,
                code=code,
            )

    def close(self) -> None:
        """Close the session of the warehouse."""
        if self._warehouse is not None:
            self._warehouse.close()
        self._warehouse = None

    def _kept(self) -> str:
        token = self._store().fresh(self._settings.connection_id, self._renew)
        if self._used is None or self._used.version != token.version:
            hide(token.access_token, token.refresh_token)
        self._used = token
        return token.access_token

    def _store(self) -> TokenStore:
        if self._warehouse is None or self._warehouse.closed:
            self._warehouse = self._connect()
        return TokenStore(self._warehouse, self._keys)
