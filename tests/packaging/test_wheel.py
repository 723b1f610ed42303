"""The wheel holds the provider and nothing else, and says what it offers."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_holds_only_the_provider(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/", 1)[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"airflow_provider_tiktok"}


def test_the_wheel_holds_every_sql_file(wheel: zipfile.ZipFile) -> None:
    package = REPOSITORY / "airflow_provider_tiktok"
    expected = {str(path.relative_to(REPOSITORY)) for path in package.rglob("*.sql")}
    assert expected
    assert expected <= set(wheel.namelist())


def test_the_wheel_announces_the_provider_to_airflow(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "[apache_airflow_provider]" in wheel.read(name).decode()


def test_the_lock_has_a_hash_for_everything_and_no_address() -> None:
    lock = (REPOSITORY / "requirements.lock").read_text()
    assert "://" not in lock
    requirements = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n", "", lock).strip())
    assert len(requirements) > 100
    without = [text.split()[0] for text in requirements if "--hash=sha256:" not in text]
    assert without == []


def test_every_dependency_has_its_line_of_reason() -> None:
    project = (REPOSITORY / "pyproject.toml").read_text()
    reasons = (REPOSITORY / "docs/decisions/0001-dependencies.md").read_text()
    lists = re.findall(r"(?ms)^(?:dependencies|dbt|celery|dev) = \[(.*?)\]$", project)
    names = {
        name
        for text in lists
        for name in re.findall(r'"([A-Za-z0-9-]+)(?:\[[a-z]+\])?(?:[><=,.0-9 ]*)"', text)
        if not name.startswith(("types-", "airflow-provider-tiktok"))
    }
    assert len(names) > 15
    assert {name for name in names if name not in reasons} == set()
