"""Persons are the connected components of the links, whatever the links look like."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.dbt.dbt_project import DbtProject

NAMES = st.integers(0, 40).map(lambda number: f"{'cev'[number % 3]}:{number}")
LINKS = st.lists(
    st.tuples(NAMES, NAMES).filter(lambda link: link[0] != link[1]), min_size=1, max_size=60
)


class Stitcher:
    """The query of int_persons_stitched upon links that a test writes down."""

    def __init__(self, connection: psycopg.Connection, query: str) -> None:
        self._connection = connection
        self._query = query
        connection.execute("create temporary table given_links (name text, linked_name text)")

    def persons(self, links: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Return the person of each name."""
        self._connection.execute("truncate given_links")
        with self._connection.cursor().copy("copy given_links from stdin") as copy:
            for link in links:
                copy.write_row(link)
        rows = self._connection.execute(self._query).fetchall()
        assert len(rows) == len({name for name, _ in rows}), "a name has two persons"
        return dict(rows)


@pytest.fixture(scope="module")
def stitcher(built_world: DbtProject) -> Iterator[Stitcher]:
    """The model's own SQL on a table of this module."""
    query = built_world.compiled_model("int_persons_stitched")
    relation = '"dbt_world"."analytics_intermediate"."int_person_links_unioned"'
    assert relation in query
    with psycopg.connect(built_world.uri, autocommit=True) as connection:
        yield Stitcher(connection, query.replace(relation, "given_links"))


def components(links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the smallest name of each name's connected component, by networkx."""
    return {
        name: min(component)
        for component in nx.connected_components(nx.Graph(list(links)))
        for name in component
    }


class LaterStitcher(Stitcher):
    """The query of a partial run, upon links that are new and the persons of the runs before."""

    def __init__(self, connection: psycopg.Connection, query: str) -> None:
        super().__init__(connection, query)
        connection.execute(
            "create temporary table known_persons (name text primary key, person_id text)"
        )

    def after_runs(self, increments: Iterable[Iterable[tuple[str, str]]]) -> dict[str, str]:
        """Return the person of each name after a run for each batch of links."""
        self._connection.execute("truncate known_persons")
        for links in increments:
            changed = self.persons(links)
            self._connection.cursor().executemany(
                "insert into known_persons values (%s, %s) "
                "on conflict (name) do update set person_id = excluded.person_id",
                list(changed.items()),
            )
        return dict(self._connection.execute("select * from known_persons").fetchall())


@pytest.fixture(scope="module")
def later_stitcher(built_world: DbtProject) -> Iterator[LaterStitcher]:
    """The SQL that a partial run of the model has just run, on tables of this module."""
    built_world.build_all("--select", "int_persons_stitched", "--exclude-resource-type", "test")
    query = built_world.last_run_of("int_persons_stitched")
    for model, table in (
        ("int_person_links_unioned", "given_links"),
        ("int_persons_stitched", "known_persons"),
    ):
        relation = f'"dbt_world"."analytics_intermediate"."{model}"'
        assert relation in query
        query = query.replace(relation, table)
    with psycopg.connect(built_world.uri, autocommit=True) as connection:
        yield LaterStitcher(connection, query)


@settings(max_examples=300)
@given(st.lists(LINKS, min_size=2, max_size=6))
def test_runs_that_join_persons_by_new_links_find_the_same_components(
    later_stitcher: LaterStitcher, increments: list[list[tuple[str, str]]]
) -> None:
    links = [link for increment in increments for link in increment]
    assert later_stitcher.after_runs(increments) == components(links)


def test_one_link_joins_two_persons_of_thousands_of_names(later_stitcher: LaterStitcher) -> None:
    chains = [
        list(pairwise(f"v:{side}{number:05}" for number in range(3000))) for side in ("a", "b")
    ]
    persons = later_stitcher.after_runs([*chains, [("v:b02999", "v:a01500")]])
    assert len(persons) == 6000
    assert set(persons.values()) == {"v:a00000"}


@settings(max_examples=1000)
@given(LINKS)
def test_persons_are_connected_components(stitcher: Stitcher, links: list[tuple[str, str]]) -> None:
    assert stitcher.persons(links) == components(links)


@pytest.mark.parametrize("order", [1, -1, 577], ids=["rising", "falling", "scattered"])
def test_a_chain_of_thousands_is_one_person(stitcher: Stitcher, order: int) -> None:
    names = [f"v:{number * order % 4099:05}" for number in range(4099)]
    chain = list(pairwise(names))
    assert set(stitcher.persons(chain).values()) == {min(names)}
