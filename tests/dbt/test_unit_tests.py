"""Models that compute have a unit test; the manifest has the metrics and the exposures."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.dbt.dbt_project import DbtProject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What takes more than reading a row to get right.
LOGIC = re.compile(
    r"\bcase\b|\bover\b|\bdistinct on\b|\bgroup by\b"
    r"|\b(nullif|greatest|least|sum|count|avg|min|max|bool_or|bool_and|row_number)\s*\("
    r"|\b(array|string|jsonb|jsonb_object)_agg\s*\(",
    re.IGNORECASE,
)
COMMENTS = re.compile(r"\{#.*?#\}|--[^\n]*", re.DOTALL)
# Macros that say which rows a run looks at, not what becomes of them: test_runs_after_runs.py.
ABOUT_RUNS = {"build_state.sql", "incremental.sql"}


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt wrote what it parsed; no warehouse is asked."""
    project = DbtProject("postgresql://nobody@127.0.0.1:1/none", tmp_path_factory.mktemp("parsed"))
    project.run("parse")
    return project.work / "target"


@pytest.fixture(scope="module")
def manifest(parsed: Path) -> dict[str, Any]:
    """What dbt knows of the project."""
    return json.loads((parsed / "manifest.json").read_text())


@pytest.fixture(scope="module")
def semantics(parsed: Path) -> dict[str, Any]:
    """What dbt's semantic layer knows of it."""
    return json.loads((parsed / "semantic_manifest.json").read_text())


def own_sql(manifest: dict[str, Any], node: dict[str, Any], key: str) -> Iterator[str]:
    """Yield a model's code and that of the project's macros it calls, of these in turn, too."""
    yield COMMENTS.sub("", node[key])
    for name in node["depends_on"]["macros"]:
        macro = manifest["macros"][name]
        file_name = macro["original_file_path"].rsplit("/", 1)[-1]
        if macro["package_name"] == "tiktok" and file_name not in ABOUT_RUNS:
            yield from own_sql(manifest, macro, "macro_sql")


def models_with_logic(manifest: dict[str, Any]) -> set[str]:
    """Return the names of the models whose code or macros compute something."""
    return {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and any(LOGIC.search(sql) for sql in own_sql(manifest, node, "raw_code"))
    }


def test_every_model_with_logic_has_a_unit_test(manifest: dict[str, Any]) -> None:
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    logic = models_with_logic(manifest)
    assert {"rpt_ad_roi_daily", "rpt_ad_group_spend_hourly"} <= logic, "its own, and a macro's"
    assert {"stg_tiktok__ads", "dim_advertisers"}.isdisjoint(logic)
    assert logic - tested == set()


@pytest.mark.parametrize(
    ("metric", "parts"),
    [
        ("roi", {"net_revenue", "spend"}),
        ("roas", {"gross_revenue", "spend"}),
        ("net_roas", {"net_revenue", "spend"}),
    ],
)
def test_roi_and_roas_are_metrics_of_their_sums(
    semantics: dict[str, Any], metric: str, parts: set[str]
) -> None:
    metrics = {one["name"]: one for one in semantics["metrics"]}
    params = metrics[metric]["type_params"]
    used = [*params["metrics"], params["numerator"], params["denominator"]]
    assert {one["name"] for one in used if one} == parts
    for part in parts:
        assert metrics[part]["type_params"]["measure"]["name"] == part


def test_the_metrics_read_the_report_of_roi(semantics: dict[str, Any]) -> None:
    [ad_roi] = semantics["semantic_models"]
    assert ad_roi["node_relation"]["alias"] == "rpt_ad_roi_daily"
    assert ad_roi["defaults"]["agg_time_dimension"] == "account_date"


def upstream(manifest: dict[str, Any], name: str) -> set[str]:
    """Return everything that is built before a model."""
    node = manifest["nodes"].get(name, {"depends_on": {"nodes": []}})
    above = {one for one in node["depends_on"]["nodes"] if one.startswith("model.")}
    return above.union(*(upstream(manifest, one) for one in above))


def test_what_a_run_is_about_is_known_before_the_model_that_asks(manifest: dict[str, Any]) -> None:
    """A scope is named in the config, where dbt sees no ref: both could run at once."""
    scopes = {
        name: f"model.tiktok.{node['config']['scope']['of']}"
        for name, node in manifest["nodes"].items()
        if isinstance(node["config"].get("scope"), dict)
        and node["config"]["scope"]["of"] != "late_rows"
    }
    assert len(scopes) > 5
    assert {name for name, of in scopes.items() if of not in upstream(manifest, name)} == set()


def test_exposures_say_who_reads_the_models(manifest: dict[str, Any]) -> None:
    readers = {one["name"]: one["depends_on"]["nodes"] for one in manifest["exposures"].values()}
    assert "model.tiktok.exp_tiktok__conversion_events" in readers["tiktok_events_delivery"]
    assert "model.tiktok.rpt_ad_roi_daily" in readers["roi_questions"]
