"""Every cell of the fault matrix comes to what it promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.server import RunningSandbox, start_server
from sandbox.server.fault_kinds import KINDS
from tests.contract.api.bench import NOW
from tests.contract.api.fault_matrix import CELLS, ROWS, Row, expected, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.world import World


@pytest.fixture(scope="module")
def stormy(world: World) -> Iterator[RunningSandbox]:
    """One sandbox for all cells; each cell resets it."""
    with start_server(world, clock_speed=0.0, now=NOW) as sandbox:
        yield sandbox


@pytest.mark.parametrize(("row", "area"), CELLS, ids=[f"{row.kind}-{area}" for row, area in CELLS])
def test_a_fault_ends_as_promised(
    row: Row, area: str, stormy: RunningSandbox, tmp_path: Path
) -> None:
    assert run(row, area, stormy, tmp_path) == expected(row, area)


def test_every_kind_that_a_server_can_cause_has_a_row() -> None:
    assert {row.kind for row in ROWS} == {*KINDS, "T01", "T02", "T03", "T04"}
