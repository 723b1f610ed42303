"""What an import notices about accounts and pixels, against the sandbox."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from airflow_provider_tiktok.hooks.account_import import import_accounts
from airflow_provider_tiktok.hooks.tiktok import TikTokHook
from airflow_provider_tiktok.warehouse.notices import notice_scopes, recent_notices

if TYPE_CHECKING:
    from sandbox.world import World
    from tests.dags.conftest import Stage

US, INDIA, EUROPE = "7000000000000000001", "7000000000000000002", "7000000000000000003"
PIXEL = "CUS00000000000000001"
TOKEN = "sandbox-access-token"  # noqa: S105 - the sandbox's public test credential


def notices(*, only_open: bool = False) -> list[tuple[str, str]]:
    with TikTokHook().connect_warehouse() as warehouse:
        found = recent_notices(warehouse, "tiktok_default")
    return sorted((one.kind, one.entity_id) for one in found if one.is_open or not only_open)


def do_import() -> None:
    with closing(TikTokHook()) as hook, hook.connect_warehouse() as warehouse:
        import_accounts(warehouse, hook.client, hook.settings)


@pytest.fixture(autouse=True)
def _at_the_end(stage: Stage, world: World) -> None:
    stage.at(world.end)


def test_the_first_import_is_no_news(stage: Stage) -> None:
    do_import()
    assert notices() == []


def test_accounts_and_pixels_that_come_and_go_are_told_once(stage: Stage) -> None:
    stage.sandbox.grant(TOKEN, advertiser_ids=[US, INDIA])
    do_import()
    stage.sandbox.grant(TOKEN, advertiser_ids=[US, EUROPE])
    for _ in range(2):
        do_import()
    gained = [("advertiser_gained", EUROPE), ("pixel_gained", "CEU00000000000000001")]
    assert notices() == sorted([*gained, ("advertiser_gone", INDIA)])
    assert notices(only_open=True) == [("advertiser_gone", INDIA)]
    stage.sandbox.grant(TOKEN, advertiser_ids=[US, INDIA, EUROPE])
    do_import()
    assert notices(only_open=True) == []
    assert stage.rows("select count(*) from tiktok_raw.advertisers") == [(3,)]


def test_another_time_zone_or_currency_is_told(stage: Stage) -> None:
    do_import()
    stage.write(
        "update tiktok_raw.advertisers set display_timezone = 'Asia/Tokyo', currency = 'JPY' "
        "where advertiser_id = '7000000000000000001'"
    )
    do_import()
    assert notices() == [("currency_changed", US), ("time_zone_changed", US)]


def test_a_pixel_that_went_quiet_is_told_until_it_speaks(stage: Stage, world: World) -> None:
    def send(days_ago: float, count: int) -> None:
        moment = int((world.end - timedelta(days=days_ago)).timestamp())
        stage.sandbox.browser_events(
            PIXEL,
            [
                {
                    "event": "ViewContent",
                    "event_id": f"{days_ago}-{number}",
                    "event_time": moment,
                    "user": {"ip": "192.0.2.1", "user_agent": "x"},
                    "page": {"url": "https://us.northwind.example/"},
                }
                for number in range(count)
            ],
        )

    send(4, 25)
    do_import()
    assert notices(only_open=True) == [("pixel_quiet", PIXEL)]
    send(0.1, 1)
    do_import()
    assert notices(only_open=True) == []


def test_a_lost_scope_is_told_until_it_is_back(stage: Stage) -> None:
    with TikTokHook().connect_warehouse() as warehouse:
        notice_scopes(warehouse, "tiktok_default", ["1", "4"], ["1"])
        assert notices(only_open=True) == [("scope_lost", "4")]
        notice_scopes(warehouse, "tiktok_default", ["1"], ["1", "4"])
        assert notices(only_open=True) == []
