# ruff: noqa: INP001 - part of programs that are run by their path
"""drt-core 1.2.1 in an environment of its own, with its generic REST destination in batch mode.

It is given the finished JSON of every event, so it neither hashes nor builds anything.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from delivery_rows import PIXEL
from peer_environment import install

from sandbox.server import STATIC_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PACKAGE = "drt-core[duckdb]==1.2.1"
TEMPLATE = (
    '{"event_source":"web","event_source_id":"' + PIXEL + '","data":['
    "{% for row in rows %}{{ row.payload }}{% if not loop.last %},{% endif %}{% endfor %}]}"
)


@dataclass(frozen=True)
class Peer:
    """drt, ready to run. `said` is what its last run says it delivered."""

    folder: Path

    @classmethod
    def build(cls, folder: Path) -> Peer | None:
        """Install drt; None where the package index cannot be reached."""
        if not install(folder, PACKAGE):
            return None
        return cls(folder)

    def prepare(self, url: str, payloads: list[str]) -> None:
        """Write the project and the rows."""
        for path in ("syncs", "home/.drt"):
            (self.folder / path).mkdir(parents=True, exist_ok=True)
        database = self.folder / "events.duckdb"
        database.unlink(missing_ok=True)
        sync = {
            "name": "events",
            "model": "select payload from events",
            "destination": {
                "type": "rest_api",
                "url": f"{url}/open_api/v1.3/event/track/",
                "headers": {"Content-Type": "application/json", "Access-Token": STATIC_TOKEN},
                "body_mode": "batch",
                "batch_template": TEMPLATE,
                "rate_limit": {"requests_per_second": 1_000_000},
            },
            "sync": {"mode": "full", "batch_size": 1_000, "on_error": "skip"},
        }
        profile = {"default": {"type": "duckdb", "database": str(database)}}
        project = {"name": "bench", "version": "0.1", "profile": "default"}
        # JSON is YAML.
        (self.folder / "drt_project.yml").write_text(json.dumps(project))
        (self.folder / "syncs" / "events.yml").write_text(json.dumps(sync))
        (self.folder / "home" / ".drt" / "profiles.yml").write_text(json.dumps(profile))
        (self.folder / "payloads.json").write_text("\n".join(payloads))
        load = (
            "import duckdb; connection = duckdb.connect('events.duckdb'); "
            "connection.execute(\"create table events as select * from read_csv('payloads.json', "
            "columns = {'payload': 'varchar'}, delim = '\\x01', quote = '', escape = '', "
            'header = false)")'
        )
        self._call([str(self.folder / "env" / "bin" / "python"), "-c", load])

    def run(self) -> tuple[int, float]:
        """Run the sync; return how many events it says it delivered, and the seconds it says."""
        process = self.start()
        answer = process.communicate()[0]
        sync = json.loads(answer[answer.index("{") :])["syncs"][0]
        return sync["rows_synced"], sync["duration_seconds"]

    def start(self) -> subprocess.Popen[str]:
        """Start the sync."""
        command = [str(self.folder / "env" / "bin" / "drt"), "run", "--output", "json"]
        return subprocess.Popen(  # noqa: S603 - our own command
            command,
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run_and_kill(self, is_time: Callable[[], bool]) -> None:
        """Start the sync and end it, as a power cut would, when it is time."""
        process = self.start()
        while not is_time() and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def _call(self, command: list[str]) -> None:
        subprocess.run(command, cwd=self.folder, env=self._environment(), check=True)  # noqa: S603 - our own command

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.folder / "home"), "DO_NOT_TRACK": "1"}
