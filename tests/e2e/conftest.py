"""Run `make demo`'s own command once, and look at what it left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import pytest

from sandbox.demo.stage import SERVER_SETTINGS, WAREHOUSE_VARIABLE
from sandbox.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_SECONDS = 900


@dataclass(frozen=True)
class Demo:
    """A demo that has ended: its output and its folder."""

    output: str
    folder: Path


def play(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the demo to its end in *folder*."""
    environment = {name: value for name, value in os.environ.items() if name != WAREHOUSE_VARIABLE}
    return subprocess.run(
        [sys.executable, "-m", "sandbox.demo", "run", "--folder", str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, played once for all tests of this folder."""
    folder = tmp_path_factory.mktemp("demo")
    played = play(folder)
    assert played.returncode == 0, played.stdout + played.stderr
    return Demo(played.stdout, folder)


@pytest.fixture  # not for longer: a second play starts a server on the same files
def demo_warehouse(demo: Demo) -> Iterator[psycopg.Connection]:
    """A connection to the warehouse that the demo filled."""
    with (
        EmbeddedPostgres(demo.folder / "postgres", SERVER_SETTINGS) as server,
        psycopg.connect(server.uri("warehouse"), autocommit=True) as connection,
    ):
        yield connection
