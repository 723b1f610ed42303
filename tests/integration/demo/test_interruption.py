"""Ctrl-C and kill leave no process of the demo behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


def _processes_that_name(folder: Path) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in command:
            found.append(command)
    return found


def _wait_until_none_names(folder: Path) -> list[str]:
    for _ in range(400):
        if not _processes_that_name(folder):
            break
        time.sleep(0.05)
    return _processes_that_name(folder)


@pytest.mark.parametrize(
    ("how", "exit_code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)],
    ids=["ctrl_c", "terminated", "killed"],
)
def test_nothing_is_left_running(tmp_path: Path, how: signal.Signals, exit_code: int) -> None:
    folder = tmp_path / "demo"
    # As in a terminal: a shell lets its background jobs ignore Ctrl-C, and they hand that on.
    command = ["env", "--default-signal=INT", sys.executable, "-m", "sandbox.demo", "run"]
    command += ["--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if line.startswith("Preparing"):
                break
        assert _processes_that_name(folder)
        time.sleep(0.5)  # let it get into the middle of what it prepares
        demo.send_signal(how)
        assert demo.wait(timeout=60) == exit_code
    assert _wait_until_none_names(folder) == []
