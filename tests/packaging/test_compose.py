"""docker-compose.yml describes every process, and shows itself only to this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

COMPOSE = Path(__file__).resolve().parents[2] / "docker-compose.yml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]


def test_compose_has_every_process_of_the_project() -> None:
    always = {name for name, service in SERVICES.items() if not service.get("profiles")}
    celery = {name for name, service in SERVICES.items() if service.get("profiles") == ["celery"]}
    assert always == {
        "postgres", "sandbox", "api-server", "scheduler", "dag-processor", "triggerer",
        "people",
    }  # fmt: skip
    assert celery == {"redis", "worker"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_has_a_health_check(name: str) -> None:
    test = SERVICES[name]["healthcheck"]["test"]
    assert test[0] in {"CMD", "CMD-SHELL"}
    assert len(test) > 1


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_listens_beyond_this_machine(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))
