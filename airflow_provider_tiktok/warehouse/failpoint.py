"""Points at which a test may kill this process, to prove that nothing is lost there.

Does nothing unless the environment variable TIKTOK_FAILPOINT names a point as `name:n`: then the
n-th pass through it ends the process at once, as a power cut would.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

_passed: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """End the process here if a test asked for it."""
    wanted, _, count = os.environ.get("TIKTOK_FAILPOINT", "").partition(":")
    if name != wanted:
        return
    _passed[name] += 1
    if _passed[name] >= int(count or "1"):
        os.kill(os.getpid(), signal.SIGKILL)
