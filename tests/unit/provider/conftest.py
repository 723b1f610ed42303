"""Airflow for tests without its database: a home of its own, connections from the environment."""

from __future__ import annotations

import json
import os
import tempfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

# Airflow reads these when it is first imported, which is before any fixture.
os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))
os.environ.setdefault("AIRFLOW__CORE__LOAD_EXAMPLES", "False")


@pytest.fixture
def connect_as(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Define the Airflow connection tiktok_default by its extra."""

    def define(**extra: object) -> None:
        value = json.dumps({"conn_type": "tiktok", "extra": extra})
        monkeypatch.setenv("AIRFLOW_CONN_TIKTOK_DEFAULT", value)

    return define
