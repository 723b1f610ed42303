"""docker-compose.yml describes every process, and shows itself only to this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

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


def test_compose_fits_the_compose_specification() -> None:
    """The schema is that of compose-spec/compose-spec (Apache 2.0), as it is published."""
    schema = json.loads((Path(__file__).parent / "schemas" / "compose-spec.json").read_text())
    found = validator_for(schema)(schema).iter_errors(yaml.safe_load(COMPOSE.read_text()))
    assert [f"{error.json_path}: {error.message}" for error in found] == []


def test_compose_tells_nobody_about_its_runs() -> None:
    for name, service in SERVICES.items():
        if service.get("image") == "airflow-provider-tiktok:demo" and service["environment"]:
            settings = service["environment"]
            assert settings["DO_NOT_TRACK"] == "1", name
            assert settings["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "False", name
