"""A real Chromium, Airflow's real API server, and the sandbox in TikTok's place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.demo.__main__ import SEED, prepare
from sandbox.demo.stage import set_stage
from sandbox.demo.ui import api_server, live_world
from tests.browser.chromium import HOW_TO_INSTALL, chromium, is_installed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.demo.stage import Stage
    from tests.browser.chromium import Browser

PICTURES = Path(__file__).parent / "pictures"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """What `make ui` sets up, short of the scheduler."""
    if not is_installed():
        pytest.skip(f"There is no Chromium. {HOW_TO_INSTALL}")
    around_today = live_world(SEED, datetime.now(UTC))
    folder = tmp_path_factory.mktemp("browser")
    with set_stage(folder, *around_today.options()) as stage:
        prepare(stage)
        stage.set_clock(datetime.now(UTC), offset=timedelta(0))
        yield stage


@pytest.fixture(scope="session")
def airflow(demo: Stage) -> Iterator[str]:
    """The address of Airflow's web UI."""
    with api_server(demo) as url:
        yield url


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """A window of its own for each test."""
    PICTURES.mkdir(exist_ok=True)
    with chromium(tmp_path, PICTURES) as window:
        yield window
