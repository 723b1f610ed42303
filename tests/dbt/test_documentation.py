"""Every model and every column of it is described, and nothing is described that is not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.dbt.dbt_project import DbtProject

COLUMNS = """
select table_schema, table_name, column_name
from information_schema.columns where table_schema like 'analytics%'
"""


@pytest.fixture(scope="module")
def nodes(built_world: DbtProject) -> dict:
    """What dbt knows of each model."""
    manifest = json.loads((built_world.work / "target" / "manifest.json").read_text())
    return {
        (node["schema"], node["alias"]): node
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "seed"}
    }


def test_every_model_and_column_is_described(built_world: DbtProject, nodes: dict) -> None:
    there: dict = {}
    for schema, table, column in built_world.rows(COLUMNS):
        there.setdefault((schema, table), set()).add(column)
    silent = {
        (table, column)
        for (schema, table), columns in there.items()
        if (schema, table) in nodes
        for column in columns
        if not nodes[schema, table]["columns"].get(column, {}).get("description")
    }
    gone = {
        (node["name"], column)
        for key, node in nodes.items()
        for column in node["columns"]
        if key in there and column not in there[key]
    }
    assert silent == set()
    assert gone == set()
    assert [node["name"] for node in nodes.values() if not node["description"]] == []


def test_every_source_column_is_described(built_world: DbtProject) -> None:
    manifest = json.loads((built_world.work / "target" / "manifest.json").read_text())
    silent = [
        (source["name"], column["name"])
        for source in manifest["sources"].values()
        for column in source["columns"].values()
        if not column["description"]
    ]
    assert silent == []
    assert all(source["columns"] for source in manifest["sources"].values())
