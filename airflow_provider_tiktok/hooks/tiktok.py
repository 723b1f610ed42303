"""Connect Airflow's tasks and commands to TikTok and to the warehouse."""

from __future__ import annotations

import random
import time
from functools import cached_property
from typing import TYPE_CHECKING

from airflow.sdk import BaseHook, conf
from airflow.sdk.exceptions import AirflowNotFoundException

from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.hosts import PRODUCTION_URL, SANDBOX_URL, RefusedUrlError
from airflow_provider_tiktok.api.limiter import MemoryLimiter
from airflow_provider_tiktok.api.oauth import refresh
from airflow_provider_tiktok.api.retry import RetryPolicy
from airflow_provider_tiktok.api.timing import utc_now
from airflow_provider_tiktok.hooks.configuration import local_url, token_keys
from airflow_provider_tiktok.hooks.connection_test import try_connection
from airflow_provider_tiktok.hooks.masks import hide
from airflow_provider_tiktok.hooks.settings import Settings, SettingsError, read_settings
from airflow_provider_tiktok.hooks.token_source import TokenSource
from airflow_provider_tiktok.hooks.warehouse import warehouse_uri
from airflow_provider_tiktok.warehouse.database import WarehouseError, connect
from airflow_provider_tiktok.warehouse.limiter import DatabaseLimiter
from airflow_provider_tiktok.warehouse.limiter_pace import PacedLimiter

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    import psycopg
    from airflow.sdk import Connection

    from airflow_provider_tiktok.api.limiter import Limiter
    from airflow_provider_tiktok.api.oauth import AccountToken
    from airflow_provider_tiktok.api.timing import Sleep
    from airflow_provider_tiktok.api.transport import Transport

BASE_URLS = {"production": PRODUCTION_URL, "sandbox": SANDBOX_URL, "local": PRODUCTION_URL}
READ_SECONDS = 30.0
# TikTok's answer to a refresh: twice this is the longest, and others wait 30 seconds for it.
RENEW_READ_SECONDS = 7.0
# A refresh token may be good once: the next worker, not this one, asks again.
ONCE = RetryPolicy(tries=1, throttled_tries=1, unknown_tries=1, timeout_tries=1)


