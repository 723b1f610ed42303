# ruff: noqa: INP001 - part of programs that are run by their path
"""An environment for a peer's own dependencies, beside ours and thrown away with its folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def install(folder: Path, package: str) -> bool:
    """Install *package* into ``folder/env``; False where the package index cannot be reached."""
    uv = shutil.which("uv") or "uv"
    python = str(folder / "env" / "bin" / "python")
    make = [uv, "venv", "--quiet", "--python", sys.executable, str(folder / "env")]
    fill = [uv, "pip", "install", "--quiet", "--python", python, package]
    return all(
        subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own commands
        for command in (make, fill)
    )
