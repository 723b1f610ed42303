# ruff: noqa: INP001 - imported by programs that are run by their path
"""Keep the peaks of the memory that a program's processes take, and of a folder's disk."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self


@dataclass
class Peaks:
    """Peaks in bytes while it is entered: memory of this process's descendants, size of a folder.

    Memory is PSS (Linux: /proc/PID/smaps_rollup): what processes share, as PostgreSQL's buffers,
    counts once.
    """

    folder: Path
    every_seconds: float = 2.0
    memory: int = 0
    disk: int = 0
    _end: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(self.every_seconds):
            self.memory = max(self.memory, sum(map(proportional_memory, descendants(os.getpid()))))
            self.disk = max(self.disk, size_of(self.folder))


def descendants(pid: int) -> list[int]:
    """Return the ids of the processes that a process started, and that those started."""
    found = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in listed.read_text().split()]
        except OSError:
            continue  # the thread has ended
        for child in children:
            found += [child, *descendants(child)]
    return found


def proportional_memory(pid: int) -> int:
    """Return the bytes that a process takes, its part of what it shares included."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # it has ended
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def size_of(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(parent, name)).st_blocks * 512  # noqa: PTH116, PTH118 - a hot loop
            except OSError:
                continue  # a table's file that has just gone
    return total
