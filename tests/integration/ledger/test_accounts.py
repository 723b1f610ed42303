"""An import keeps what TikTok says now, remembers what it said before, and deletes nothing."""

from __future__ import annotations

import pytest

from airflow_provider_tiktok.api.accounts import Advertiser as ImportedAdvertiser
from airflow_provider_tiktok.warehouse.accounts import (
    enable_advertiser,
    enable_pixel,
    enabled_advertisers,
    enabled_pixels,
    save_ad_groups,
    save_ads,
    save_advertisers,
    save_campaigns,
    save_pixels,
)
from airflow_provider_tiktok.warehouse.accounts_save import Change
from airflow_provider_tiktok.warehouse.database import WarehouseError, connect

US = "7000000000000000001"
INDIA = "7000000000000000002"


def account(advertiser_id, **fields):
    return {
        "advertiser_id": advertiser_id,
        "name": f"Northwind {advertiser_id[-1]}",
        "display_timezone": "America/New_York",
        "timezone": "Etc/GMT+5",
        "currency": "USD",
        "email": "planted@example.com",
        "contacter": "Planted Person",
    } | fields


@pytest.fixture
def connection(warehouse):
    with connect(warehouse) as opened:
        save_advertisers(opened, "tiktok", [account(US), account(INDIA)])
        yield opened


def ids(entities):
    return [entity.advertiser_id for entity in entities]


def test_a_first_import_is_all_new(warehouse):
    with connect(warehouse) as connection:
        result = save_advertisers(connection, "tiktok", [account(US), account(INDIA)])

        assert (result.seen, result.added, result.missing, result.changes) == (2, 2, 0, ())
        assert ids(enabled_advertisers(connection, "tiktok")) == [US, INDIA]


def test_the_same_import_again_changes_nothing(connection):
    result = save_advertisers(connection, "tiktok", [account(US), account(INDIA)])

    assert (result.added, result.missing, result.changes) == (0, 0, ())


def test_a_changed_time_zone_or_currency_is_told_and_logged(connection):
    changed = account(INDIA, display_timezone="Asia/Kolkata", currency="INR")

    result = save_advertisers(connection, "tiktok", [account(US), changed])

    assert result.changes == (
        Change(INDIA, "currency", "USD", "INR"),
        Change(INDIA, "display_timezone", "America/New_York", "Asia/Kolkata"),
    )
    logged = connection.execute(
        "select entity_kind, entity_id, field, old_value, new_value "
        "from tiktok_raw.dimension_changes order by change_id"
    ).fetchall()
    assert sorted(logged) == [
        ("advertiser", INDIA, "currency", "USD", "INR"),
        ("advertiser", INDIA, "display_timezone", "America/New_York", "Asia/Kolkata"),
    ]


def test_an_account_that_left_the_grant_is_marked_and_comes_back(connection):
    result = save_advertisers(connection, "tiktok", [account(US)])

    assert (result.missing, result.changes) == (
        1,
        (Change(INDIA, "presence", "present", "missing"),),
    )
    assert ids(enabled_advertisers(connection, "tiktok")) == [US]
    back = save_advertisers(connection, "tiktok", [account(US), account(INDIA)])
    assert back.changes == (Change(INDIA, "presence", "missing", "present"),)
    assert ids(enabled_advertisers(connection, "tiktok")) == [US, INDIA]


def test_an_incomplete_import_marks_nothing_missing(connection):
    assert save_advertisers(connection, "tiktok", [account(US)], is_complete=False).missing == 0


def test_a_field_that_is_not_sent_keeps_its_value(connection):
    save_advertisers(connection, "tiktok", [{"advertiser_id": US}], is_complete=False)

    kept = enabled_advertisers(connection, "tiktok")[0]
    assert (kept.advertiser_name, kept.display_timezone) == ("Northwind 1", "America/New_York")


def test_the_contact_person_is_not_kept(connection):
    stored = connection.execute("select string_agg(t::text, '') from tiktok_raw.advertisers as t")

    assert "lanted" not in stored.fetchone()[0]


def test_an_account_of_two_connections_stays_with_the_first(connection):
    result = save_advertisers(connection, "agency", [account(US, currency="EUR")])

    assert result.held_elsewhere == (US,)
    assert result.changes == ()
    assert enabled_advertisers(connection, "agency") == []


def test_an_account_moves_when_its_first_connection_lost_it(connection):
    save_advertisers(connection, "tiktok", [account(INDIA)])

    result = save_advertisers(connection, "agency", [account(US)])

    assert result.held_elsewhere == ()
    assert ids(enabled_advertisers(connection, "agency")) == [US]


def test_an_account_moves_when_its_first_connection_is_imported_no_more(connection):
    connection.execute("set tiktok.clock_offset = '4 days'")

    save_advertisers(connection, "agency", [account(US)])

    assert ids(enabled_advertisers(connection, "agency")) == [US]


