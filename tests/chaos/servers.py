"""The sandbox as a process of its own that can be killed and comes back on the same port."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.postgres import free_port
from sandbox.processes import start_child
from sandbox.server.control_client import SandboxControl
from tests.chaos.waiting import wait_until

if TYPE_CHECKING:
    import subprocess
    from datetime import datetime
    from pathlib import Path

    from tests.chaos.plan import Plan


@dataclass
class SandboxProcess:
    """`python -m sandbox` whose log of accepted events outlives it."""

    folder: Path
    port: int = field(default_factory=free_port)
    starts: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def truth_log(self) -> Path:
        """The file with everything it accepted."""
        return self.folder / "truth.jsonl"

    @property
    def control(self) -> SandboxControl:
        """Its control endpoints."""
        return SandboxControl(self.url)

    def start(self, now: datetime, plan: Plan | None = None) -> None:
        """Start it with its clock at `now`, and with the plan's faults; return when it answers."""
        command = [
            *(sys.executable, "-m", "sandbox", "--port", str(self.port), "--now", now.isoformat()),
            *("--truth-log", str(self.truth_log), "--switch", "timeout_penalties=false"),
        ]
        self._process = start_child(command, log=self.folder / "sandbox.log")
        wait_until(self._answers, 60, "the sandbox answers")
        self.starts += 1
        if plan is not None:
            self.control._call(
                "POST", "faults", {"faults": plan.fault_rules(plan.seed + 31 * self.starts)}
            )

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"see {self.folder / 'sandbox.log'}"
        try:
            return bool(self.control.state())
        except OSError:
            return False