class TikTokHook(BaseHook):
    """Read a ``tiktok`` connection and offer a client for it, and a session of the warehouse.

    Nothing is read or opened before it is asked for, so a DAG file may construct one.

    :param tiktok_conn_id: the connection of type ``tiktok``.
    :param warehouse_conn_id: the connection of type ``postgres`` whose database is the warehouse.
    :param sleep: waits for the quota and between tries; a task passes one that its end interrupts.
    """

    conn_name_attr = "tiktok_conn_id"
    default_conn_name = "tiktok_default"
    conn_type = "tiktok"
    hook_name = "TikTok"

    def __init__(
        self,
        tiktok_conn_id: str = default_conn_name,
        warehouse_conn_id: str = "tiktok_warehouse",
        *,
        sleep: Sleep = time.sleep,
        logger_name: str | None = None,
    ) -> None:
        super().__init__(logger_name=logger_name)
        self.tiktok_conn_id = tiktok_conn_id
        self.warehouse_conn_id = warehouse_conn_id
        self._sleep = sleep
        self._share = 1.0

    @cached_property
    def settings(self) -> Settings:
        """What the connection says.

        :raises SettingsError: it says something that cannot work.
        """
        connection = self._connection(self.tiktok_conn_id, "TikTok")
        if connection.conn_type != self.conn_type:
            raise SettingsError(
                f"The Airflow connection {self.tiktok_conn_id} is of type "
                f"{connection.conn_type!r}. Choose the type TikTok.",
            )
        settings = read_settings(connection.extra_dejson, self.tiktok_conn_id)
        hide(settings.access_token, settings.app_secret)
        return settings

    @cached_property
    def warehouse_uri(self) -> str:
        """The address of the warehouse, with its password.

        :raises SettingsError: the connection does not name a PostgreSQL database.
        """
        return warehouse_uri(self._connection(self.warehouse_conn_id, "Postgres"))

    def connect_warehouse(self) -> psycopg.Connection[Any]:
        """Open a session of the warehouse; the caller closes it.

        :raises WarehouseConnectionError: names the setting to fix.
        """
        return connect(self.warehouse_uri)

    @cached_property
    def client(self) -> TikTokClient:
        """A client whose calls count against the quota that all workers share."""
        return self._client(self._limiter, self.token_source)

    def keep_within(self, share: float) -> None:
        """Let the client use no more than a share of the quota, with all others that are told so.

        The calls count against the whole quota as well. To be said before the client is used.
        """
        self._share = share

    def unmetered_client(self) -> TikTokClient:
        """Return a client for a handful of calls, which needs no warehouse to count them in."""
        return self._client(MemoryLimiter(self.settings.quota_tier, utc_now), self.token_source)

    def client_with(self, access_token: str | None) -> TikTokClient:
        """Return a client for a handful of calls with that token, or with none."""
        source = None if access_token is None else lambda: access_token
        return self._client(MemoryLimiter(self.settings.quota_tier, utc_now), source)

    @cached_property
    def token_source(self) -> TokenSource:
        """Where the client gets its token from."""
        return TokenSource(
            self.settings, token_keys(), self.connect_warehouse, renew=self._renew_account_token
        )

    def get_conn(self) -> TikTokClient:
        """Return :attr:`client`."""
        return self.client

    def test_connection(self) -> tuple[bool, str]:
        """Call TikTok once or twice; return whether it worked, and what it found or how to fix it.

        The *Test* button of Airflow's connection form comes here. The warehouse is needed only
        where tokens are kept in it.
        """
        try:
            return try_connection(self.unmetered_client(), self.settings, now=utc_now())
        except (SettingsError, WarehouseError) as error:
            return False, str(error)
        finally:
            self.close()

    @cached_property
    def _limiter(self) -> DatabaseLimiter | PacedLimiter:
        uri, key, tier = self.warehouse_uri, self.settings.app_key, self.settings.quota_tier
        limiter = DatabaseLimiter(uri, key, tier)
        if self._share >= 1.0:
            return limiter
        return PacedLimiter(
            limiter, DatabaseLimiter(uri, f"{key} backfills", tier, share=self._share)
        )

    def _connection(self, conn_id: str, type_name: str) -> Connection:
        try:
            return self.get_connection(conn_id)
        except AirflowNotFoundException:
            raise SettingsError(
                f"Airflow has no connection {conn_id}. Add it under Admin, Connections, with the "
                f"type {type_name}.",
            ) from None

    def _client(
        self,
        limiter: Limiter,
        access_token: Callable[[], str] | None,
        *,
        read_timeout: float = READ_SECONDS,
        policy: RetryPolicy | None = None,
    ) -> TikTokClient:
        return TikTokClient(
            self._transport(read_timeout),
            access_token=access_token,
            limiter=limiter,
            clock=utc_now,
            sleep=self._sleep,
            rng=random.Random(),  # noqa: S311 - spreads retries; nothing to guess
            policy=policy,
        )

    def _renew_account_token(self, refresh_token: str) -> AccountToken:
        """Exchange a refresh token; gives up while the others still wait for the lock."""
        settings = self.settings
        if not settings.app_id or not settings.app_secret:
            raise SettingsError(
                "This token must be renewed with the app's id and secret. Fill in app_id and "
                f"app_secret in the Airflow connection {settings.connection_id}.",
            )
        limiter = MemoryLimiter(settings.quota_tier, utc_now)
        client = self._client(limiter, None, read_timeout=RENEW_READ_SECONDS, policy=ONCE)
        pair = refresh(client, settings.app_id, settings.app_secret, refresh_token)
        hide(pair.access_token, pair.refresh_token)
        return pair

    def _transport(self, read_timeout: float = READ_SECONDS) -> Transport:
        # DAG files are read all day; the HTTP library would be half of that time.
        from airflow_provider_tiktok.api.transport import Transport  # noqa: PLC0415

        settings = self.settings
        origin = None
        if settings.environment == "local":
            origin = local_url()
            if not origin:
                raise SettingsError(
                    f"The Airflow connection {settings.connection_id} has environment local, but "
                    "[tiktok] local_url is empty. Set AIRFLOW__TIKTOK__LOCAL_URL to the sandbox's "
                    "address, or choose production.",
                )
        ca_bundle = conf.get("tiktok", "ca_bundle", fallback="") or None
        try:
            return Transport(
                BASE_URLS[settings.environment],
                local_url=origin,
                ca_bundle=ca_bundle,
                read_timeout=read_timeout,
            )
        except (RefusedUrlError, ValueError) as error:
            raise SettingsError(f"{error}. Correct Airflow's configuration.") from None

    def close(self) -> None:
        """Close the sessions of the warehouse that this hook opened for itself."""
        if "token_source" in self.__dict__:
            self.token_source.close()
        if "_limiter" in self.__dict__:
            self._limiter.close()
