"""Airflow for tests without its database: a home of its own, connections from the environment."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

# Airflow reads these when it is first imported, which is before any fixture.
if "AIRFLOW_HOME" not in os.environ:
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-home-")
    atexit.register(shutil.rmtree, os.environ["AIRFLOW_HOME"], ignore_errors=True)
os.environ.setdefault("AIRFLOW__CORE__LOAD_EXAMPLES", "False")


@pytest.fixture
def connect_as(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Define the Airflow connection tiktok_default by its extra."""

    def define(**extra: object) -> None:
        value = json.dumps({"conn_type": "tiktok", "extra": extra})
        monkeypatch.setenv("AIRFLOW_CONN_TIKTOK_DEFAULT", value)

    return define
