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


@settings(max_examples=1000)
@given(LINKS)
def test_persons_are_connected_components(stitcher: Stitcher, links: list[tuple[str, str]]) -> None:
    assert stitcher.persons(links) == components(links)


@pytest.mark.parametrize("order", [1, -1, 577], ids=["rising", "falling", "scattered"])
def test_a_chain_of_thousands_is_one_person(stitcher: Stitcher, order: int) -> None:
    names = [f"v:{number * order % 4099:05}" for number in range(4099)]
    chain = list(pairwise(names))
    assert set(stitcher.persons(chain).values()) == {min(names)}
