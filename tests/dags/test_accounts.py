"""tiktok_accounts: what the token may see gets into the warehouse, and a refusal stays alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world import World

    from .conftest import Stage

GRANTED = ["7000000000000000001", "7000000000000000002", "7000000000000000003"]
NOT_GRANTED = "7000000000000000009"


def test_advertisers_pixels_and_ads_are_imported(stage: Stage, world: World) -> None:
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
    counts = run.results["import_accounts", -1]
    assert (counts["advertisers"], counts["pixels"]) == (3, 3)


def test_a_second_run_adds_nothing(imported: Stage, world: World) -> None:
    run = imported.run("tiktok_accounts", world.end)
    imports = [counts for (name, _), counts in run.results.items() if name.startswith("import_")]
    assert len(imports) == 4
    for counts in imports:
        assert {name: n for name, n in counts.items() if name.endswith("_added") and n} == {}


def test_an_advertiser_without_permission_is_named_and_the_others_are_imported(
    stage: Stage, world: World
) -> None:
    stage.connect_as(advertiser_ids=",".join([NOT_GRANTED, *GRANTED]))
    run = stage.run("tiktok_accounts", world.end)
    assert (run.state, run.states["import_accounts", -1]) == ("failed", "failed")
    assert stage.rows("select count(*) from tiktok_raw.advertisers") == [(3,)]
    assert stage.rows("select count(distinct advertiser_id) from tiktok_raw.ads") == [(3,)]
    assert f"Advertiser {NOT_GRANTED}: TikTok answered 40001" in run.log


def test_an_advertiser_id_that_cannot_exist_is_named_and_the_others_are_imported(
    stage: Stage, world: World
) -> None:
    stage.connect_as(advertiser_ids=f"{GRANTED[0]}, 70000000x")
    run = stage.run("tiktok_accounts", world.end)
    assert run.state == "failed"
    assert stage.rows("select advertiser_id from tiktok_raw.advertisers") == [(GRANTED[0],)]
    assert "Advertiser id '70000000x' is not a number." in run.log


def test_a_wrong_token_fails_at_once_and_says_who_must_do_what(stage: Stage, world: World) -> None:
    stage.connect_as(access_token="wrong-access-token")  # noqa: S106 - refused by the sandbox
    run = stage.run("tiktok_accounts", world.end)
    assert (run.state, run.states["import_accounts", -1]) == ("failed", "failed")
    assert "oauth2/advertiser/get/: TikTok answered 40105" in run.log
    assert "wrong-access-token" not in run.log
