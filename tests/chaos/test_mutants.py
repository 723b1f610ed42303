"""The checks are worth something: the engine passes them, and each planted defect turns one red."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.mutants import MUTANTS, Mutant, red_checks
from tests.chaos.scenarios import SCENARIOS

if TYPE_CHECKING:
    from tests.chaos.servers import SandboxProcess

# The cheapest ones; `python -m tests.chaos.mutants` and `make chaos` plant all of them.
QUICK = ("no fencing token", "resend past 48 hours", "receipt before the answer")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_engine_passes_every_scenario(
    warehouse: str, sandbox_process: SandboxProcess, scenario: str
) -> None:
    assert red_checks(scenario, warehouse, sandbox_process) == {}


@pytest.mark.parametrize(
    "mutant",
    [
        pytest.param(mutant, marks=() if mutant.name in QUICK else pytest.mark.long)
        for mutant in MUTANTS
    ],
    ids=lambda mutant: mutant.name,
)
def test_a_planted_defect_is_found(
    warehouse: str, sandbox_process: SandboxProcess, mutant: Mutant
) -> None:
    assert mutant.check in red_checks(mutant.scenario, warehouse, sandbox_process, mutant.plant)
