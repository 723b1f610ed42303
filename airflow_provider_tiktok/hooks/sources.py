"""Compare the tables that the dbt project reads with those in the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow.sdk.yaml import safe_load
from jinja2.sandbox import SandboxedEnvironment

from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.warehouse.status import columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import psycopg

# The models that hold the events to send; the dbt project builds them as views.
CONVERSIONS = "analytics.exp_tiktok__conversion_events"
REFUNDS = "analytics.exp_tiktok__refund_events"
# These the provider makes itself: `airflow tiktok init`.
OWN_SCHEMAS = frozenset({"tiktok_raw", "tiktok_ops"})


@dataclass(frozen=True)
class SourceTable:
    """A table that the user brings, and the columns that the models need."""

    schema: str
    table: str
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """Schema and table, as in SQL."""
        return f"{self.schema}.{self.table}"


def source_tables(project: Path) -> list[SourceTable]:
    """Return the tables that the sources of a dbt project name, the user's own only.

    Schemas and names may hold dbt's ``var()``; its value comes from ``dbt_project.yml``, and so
    does the list ``missing_sources`` of tables that the user does not have.

    :raises SettingsError: there is no dbt project.
    """
    configuration = project / "dbt_project.yml"
    if not configuration.is_file():
        raise SettingsError(
            f"There is no dbt project at {project}. Set [tiktok] dbt_project to its folder.",
        )
    settings = safe_load(configuration.read_text(encoding="utf-8")) or {}
    variables = _variables(settings)
    found = [
        table
        for path in sorted((project / "models").rglob("*.yml"))
        for source in (safe_load(path.read_text(encoding="utf-8")) or {}).get("sources") or ()
        for table in _tables(source, variables)
    ]
    return [table for table in found if table.schema not in OWN_SCHEMAS]


def missing_sources(warehouse: psycopg.Connection[Any], project: Path) -> list[str]:
    """Return one sentence for each source table that is missing or lacks columns."""
    problems = []
    for table in source_tables(project):
        there = columns(warehouse, table.schema, table.table)
        lacking = [name for name in table.columns if name not in there]
        if not there:
            problems.append(
                f"Source table {table.name} does not exist, or the warehouse's login may not read "
                "it. Create it or grant select on it, point its dbt var at where it is, or, when "
                "you have no such data, add it to the dbt var missing_sources."
            )
        elif lacking:
            problems.append(
                f"Source table {table.name} has no column {', '.join(lacking)}. Add it (it may be "
                "empty), or read from a view that has it."
            )
    return problems


def _tables(source: Mapping[str, Any], variables: Mapping[str, Any]) -> Iterator[SourceTable]:
    schema = _rendered(source.get("schema") or source["name"], variables)
    absent = variables.get("missing_sources") or ()
    needed_with = ((source.get("config") or {}).get("meta") or {}).get("needed_with")
    if needed_with and not variables.get(needed_with):
        return
    for table in source.get("tables") or ():
        if f"{source['name']}.{table['name']}" in absent:
            continue
        name = _rendered(table.get("identifier") or table["name"], variables)
        needed = [column["name"] for column in table.get("columns") or ()]
        yield SourceTable(schema, name, tuple(needed))


def _rendered(text: str, variables: Mapping[str, Any]) -> str:
    def var(name: str, default: object = "") -> object:
        return variables.get(name, default)

    return SandboxedEnvironment().from_string(text).render(var=var).strip()


def _variables(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the project's vars; dbt allows them at the top and under the project's name."""
    given = dict(settings.get("vars") or {})
    return given | dict(given.get(settings.get("name")) or {})
