"""A PostgreSQL and a sandbox for programs that run outside pytest."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from airflow_provider_tiktok.warehouse.migrate import migrate
from sandbox.postgres import EmbeddedPostgres
from tests.chaos.servers import SandboxProcess
from tests.integration.outbox.export import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Processes crash here, never the machine: what PostgreSQL has written, the kernel keeps.
SERVER = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Stage:
    """The servers, and the name of a migrated database to copy."""

    postgres: EmbeddedPostgres
    template: str
    sandbox: SandboxProcess


@contextmanager
def new_stage(folder: Path) -> Iterator[Stage]:
    """Start both servers, stop them in the end."""
    with EmbeddedPostgres(folder / "postgres" / "data", SERVER) as server:
        with psycopg.connect(server.create_database("migrated"), autocommit=True) as connection:
            migrate(connection)
        sandbox = SandboxProcess(folder)
        sandbox.start(NOW)
        try:
            yield Stage(server, "migrated", sandbox)
        finally:
            sandbox.kill()
