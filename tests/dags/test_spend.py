"""tiktok_spend: every advertiser's hours get into the ledger, and one that fails stays alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from airflow.models.dagrun import DagRun

    from sandbox.world import World

    from .conftest import Stage

    Results = Callable[[DagRun], dict[tuple[str, int], tuple[str, Any]]]
GRANTED = ["7000000000000000001", "7000000000000000002", "7000000000000000003"]
LATEST = """
select advertiser_id, left(stat_time, 10), sum(spend)
from (
    select distinct on (advertiser_id, stat_time, entity_id) advertiser_id, stat_time, spend
    from tiktok_raw.spend_snapshots
    where data_level = 'AUCTION_AD' and time_dimension = 'stat_time_hour'
    order by advertiser_id, stat_time, entity_id, seq desc
) as latest
group by 1, 2
"""


@pytest.fixture
def imported(stage: Stage, world: World) -> Stage:
    """A stage whose accounts are imported."""
    assert stage.run("tiktok_accounts", world.end).state == "success"
    return stage


def truth(world: World) -> dict[tuple[str, str], Decimal]:
    """What the world says each advertiser spent on each local day, as known at its end."""
    spent: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    days = {"start_date": world.start.date() - timedelta(days=40), "end_date": world.end.date()}
    for advertiser in world.advertisers:
        for cell in world.report_cells(advertiser.advertiser_id, **days, at=world.end):
            spent[advertiser.advertiser_id, cell.stat_time_hour[:10]] += cell.spend
    return spent


def test_the_ledger_holds_what_tiktok_charged(imported: Stage, world: World) -> None:
    assert imported.run("tiktok_spend", world.end).state == "success"
    found = {(advertiser_id, day): spend for advertiser_id, day, spend in imported.rows(LATEST)}
    assert {advertiser_id for advertiser_id, _ in found} == set(GRANTED)
    assert found == {key: spend for key, spend in truth(world).items() if key[0] in GRANTED}


def test_a_second_run_of_the_same_hour_changes_nothing(
    imported: Stage, world: World, task_results: Results
) -> None:
    imported.run("tiktok_spend", world.end)
    before = imported.rows("select count(*) from tiktok_raw.spend_snapshots")
    run = imported.run("tiktok_spend", world.end)
    assert imported.rows("select count(*) from tiktok_raw.spend_snapshots") == before
    states = {key: state for key, (state, _) in task_results(run).items()}
    assert [states["pull_spend", number] for number in range(3)] == ["success"] * 3


def test_a_lost_permission_fails_its_own_task_and_the_others_are_published(
    imported: Stage, world: World, task_results: Results, read_log: Callable[[], str]
) -> None:
    imported.write(
        "insert into tiktok_raw.advertisers "
        "(advertiser_id, connection_id, display_timezone, currency) values (%s, %s, %s, %s)",
        "7000000000000000009", "tiktok_default", "UTC", "USD",
    )  # fmt: skip
    run = imported.run("tiktok_spend", world.end)
    states = {key: state for key, (state, _) in task_results(run).items()}
    assert run.state == "failed"
    assert [states["pull_spend", number] for number in range(4)] == [*["success"] * 3, "failed"]
    assert states["publish", -1] == "success"
    assert states["fail_run", -1] == "failed"
    assert "report/integrated/get/: TikTok answered 40001" in read_log()


def test_a_run_says_so_when_no_account_was_imported(
    stage: Stage, world: World, read_log: Callable[[], str]
) -> None:
    assert stage.run("tiktok_spend", world.end).state == "failed"
    assert "Run the DAG tiktok_accounts first" in read_log()


def test_a_warehouse_without_tables_is_told_to_run_init(
    stage: Stage, world: World, read_log: Callable[[], str]
) -> None:
    stage.write("drop schema tiktok_raw cascade")
    assert stage.run("tiktok_spend", world.end).state == "failed"
    assert "Run `airflow tiktok init` once" in read_log()


def test_hours_that_were_missed_come_with_the_next_run(imported: Stage, world: World) -> None:
    imported.run("tiktok_spend", world.end - timedelta(days=6))
    imported.run("tiktok_spend", world.end)
    days: dict[str, set[date]] = defaultdict(set)
    query = """
    select advertiser_id, start_date from tiktok_raw.report_pulls
    where time_dimension = 'stat_time_hour' and is_complete
    """
    for advertiser_id, day in imported.rows(query):
        days[advertiser_id].add(day)
    assert set(days) == set(GRANTED)
    for read in days.values():
        assert max(read) - min(read) == timedelta(days=len(read) - 1)
