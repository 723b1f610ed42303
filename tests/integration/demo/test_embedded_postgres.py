"""The embedded PostgreSQL belongs to its parent: it starts, is reused, and never outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from sandbox.postgres import EmbeddedPostgres, create_database

HOLD_A_SERVER = """
import sys, time
from pathlib import Path
from sandbox.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), {"fsync": "off"}).start()
print((Path(sys.argv[1]) / "postmaster.pid").read_text().split()[0], flush=True)
time.sleep(60)
"""


def _has_ended(pid: int) -> bool:
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.05)
    return False


def test_data_written_before_a_stop_is_there_after_a_start(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "data", {}) as server:
        uri = server.create_database("kept")
        with psycopg.connect(uri) as connection:
            connection.execute("create table kept as select 42 as answer")
    with (
        EmbeddedPostgres(tmp_path / "data", {}) as server,
        psycopg.connect(server.uri("kept")) as connection,
    ):
        assert connection.execute("select answer from kept").fetchone() == (42,)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=lambda how: how.name)
def test_the_server_ends_when_its_parent_is_killed(tmp_path: Path, how: signal.Signals) -> None:
    command = [sys.executable, "-c", HOLD_A_SERVER, str(tmp_path / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        os.kill(parent.pid, how)
        parent.wait(timeout=20)
    assert _has_ended(pid)


def test_creating_a_database_twice_is_harmless(postgres: EmbeddedPostgres) -> None:
    first = create_database(postgres.uri(), "twice")
    assert create_database(postgres.uri(), "twice") == first
    with psycopg.connect(first) as connection:
        assert connection.info.dbname == "twice"
    postgres.drop_database("twice")


def test_a_server_that_cannot_start_names_its_log(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "data", {"no_such_setting": "on"})
    with pytest.raises(RuntimeError, match=r"data\.log"):
        server.start()
