"""Airflow reads the DAG files all day long, so reading them must be quick and reach nothing."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
FILES = sorted((REPOSITORY / "dags").glob("*.py"))


@pytest.fixture(scope="module")
def parsed() -> dict[str, dict[str, Any]]:
    """What became of each file, read where nothing outside can be reached."""
    program = [sys.executable, str(Path(__file__).with_name("parse_files.py"))]
    done = subprocess.run(
        [*program, str(REPOSITORY / "dags")], check=True, capture_output=True, text=True
    )
    results = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {result["file"]: result for result in results}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_file_reaches_nothing_while_it_is_read(
    parsed: dict[str, dict[str, Any]], file: Path
) -> None:
    assert parsed[file.name]["problem"] is None
    assert parsed[file.name]["dag_ids"] == [file.stem]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_file_takes_less_than_a_second_of_cpu(
    parsed: dict[str, dict[str, Any]], file: Path
) -> None:
    assert parsed[file.name]["seconds"] < 1.0


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_file_is_short_and_uses_public_names(file: Path) -> None:
    source = file.read_text()
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    names = [f"{node.module}.{alias.name}" for node in imports for alias in node.names]
    assert [name for name in names if "._" in name] == []
    assert len(source.splitlines()) <= 120
