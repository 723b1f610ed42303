"""Start child processes that never outlive us."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PR_SET_PDEATHSIG = 1


def start_child(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
    pass_fds: Sequence[int] = (),
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start *command* in a session of its own, its words appended to *log*.

    Ctrl-C in the terminal reaches only us, so that we stop the children in order; if we are
    killed outright, Linux sends them *death_signal*.
    """
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - commands of our own, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=None if environment is None else dict(environment),
            user=user,
            pass_fds=pass_fds,
            start_new_session=True,
            preexec_fn=_DieWithParent(death_signal),  # noqa: PLW1509 - one prctl call, no locks
        )


def stop_child(
    child: subprocess.Popen[bytes],
    *,
    first: signal.Signals = signal.SIGTERM,
    seconds: float = 20,
) -> None:
    """End *child* and everything that it started: ask first, then insist."""
    for attempt in (first, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, attempt)
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            continue
        break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


class _DieWithParent:
    """The call between fork and exec that asks Linux to stop the child when we end."""

    def __init__(self, death_signal: signal.Signals) -> None:
        self._libc = ctypes.CDLL(None)  # loaded before the fork
        self._signal = int(death_signal)

    def __call__(self) -> None:
        self._libc.prctl(PR_SET_PDEATHSIG, self._signal)
