"""tiktok_spend: every advertiser's hours get into the ledger, and one that fails stays alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .conftest import load_dag

if TYPE_CHECKING:
    import pytest

    from sandbox.world import World

    from .conftest import Stage

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


def truth(world: World) -> dict[tuple[str, str], Decimal]:
    """What the world says each advertiser spent on each local day, as known at its end."""
    spent: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    days = {"start_date": world.start.date() - timedelta(days=40), "end_date": world.end.date()}
    for advertiser_id in GRANTED:
        for cell in world.report_cells(advertiser_id, **days, at=world.end):
            spent[advertiser_id, cell.stat_time_hour[:10]] += cell.spend
    return spent


def test_the_ledger_holds_what_tiktok_charged(built: Stage, world: World) -> None:
    found = {(advertiser_id, day): spend for advertiser_id, day, spend in built.rows(LATEST)}
    assert {advertiser_id for advertiser_id, _ in found} == set(GRANTED)
    assert found == truth(world)


def test_a_second_run_of_the_same_hour_changes_nothing(built: Stage, world: World) -> None:
    before = built.rows("select count(*) from tiktok_raw.spend_snapshots")
    run = built.run("tiktok_spend", world.end)
    assert built.rows("select count(*) from tiktok_raw.spend_snapshots") == before
    assert [run.states["pull_spend", number] for number in range(3)] == ["success"] * 3


def test_a_lost_permission_fails_its_own_task_and_the_others_are_published(
    built: Stage, world: World
) -> None:
    built.write(
        "insert into tiktok_raw.advertisers "
        "(advertiser_id, connection_id, display_timezone, currency) values (%s, %s, %s, %s)",
        "7000000000000000009", "tiktok_default", "UTC", "USD",
    )  # fmt: skip
    run = built.run("tiktok_spend", world.end)
    assert run.state == "failed"
    pulls = [run.states["pull_spend", number] for number in range(4)]
    assert pulls == [*["success"] * 3, "failed"]
    assert run.states["publish", -1] == "success"
    assert run.states["fail_run", -1] == "failed"
    assert "report/integrated/get/: TikTok answered 40001" in run.log


def test_a_run_says_so_when_no_account_was_imported(stage: Stage, world: World) -> None:
    run = stage.run("tiktok_spend", world.end)
    assert run.state == "failed"
    assert "Run the DAG tiktok_accounts first" in run.log


def test_a_warehouse_without_tables_is_told_to_run_init(stage: Stage, world: World) -> None:
    stage.write("drop schema tiktok_raw cascade")
    run = stage.run("tiktok_spend", world.end)
    assert run.state == "failed"
    assert "Run `airflow tiktok init` once" in run.log


def test_hours_that_were_missed_come_with_the_next_run(imported: Stage, world: World) -> None:
    imported.run("tiktok_spend", world.end - timedelta(days=2))
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
        assert max(read) >= world.end.date() - timedelta(days=1)
        assert max(read) - min(read) == timedelta(days=len(read) - 1)


def test_an_hour_of_spend_has_a_deadline_that_a_setting_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert [alert.interval for alert in deadlines_of("tiktok_spend")] == [timedelta(minutes=45)]
    monkeypatch.setenv("AIRFLOW__TIKTOK__SPEND_DEADLINE_MINUTES", "90")
    assert [alert.interval for alert in deadlines_of("tiktok_spend")] == [timedelta(minutes=90)]
    monkeypatch.setenv("AIRFLOW__TIKTOK__SPEND_DEADLINE_MINUTES", "0")
    assert deadlines_of("tiktok_spend") == []


def deadlines_of(dag_id: str) -> list[Any]:
    deadline = load_dag(dag_id).deadline
    return deadline if isinstance(deadline, list) else [deadline] if deadline else []