def test_an_account_as_the_client_returns_it_is_saved_with_every_field(connection):
    typed = ImportedAdvertiser(
        advertiser_id="7000000000000000003",
        advertiser_name="Northwind Europe",
        currency="EUR",
        timezone="Europe/Berlin",
        display_timezone="Europe/Berlin",
        country="DE",
        status="STATUS_ENABLE",
        role="ROLE_ADVERTISER",
        raw={"advertiser_id": "7000000000000000003", "industry": "290603", "email": "planted"},
    )

    save_advertisers(connection, "tiktok", [typed], is_complete=False)

    row = connection.execute(
        "select advertiser_name, currency, country, raw ->> 'industry', raw ->> 'email' "
        "from tiktok_raw.advertisers where advertiser_id = '7000000000000000003'"
    ).fetchone()
    assert row == ("Northwind Europe", "EUR", "DE", "290603", None)


def test_accounts_and_pixels_are_switched_off_and_on(connection):
    save_pixels(connection, US, [{"pixel_code": "CUS1", "pixel_id": 1, "pixel_name": "Shop"}])

    enable_advertiser(connection, US, is_enabled=False)
    enable_pixel(connection, "CUS1", is_enabled=False)

    assert ids(enabled_advertisers(connection, "tiktok")) == [INDIA]
    assert enabled_pixels(connection, "tiktok") == []
    enable_pixel(connection, "CUS1", is_enabled=True)
    assert [pixel.pixel_code for pixel in enabled_pixels(connection, "tiktok")] == ["CUS1"]


@pytest.mark.parametrize("switch", [enable_advertiser, enable_pixel])
def test_a_switch_of_what_is_not_there_says_so(connection, switch):
    with pytest.raises(WarehouseError, match=r"There is no .* 404\. Import the accounts"):
        switch(connection, "404", is_enabled=False)


def test_a_pixel_shared_by_two_accounts_stays_with_the_first(connection):
    shared = [{"pixel_code": "CUS1", "pixel_id": "1", "pixel_name": "Shop"}]
    save_pixels(connection, US, shared)

    result = save_pixels(connection, INDIA, shared)

    assert result.held_elsewhere == ("CUS1",)
    assert enabled_pixels(connection, "tiktok")[0].advertiser_id == US


def test_a_renamed_campaign_keeps_its_old_name_in_the_log(connection):
    first = {"campaign_id": 61, "campaign_name": "Autumn", "budget": 5}
    save_campaigns(connection, US, [first])

    result = save_campaigns(connection, US, [first | {"campaign_name": "Winter"}])

    assert result.changes == (Change("61", "campaign_name", "Autumn", "Winter"),)


def test_deleted_ad_groups_and_ads_stay_with_their_spend(connection):
    save_ad_groups(connection, US, [{"adgroup_id": "51", "campaign_id": "61"}])
    save_ads(connection, US, [{"ad_id": "1", "adgroup_id": "51", "campaign_id": "61"}])

    assert save_ad_groups(connection, US, []).missing == 1
    assert save_ads(connection, US, []).missing == 1

    gone = connection.execute("select missing_since is not null from tiktok_raw.ads").fetchall()
    assert gone == [(True,)]


def test_another_accounts_campaigns_are_not_missing(connection):
    save_campaigns(connection, US, [{"campaign_id": "61", "campaign_name": "Autumn"}])

    assert save_campaigns(connection, INDIA, []).missing == 0


@pytest.mark.parametrize("save", [save_pixels, save_campaigns, save_ad_groups, save_ads])
def test_what_belongs_to_an_unknown_account_is_refused_in_words(connection, save):
    with pytest.raises(WarehouseError, match=r"Advertiser 404 is not in tiktok_raw\.advertisers"):
        save(connection, "404", [])


def test_an_entity_without_its_id_is_refused_and_nothing_is_saved(connection):
    with pytest.raises(WarehouseError, match="without campaign_id; nothing was saved"):
        save_campaigns(connection, US, [{"campaign_id": "61"}, {"campaign_name": "Lost"}])

    assert connection.execute("select count(*) from tiktok_raw.campaigns").fetchone() == (0,)


def test_text_that_postgresql_cannot_store_is_made_storable(connection):
    name = "nul \0, half a pair \ud83d, whole \N{PARTY POPPER}, -"

    save_campaigns(connection, US, [{"campaign_id": "61", "campaign_name": name}])

    stored = connection.execute("select campaign_name from tiktok_raw.campaigns").fetchone()[0]
    assert stored == "nul , half a pair ?, whole \N{PARTY POPPER}, -"


def test_ten_thousand_ads_are_one_statement(connection):
    ads = [
        {"ad_id": str(10**18 + number), "adgroup_id": "51", "campaign_id": "61", "ad_name": "A"}
        for number in range(10_000)
    ]

    assert save_ads(connection, US, ads).added == 10_000
    assert save_ads(connection, US, ads[1:]).missing == 1
