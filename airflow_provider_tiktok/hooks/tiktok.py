"""Connect Airflow's tasks and commands to TikTok and to the warehouse."""

from __future__ import annotations

import random
import time
from functools import cached_property
from typing import TYPE_CHECKING

from airflow.sdk import BaseHook, conf
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret

from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.hosts import PRODUCTION_URL, SANDBOX_URL, RefusedUrlError
from airflow_provider_tiktok.api.limiter import MemoryLimiter
from airflow_provider_tiktok.api.timing import utc_now
from airflow_provider_tiktok.hooks.connection_test import try_connection
from airflow_provider_tiktok.hooks.settings import Settings, SettingsError, read_settings
from airflow_provider_tiktok.hooks.token_source import TokenSource
from airflow_provider_tiktok.hooks.warehouse import warehouse_uri
from airflow_provider_tiktok.warehouse.database import WarehouseError, connect
from airflow_provider_tiktok.warehouse.limiter import DatabaseLimiter

if TYPE_CHECKING:
    from typing import Any

    import psycopg
    from airflow.sdk import Connection

    from airflow_provider_tiktok.api.limiter import Limiter
    from airflow_provider_tiktok.api.timing import Sleep
    from airflow_provider_tiktok.api.transport import Transport

BASE_URLS = {"production": PRODUCTION_URL, "sandbox": SANDBOX_URL, "local": PRODUCTION_URL}


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

    @cached_property
    def settings(self) -> Settings:
        """What the connection says.

        :raises SettingsError: it says something that cannot work.
        """
        extra = self._connection(self.tiktok_conn_id, "TikTok").extra_dejson
        settings = read_settings(extra, self.tiktok_conn_id)
        for secret in (settings.access_token, settings.app_secret):
            if secret:
                mask_secret(secret)
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
        return self._client(self._limiter)

    def unmetered_client(self) -> TikTokClient:
        """Return a client for a handful of calls, which needs no warehouse to count them in."""
        return self._client(MemoryLimiter(self.settings.quota_tier, utc_now))

    @cached_property
    def token_source(self) -> TokenSource:
        """Where the client gets its token from."""
        keys = conf.get("tiktok", "token_keys", fallback="") or ""
        found = [key.strip() for key in keys.split(",") if key.strip()]
        return TokenSource(self.settings, found, self.connect_warehouse)

    def get_conn(self) -> TikTokClient:
        """Return :attr:`client`."""
        return self.client

    def test_connection(self) -> tuple[bool, str]:
        """Call TikTok once or twice; return whether it worked, and what it found or how to fix it.

        The *Test* button of Airflow's connection form comes here. The warehouse is needed only
        where tokens are kept in it.
        """
        try:
            return try_connection(self.unmetered_client(), self.settings)
        except (SettingsError, WarehouseError) as error:
            return False, str(error)
        finally:
            self.close()

    @cached_property
    def _limiter(self) -> DatabaseLimiter:
        settings = self.settings
        return DatabaseLimiter(self.warehouse_uri, settings.app_key, settings.quota_tier)

    def _connection(self, conn_id: str, type_name: str) -> Connection:
        try:
            return self.get_connection(conn_id)
        except AirflowNotFoundException:
            raise SettingsError(
                f"Airflow has no connection {conn_id}. Add it under Admin, Connections, with the "
                f"type {type_name}.",
            ) from None

    def _client(self, limiter: Limiter) -> TikTokClient:
        return TikTokClient(
            self._transport(),
            access_token=self.token_source,
            limiter=limiter,
            clock=utc_now,
            sleep=self._sleep,
            rng=random.Random(),  # noqa: S311 - spreads retries; nothing to guess
        )

    def _transport(self) -> Transport:
        # DAG files are read all day; the HTTP library would be half of that time.
        from airflow_provider_tiktok.api.transport import Transport  # noqa: PLC0415

        settings = self.settings
        local_url = None
        if settings.environment == "local":
            local_url = conf.get("tiktok", "local_url", fallback="")
            if not local_url:
                raise SettingsError(
                    f"The Airflow connection {settings.connection_id} has environment local, but "
                    "[tiktok] local_url is empty. Set AIRFLOW__TIKTOK__LOCAL_URL to the sandbox's "
                    "address, or choose production.",
                )
        ca_bundle = conf.get("tiktok", "ca_bundle", fallback="") or None
        try:
            return Transport(
                BASE_URLS[settings.environment], local_url=local_url, ca_bundle=ca_bundle
            )
        except (RefusedUrlError, ValueError) as error:
            raise SettingsError(f"{error}. Correct Airflow's configuration.") from None

    def close(self) -> None:
        """Close the sessions of the warehouse that this hook opened for itself."""
        if "token_source" in self.__dict__:
            self.token_source.close()
        if "_limiter" in self.__dict__:
            self._limiter.close()
