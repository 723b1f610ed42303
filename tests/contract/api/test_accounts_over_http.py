"""Accounts as the sandbox serves them: everything is found, the hidden things too."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from airflow_provider_tiktok.api.accounts import (
    advertiser_info,
    list_ad_groups,
    list_ads,
    list_advertisers,
    list_campaigns,
    list_pixels,
    pixel_event_stats,
    user_info,
)
from airflow_provider_tiktok.api.errors import TikTokConfigurationError
from airflow_provider_tiktok.api.events import track
from sandbox.server import APP_ID, APP_SECRET
from tests.contract.api.bench import GRANTED, INDIA, NOT_GRANTED, US, US_PIXEL, Bench
from tests.contract.api.events_data import event

if TYPE_CHECKING:
    from sandbox.world import World


def test_the_advertisers_of_the_grant_are_listed(bench: Bench) -> None:
    listing = list_advertisers(bench.client, APP_ID, APP_SECRET)
    assert [one.advertiser_id for one in listing] == GRANTED
    assert listing.is_complete


def test_a_wrong_secret_is_a_setting_and_does_not_show(bench: Bench) -> None:
    with pytest.raises(TikTokConfigurationError, match="app secret of the connection") as caught:
        list_advertisers(bench.client, APP_ID, "wrong-s3cret")
    assert "wrong-s3cret" not in str(caught.value)


def test_currencies_and_time_zones_come_with_the_advertisers(bench: Bench) -> None:
    listing = advertiser_info(bench.client, GRANTED)
    found = {one.advertiser_id: (one.currency, one.display_timezone) for one in listing}
    assert found == {
        GRANTED[0]: ("USD", "America/New_York"),
        GRANTED[1]: ("INR", "Asia/Kolkata"),
        GRANTED[2]: ("EUR", "Europe/Berlin"),
    }
    json.dumps([one.raw for one in listing])


def test_an_advertiser_without_permission_does_not_hide_the_others(bench: Bench) -> None:
    listing = advertiser_info(bench.client, [US, NOT_GRANTED, INDIA])
    assert {one.advertiser_id for one in listing} == {US, INDIA}
    assert listing.refused[NOT_GRANTED].code == 40001
    assert NOT_GRANTED in listing.refused[NOT_GRANTED].message


def test_pixels_campaigns_ad_groups_and_ads_are_those_of_the_world(
    bench: Bench, world: World
) -> None:
    pixels = list_pixels(bench.client, US)
    assert [pixel.pixel_code for pixel in pixels] == [US_PIXEL]
    for listed, truth, name in (
        (list_campaigns(bench.client, US), world.campaigns, "campaign_id"),
        (list_ad_groups(bench.client, US), world.ad_groups, "adgroup_id"),
        (list_ads(bench.client, US), world.ads, "ad_id"),
    ):
        expected = {getattr(one, name) for one in truth if one.advertiser_id == US}
        assert {getattr(one, name) for one in listed} == expected
        assert listed.is_complete
        json.dumps([one.raw for one in listed])


@pytest.mark.parametrize("smart_plus", ["shown", "hidden"])
@pytest.mark.parametrize("advertiser_id", GRANTED)
def test_deleted_promoted_top_view_and_smart_plus_are_all_listed(
    advertiser_id: str, smart_plus: str, bench: Bench, world: World
) -> None:
    bench.sandbox.switch(smart_plus_in_lists=smart_plus)
    for list_objects, truth, name in (
        (list_campaigns, world.campaigns, "campaign_id"),
        (list_ad_groups, world.ad_groups, "adgroup_id"),
        (list_ads, world.ads, "ad_id"),
    ):
        listing = list_objects(bench.client, advertiser_id)
        expected = {getattr(one, name) for one in truth if one.advertiser_id == advertiser_id}
        assert {getattr(one, name) for one in listing} == expected
        assert listing.is_complete


def test_a_deleted_ad_is_listed(bench: Bench) -> None:
    statuses = {
        ad.secondary_status for advertiser in GRANTED for ad in list_ads(bench.client, advertiser)
    }
    assert any(str(status).endswith("_DELETE") for status in statuses)


def test_the_person_behind_the_token_is_known(bench: Bench) -> None:
    assert user_info(bench.client).core_user_id


def test_counted_events_can_be_compared_with_what_was_sent(bench: Bench) -> None:
    data = [event(f"ord_{number}") for number in range(3)]
    assert track(
        bench.client, event_source="web", event_source_id=US_PIXEL, data=[*data, data[0]]
    ).is_success
    (pixel,) = list_pixels(bench.client, US)
    day = date(2026, 11, 2)
    (count,) = pixel_event_stats(bench.client, US, [pixel.pixel_id], day, day)
    assert (count.event, count.server_count) == ("CompletePayment", 3)
