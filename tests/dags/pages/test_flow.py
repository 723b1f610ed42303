"""Connect on the pages: to TikTok and back, review, confirm; switches; disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from airflow_provider_tiktok.warehouse.tokens import TokenStore

from .conftest import HERE, approve, begin, form_token, path_of, to_review

if TYPE_CHECKING:
    from sandbox.world import World
    from tests.dags.conftest import Stage

    from .conftest import Person

US, INDIA, EUROPE = "7000000000000000001", "7000000000000000002", "7000000000000000003"
PIXEL = "CUS00000000000000001"
pytestmark = pytest.mark.usefixtures("keys")


def test_a_new_user_connects_and_sees_what_was_found(stage: Stage, admin: Person) -> None:
    assert "Not connected" in admin.get("/tiktok/").text
    review = to_review(admin)
    assert "auth_code" not in review
    shown = admin.get(review).text
    for fact in ("Northwind US", US, "Asia/Kolkata", "INR", PIXEL, "Nothing is stored yet"):
        assert fact in shown
    assert stage.rows("select 1 from tiktok_ops.oauth_tokens") == []

    answer = admin.send_form(review, f"{review}/confirm")

    assert answer.headers["location"] == f"{HERE}?done=connected"
    shown = admin.get(f"{HERE}?done=connected").text
    assert ">Connected<" in shown
    assert "The next hourly run" in shown
    assert shown.count('class="switch on"') == 6
    assert stage.rows("select status, updated_by from tiktok_ops.oauth_tokens") == [
        ("active", "admin")
    ]
    assert stage.rows("select count(*) from tiktok_ops.oauth_pending_grants") == [(0,)]
    assert stage.rows("select count(*) from tiktok_raw.advertisers") == [(3,)]


def test_the_next_run_pulls_what_was_connected(stage: Stage, admin: Person, world: World) -> None:
    review = to_review(admin)
    admin.send_form(review, f"{review}/confirm")
    run = stage.run("tiktok_spend", world.end)
    assert run.state == "success", run.log
    spent = stage.rows("select count(distinct advertiser_id) from tiktok_raw.spend_snapshots")
    assert spent == [(3,)]


def test_cancelling_stores_nothing(stage: Stage, admin: Person) -> None:
    review = to_review(admin)
    admin.send_form(review, f"{review}/cancel")
    assert admin.get(review).status_code == 400
    assert stage.rows("select 1 from tiktok_ops.oauth_tokens") == []
    assert stage.rows("select 1 from tiktok_ops.oauth_pending_grants") == []


def test_refusing_on_tiktoks_page_says_so(stage: Stage, admin: Person) -> None:
    back = approve(begin(admin), decision="refuse")
    answer = admin.get(path_of(back))
    assert answer.status_code == 400
    assert "TikTok did not give access" in answer.text


def test_a_grant_that_lacks_an_account_is_pointed_out(stage: Stage, admin: Person) -> None:
    review = to_review(admin)
    admin.send_form(review, f"{review}/confirm")
    back = approve(begin(admin), **{INDIA: "leave out"})
    review = admin.get(path_of(back)).headers["location"]
    assert f"Northwind India ({INDIA})" in admin.get(review).text
    admin.send_form(review, f"{review}/confirm")
    shown = admin.get(HERE).text
    assert f"Advertiser {INDIA} left the grant. Its spend is kept" in shown


def test_switches_stop_and_start_single_accounts_and_pixels(stage: Stage, admin: Person) -> None:
    review = to_review(admin)
    admin.send_form(review, f"{review}/confirm")
    admin.send_form(HERE, f"{HERE}/advertiser/{INDIA}", is_enabled="false")
    admin.send_form(HERE, f"{HERE}/pixel/{PIXEL}", is_enabled="false")
    off = "select advertiser_id from tiktok_raw.advertisers where not is_enabled"
    assert stage.rows(off) == [(INDIA,)]
    assert stage.rows("select pixel_code from tiktok_raw.pixels where not is_enabled") == [(PIXEL,)]
    admin.send_form(HERE, f"{HERE}/advertiser/{INDIA}", is_enabled="true")
    assert stage.rows(off) == []


def test_an_account_of_another_connection_cannot_be_switched(stage: Stage, admin: Person) -> None:
    review = to_review(admin)
    admin.send_form(review, f"{review}/confirm")
    stage.write("update tiktok_raw.advertisers set connection_id = 'theirs'")
    token = form_token(admin.get(HERE))
    answer = admin.post(f"{HERE}/advertiser/{US}", {"form_token": token, "is_enabled": "false"})
    assert answer.status_code == 404
    assert stage.rows("select 1 from tiktok_raw.advertisers where not is_enabled") == []


def test_a_dead_grant_is_shown_and_connecting_again_heals_it(
    stage: Stage, admin: Person, keys: list[str], world: World
) -> None:
    review = to_review(admin)
    admin.send_form(review, f"{review}/confirm")
    with psycopg.connect(stage.warehouse_uri, autocommit=True) as connection:
        stage.sandbox.revoke(TokenStore(connection, keys).read("tiktok_default").access_token)
    assert stage.run("tiktok_spend", world.end).state == "failed"
    shown = admin.get(HERE).text
    assert "TikTok refuses the grant (code 40105)" in shown
    assert "Connect again" in shown

    review = to_review(admin)
    admin.send_form(review, f"{review}/confirm")

    assert ">Connected<" in admin.get(HERE).text
    assert stage.run("tiktok_spend", world.end).state == "success"


def test_disconnecting_gives_the_grant_back(stage: Stage, admin: Person) -> None:
    review = to_review(admin)
    admin.send_form(review, f"{review}/confirm")
    answer = admin.send_form(HERE, f"{HERE}/disconnect")
    assert answer.status_code == 303
    assert stage.rows("select status, ciphertext from tiktok_ops.oauth_tokens") == [
        ("revoked", None)
    ]
    assert "Not connected" in admin.get(HERE).text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("AIRFLOW__TIKTOK__TOKEN_KEYS", "there is no key"),
        ("AIRFLOW__TIKTOK__REDIRECT_URI", "Set AIRFLOW__TIKTOK__REDIRECT_URI"),
    ],
)
def test_a_missing_setting_is_named_before_anything_begins(
    stage: Stage, admin: Person, name: str, sentence: str
) -> None:
    stage.environment.delenv(name)
    shown = admin.get(f"{HERE}/connect").text
    assert sentence in shown
    assert 'id="go"' not in shown
