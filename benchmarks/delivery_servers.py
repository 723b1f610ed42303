# ruff: noqa: INP001 - part of programs that are run by their path
"""A warehouse and a sandbox for a benchmark, and a client between them."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.migrate import migrate
from sandbox.postgres import EmbeddedPostgres
from sandbox.server import STATIC_TOKEN
from sandbox.server.control_client import SandboxControl

if TYPE_CHECKING:
    from collections.abc import Iterator


class NoQuota:
    """A limiter that never says wait: the sandbox counts no quota here."""

    def acquire(self, group: str) -> float:  # noqa: ARG002 - the interface's argument
        """Return 0."""
        return 0.0

    def cool_down(self, group: str, seconds: float) -> None:
        """Ignore a throttle."""


@dataclass(frozen=True)
class Servers:
    """Both servers, and a folder for files."""

    folder: Path
    postgres: EmbeddedPostgres
    url: str

    @property
    def control(self) -> SandboxControl:
        """The sandbox's control endpoints."""
        return SandboxControl(self.url)

    def warehouse(self, name: str) -> str:
        """Return the URI of a new, migrated database."""
        uri = self.postgres.create_database(name)
        with connect(uri) as connection:
            migrate(connection)
        return uri

    def client(self, read_timeout: float = 30.0) -> TikTokClient:
        """Return a client of the sandbox."""
        return TikTokClient(
            Transport(local_url=self.url, read_timeout=read_timeout),
            access_token=lambda: STATIC_TOKEN,
            limiter=NoQuota(),
            clock=lambda: datetime.now(UTC),
            sleep=time.sleep,
            rng=random.Random(1),  # noqa: S311 - jitter
        )


@contextmanager
def servers() -> Iterator[Servers]:
    """Start a PostgreSQL with its default settings (every commit is on disk) and a sandbox."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        command = [
            sys.executable,
            "-m",
            "sandbox",
            "--port",
            "0",
            "--switch",
            "timeout_penalties=false",
        ]
        command += ["--now", datetime.now(UTC).isoformat(), "--truth-log", f"{name}/truth.jsonl"]
        with (
            EmbeddedPostgres(folder / "postgres" / "data", {"max_wal_size": "4GB"}) as server,
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,  # noqa: S603 - our own program
        ):
            url = process.stdout.readline().strip() if process.stdout else ""
            if not url:
                raise SystemExit("the sandbox did not start")
            try:
                yield Servers(folder, server, url)
            finally:
                process.terminate()
