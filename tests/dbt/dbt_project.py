"""Run the dbt project on a warehouse of a test, in this process."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg
from dbt.cli.main import dbtRunner

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[2] / "dbt_project"


class DbtFailedError(AssertionError):
    """dbt ended with an error; the message is what it said."""


@dataclass
class Outcome:
    """What one run of dbt did: status by node, and the words of what went wrong."""

    status: dict[str, str]
    messages: dict[str, str]

    def not_ok(self) -> dict[str, str]:
        """Return the nodes that did not pass, with their status."""
        return {
            name: status
            for name, status in self.status.items()
            if status not in {"success", "pass", "no-op"}
        }


@dataclass
class DbtProject:
    """The project on one warehouse; `variables` are dbt vars."""

    uri: str
    work: Path
    variables: dict[str, Any] = field(default_factory=dict)

    def build(self, *arguments: str) -> Outcome:
        """Run ``dbt build``; what fails is in the outcome."""
        return self._outcome(self.run("build", *arguments))

    def build_all(self, *arguments: str) -> Outcome:
        """Run ``dbt build`` and demand that all of it passes."""
        outcome = self.build(*arguments)
        assert not outcome.not_ok(), outcome.messages
        return outcome

    def compiled(self, expression: str) -> str:
        """Return the SQL that a Jinja expression becomes."""
        result = self.run("compile", "--inline", expression)
        return str(result.results[0].node.compiled_code)

    def compiled_model(self, name: str) -> str:
        """Return the SQL of a model."""
        result = self.run("compile", "--select", name)
        return str(result.results[0].node.compiled_code)

    def last_run_of(self, name: str) -> str:
        """Return the query of a model as the last build computed it."""
        [path] = (self.work / "target" / "compiled" / "tiktok" / "models").glob(f"*/{name}.sql")
        return path.read_text()

    def run(self, *arguments: str) -> Any:
        """Run dbt and return its own result; raises DbtFailedError when dbt could not start."""
        command = [
            *arguments,
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", str(self.work / "target"), "--log-path", str(self.work / "logs")),
            *("--vars", json.dumps(self.variables), "--quiet", "--no-use-colors"),
        ]
        with environment(self.uri):
            answer = dbtRunner().invoke(command)
        if answer.exception is not None:
            raise DbtFailedError(str(answer.exception))
        return answer.result

    def rows(self, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the warehouse."""
        with psycopg.connect(self.uri) as connection:
            return connection.execute(query, parameters).fetchall()

    @staticmethod
    def _outcome(result: Any) -> Outcome:
        results = {one.node.name: one for one in result.results}
        return Outcome(
            status={name: str(one.status) for name, one in results.items()},
            messages={
                name: str(one.message)
                for name, one in results.items()
                if str(one.status) not in {"success", "pass"}
            },
        )


@contextmanager
def environment(uri: str) -> Iterator[None]:
    """Let profiles.yml find a warehouse."""
    parts = urlsplit(uri)
    wanted = {
        "TIKTOK_WAREHOUSE_HOST": parts.hostname or "",
        "TIKTOK_WAREHOUSE_PORT": str(parts.port),
        "TIKTOK_WAREHOUSE_USER": parts.username or "",
        "TIKTOK_WAREHOUSE_PASSWORD": parts.password or "",
        "TIKTOK_WAREHOUSE_DBNAME": parts.path.lstrip("/"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
