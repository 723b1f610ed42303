"""One quota for all workers of an app, kept in the warehouse.

The promise is that of `api.limiter.Limiter`: no window of a second or a minute, wherever it begins,
and no UTC day holds more calls than the tier allows, whatever the workers do and however they die.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import psycopg

from airflow_provider_tiktok.api.limiter import quota_of
from airflow_provider_tiktok.warehouse.database import connect, statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_tiktok.api.timing import Clock

# A block of permits is good for this long after it was asked for. The quota's windows are kept
# 35 ms longer than TikTok's (migration 0013); the rest of that is for the call's way to TikTok.
BLOCK_SECONDS = 0.015


class Pool(Protocol):
    """What `psycopg_pool.ConnectionPool` offers, as far as the limiter uses it."""

    def connection(self) -> AbstractContextManager[psycopg.Connection[Any]]:
        """Lend a connection."""
        ...


@dataclass
class _Block:
    """Permits that this process holds, and until when it may use them."""

    left: int = 0
    expires: float = 0.0
    size: int = 0

    def take(self, now: float) -> bool:
        if self.left == 0 or now >= self.expires:
            return False
        self.left -= 1
        return True

    def next_size(self, now: float, largest: int) -> int:
        """Return how many to ask for: more while they are used up in time, else what was used."""
        if self.left == 0 and now < self.expires:
            return min(max(2 * self.size, 1), largest)
        return max(min(self.size - self.left, largest), 1)


class DatabaseLimiter:
    """Keep all processes that share a warehouse within one app's quota. Threads may share it.

    A caller in a hurry gets permits in blocks, so that 1,000 event calls a second are fewer
    than a hundred statements. A process that dies wastes the permits it held, for a second at most.
    """

    def __init__(
        self,
        warehouse: str | Pool,
        app_key: str,
        tier: str,
        *,
        share: float = 1.0,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare to count the calls of `app_key`; connects at the first of them.

        :param warehouse: the warehouse's URI, or a pool of connections to it.
        :param app_key: the developer app; everyone who uses its access tokens names the same one.
        :param tier: TikTok's tier of the app, for example ``basic``.
        :param share: how much of the tier's quota to keep within, up to 1.
        :param clock: the time to count by; the database's own unless a test replaces it.
        :param monotonic: seconds that never go back, for the age of a block.
        :raises ValueError: no such tier.
        """
        quota_of("general", tier)
        self._warehouse = warehouse
        self._app_key = app_key
        self._tier = tier
        self._share = share
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._blocks: dict[str, _Block] = {}
        self._own: psycopg.Connection[Any] | None = None
        self._own_pid = 0

    def acquire(self, group: str) -> float:
        """Return 0 and count the call, or the seconds to wait before asking again.

        :raises ValueError: no such group.
        :raises WarehouseConnectionError: the warehouse cannot be reached; nothing was counted.
        """
        quota = quota_of(group, self._tier).part(self._share)
        with self._lock:
            asked_at = self._monotonic()
            block = self._blocks.setdefault(group, _Block())
            if block.take(asked_at):
                return 0.0
            largest = max(int(quota.per_second * BLOCK_SECONDS), 1)
            size = block.next_size(asked_at, largest)
            granted, wait = self._ask(
                "limiter/take_permits",
                {
                    "app_key": self._app_key,
                    "endpoint_group": group,
                    "wanted": size,
                    "per_second": quota.per_second,
                    "per_minute": quota.per_minute,
                    "per_day": quota.per_day,
                    "now": self._now(),
                },
            )
            if granted == 0:
                return float(wait)
            self._blocks[group] = _Block(granted - 1, asked_at + BLOCK_SECONDS, size)
            return 0.0

    def cool_down(self, group: str, seconds: float) -> None:
        """Refuse every worker's calls of `group` for `seconds` from now.

        Never shortens a cool-down under way. Blocks that other workers hold end within 15 ms.
        """
        quota_of(group, self._tier)
        with self._lock:
            self._blocks.pop(group, None)
            self._ask(
                "limiter/cool_down",
                {
                    "app_key": self._app_key,
                    "endpoint_group": group,
                    "seconds": seconds,
                    "now": self._now(),
                },
            )

    def close(self) -> None:
        """Close the limiter's own connection; the next call opens another."""
        with self._lock:
            if self._own is not None and self._own_pid == os.getpid():
                self._own.close()
            self._own = None

    def _now(self) -> object:
        return None if self._clock is None else self._clock()

    def _ask(self, name: str, parameters: dict[str, Any]) -> tuple[Any, ...]:
        try:
            return self._execute(name, parameters)
        except psycopg.OperationalError:
            # The server was restarted, or a pooler dropped an idle connection: once more.
            self._own = None
            return self._execute(name, parameters)

    def _execute(self, name: str, parameters: dict[str, Any]) -> tuple[Any, ...]:
        with self._connection() as connection:
            cursor = connection.execute(statement(name), parameters)
            return (cursor.fetchone() or ()) if cursor.description else ()

    def _connection(self) -> AbstractContextManager[psycopg.Connection[Any]]:
        if not isinstance(self._warehouse, str):
            return self._warehouse.connection()
        # A forked child must not speak on its parent's connection.
        if self._own is None or self._own.closed or self._own_pid != os.getpid():
            self._own = connect(self._warehouse, application_name="airflow-provider-tiktok limiter")
            self._own_pid = os.getpid()
            # A crash of the server may forget half a second of counts; its restart takes longer.
            self._own.execute(statement("limiter/commit_fast"))
        return nullcontext(self._own)
