"""Points at which a test may kill this process, to prove that nothing is lost there.

Does nothing unless the environment variable TIKTOK_FAILPOINT names a point as `name:n`: then the
n-th pass through it ends the process at once, as a power cut would.
"""

from __future__ import annotations

import os
import signal

_NAME, _, _COUNT = os.environ.get("TIKTOK_FAILPOINT", "").partition(":")
_left = {_NAME: int(_COUNT or "1")} if _NAME else {}


def failpoint(name: str) -> None:
    """End the process here if a test asked for it."""
    if name not in _left:
        return
    _left[name] -= 1
    if _left[name] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
