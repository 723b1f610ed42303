"""The commands of docker-compose.yml, as plain processes in their environment, become healthy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import yaml

from sandbox.postgres import EmbeddedPostgres, free_port
from sandbox.processes import start_child, stop_child

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.long
REPOSITORY = Path(__file__).resolve().parents[2]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(
    (REPOSITORY / "docker-compose.yml").read_text()
)["services"]
LONGEST_SECONDS = 400.0
# In the order in which `depends_on` starts them.
ALWAYS = ("sandbox", "people", "api-server", "scheduler", "dag-processor", "triggerer")


def interpolated(text: str) -> str:
    """Do what Compose does with `${NAME:-default}` and `$$`."""
    text = re.sub(r"(?<!\$)\$\{\w+:-([^}]*)\}", r"\1", text)
    return text.replace("$$", "$")


class Machine:
    """One machine in place of a network of containers: names become ports, paths folders."""

    def __init__(self, folder: Path, postgres_port: int, **settings: str) -> None:
        ports = {name: free_port() for name in ("sandbox", "api-server", "redis")}
        self.folder = folder
        self.settings = settings
        self._names = [
            *(((f"{name}:{old}"), f"127.0.0.1:{ports[name]}") for name, old in
              (("sandbox", 8765), ("api-server", 8080), ("redis", 6379))),
            ("127.0.0.1:8765", f"127.0.0.1:{ports['sandbox']}"),
            ("127.0.0.1:8080", f"127.0.0.1:{ports['api-server']}"),
            ("--port 8765", f"--port {ports['sandbox']}"),
            ("--port 8080", f"--port {ports['api-server']}"),
            ("--host 0.0.0.0", "--host 127.0.0.1"),
            ("@postgres/", f"@127.0.0.1:{postgres_port}/"),
            ("/opt/airflow", str(folder / "airflow")),
            ("/opt/tiktok", str(REPOSITORY)),
            ("/tmp/written", str(folder / "written")),  # noqa: S108 - the file's own path
            ("redis-cli", f"redis-cli -p {ports['redis']}"),
        ]  # fmt: skip
        self.redis_port = ports["redis"]

    def here(self, text: object) -> str:
        """Return text of the file as it reads on this machine."""
        found = interpolated(str(text))
        for name, place in self._names:
            found = found.replace(name, place)
        return found

    def environment(self, service: Mapping[str, Any]) -> dict[str, str]:
        """Return the environment of a service."""
        own = {name: self.here(value) for name, value in service["environment"].items()}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        kept = {"PATH": path, "HOME": str(self.folder), "PYTHONPATH": str(REPOSITORY)}
        return {**kept, **own, **self.settings}

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Start the command of a service."""
        service = SERVICES[name]
        command = [self.here(word) for word in service["command"]]
        log = self.folder / f"{name}.log"
        return start_child(command, log=log, environment=self.environment(service))

    def is_healthy(self, name: str) -> bool:
        """Run the health check of a service once."""
        kind, *test = SERVICES[name]["healthcheck"]["test"]
        words = [self.here(word) for word in test]
        command = words if kind == "CMD" else ["bash", "-c", *words]
        environment = self.environment(SERVICES[name]) if "command" in SERVICES[name] else None
        done = subprocess.run(
            command, env=environment, capture_output=True, timeout=120, check=False
        )
        return done.returncode == 0

    def wait_until_healthy(self, name: str, child: subprocess.Popen[bytes]) -> None:
        """Wait for a service's health check to pass."""
        deadline = time.monotonic() + LONGEST_SECONDS
        while not self.is_healthy(name):
            log = (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]
            assert child.poll() is None, f"{name} ended:\n{log}"
            assert time.monotonic() < deadline, f"{name} is not healthy:\n{log}"
            time.sleep(1)


@pytest.mark.parametrize("executor", ["LocalExecutor", "CeleryExecutor"])
def test_every_service_becomes_healthy(tmp_path: Path, executor: str) -> None:
    names: tuple[str, ...] = ALWAYS
    if executor == "CeleryExecutor":
        if shutil.which("redis-server") is None:
            pytest.skip("install redis-server with the system's packages")
        names = (*ALWAYS, "worker")
    with ExitStack() as stack:
        server = stack.enter_context(EmbeddedPostgres(tmp_path / "postgres", {}))
        with psycopg.connect(server.uri("postgres"), autocommit=True) as connection:
            connection.execute("create role tiktok superuser login password 'tiktok'")
        for database in ("warehouse", "airflow"):
            server.create_database(database)
        machine = Machine(tmp_path, server.port, AIRFLOW__CORE__EXECUTOR=executor)
        if executor == "CeleryExecutor":
            line = ["redis-server", "--port", str(machine.redis_port), "--save", ""]
            redis = start_child(line, log=tmp_path / "redis.log")
            stack.callback(stop_child, redis)
        for name in names:
            child = machine.start(name)
            stack.callback(stop_child, child)
            machine.wait_until_healthy(name, child)
        assert all(machine.is_healthy(name) for name in names)
