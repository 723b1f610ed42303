"""tiktok_accounts: what the token may see gets into the warehouse, and a refusal stays alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from airflow.models.dagrun import DagRun

    from sandbox.world import World

    from .conftest import Stage

    Results = Callable[[DagRun], dict[tuple[str, int], tuple[str, Any]]]

GRANTED = ["7000000000000000001", "7000000000000000002", "7000000000000000003"]
NOT_GRANTED = "7000000000000000009"


def test_advertisers_pixels_and_ads_are_imported(
    stage: Stage, world: World, task_results: Results
) -> None:
    run = stage.run("tiktok_accounts", world.end)
    assert run.state == "success"
    assert stage.rows(
        "select advertiser_id, display_timezone, currency from tiktok_raw.advertisers order by 1"
    ) == [
        (advertiser.advertiser_id, advertiser.display_timezone, advertiser.currency)
        for advertiser in world.advertisers
        if advertiser.advertiser_id in GRANTED
    ]
    assert stage.rows("select count(*) from tiktok_raw.pixels") == [(3,)]
    assert stage.rows("select count(*) > 0 from tiktok_raw.ads") == [(True,)]
    state, counts = task_results(run)["import_accounts", -1]
    assert (state, counts["advertisers"], counts["pixels"]) == ("success", 3, 3)


def test_a_second_run_adds_nothing(stage: Stage, world: World, task_results: Results) -> None:
    stage.run("tiktok_accounts", world.end)
    run = stage.run("tiktok_accounts", world.end)
    for (task_id, _), (_, counts) in task_results(run).items():
        if task_id.startswith("import_"):
            assert {name: n for name, n in counts.items() if name.endswith("_added") and n} == {}


def test_an_advertiser_without_permission_is_named_and_the_others_are_imported(
    stage: Stage, world: World, task_results: Results, read_log: Callable[[], str]
) -> None:
    stage.connect_as(advertiser_ids=",".join([NOT_GRANTED, *GRANTED]))
    run = stage.run("tiktok_accounts", world.end)
    assert run.state == "failed"
    results = task_results(run)
    assert results["import_accounts", -1][0] == "failed"
    assert stage.rows("select count(*) from tiktok_raw.advertisers") == [(3,)]
    assert stage.rows("select count(distinct advertiser_id) from tiktok_raw.ads") == [(3,)]
    assert f"Advertiser {NOT_GRANTED}: TikTok answered 40001" in read_log()


def test_an_advertiser_id_that_cannot_exist_is_named_and_the_others_are_imported(
    stage: Stage, world: World, read_log: Callable[[], str]
) -> None:
    stage.connect_as(advertiser_ids=f"{GRANTED[0]}, 70000000x")
    assert stage.run("tiktok_accounts", world.end).state == "failed"
    assert stage.rows("select advertiser_id from tiktok_raw.advertisers") == [(GRANTED[0],)]
    assert "Advertiser id '70000000x' is not a number." in read_log()


def test_a_wrong_token_fails_at_once_and_says_who_must_do_what(
    stage: Stage, world: World, task_results: Results, read_log: Callable[[], str]
) -> None:
    stage.connect_as(access_token="wrong-access-token")  # noqa: S106 - refused by the sandbox
    run = stage.run("tiktok_accounts", world.end)
    assert run.state == "failed"
    assert task_results(run)["import_accounts", -1][0] == "failed"
    log = read_log()
    assert "oauth2/advertiser/get/: TikTok answered 40105" in log
    assert "wrong-access-token" not in log
