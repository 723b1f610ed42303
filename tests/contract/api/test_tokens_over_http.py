"""Tokens as the sandbox hands them out, takes them back and lets them end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from airflow_provider_tiktok.api.accounts import user_info
from airflow_provider_tiktok.api.errors import (
    TikTokAnswerError,
    TikTokConfigurationError,
    TikTokReauthoriseError,
)
from airflow_provider_tiktok.api.messages import ApiRequest
from airflow_provider_tiktok.api.oauth import exchange_code, refresh, revoke
from sandbox.server import APP_ID, APP_SECRET
from tests.contract.api.bench import GRANTED, Bench

if TYPE_CHECKING:
    from airflow_provider_tiktok.api.oauth import AccountToken


def test_a_code_becomes_a_token_that_works_and_can_be_given_back(bench: Bench) -> None:
    token = exchange_code(bench.client, APP_ID, APP_SECRET, bench.sandbox.approve())
    assert list(token.advertiser_ids) == GRANTED
    bench.token = token.access_token
    user_info(bench.client)
    assert list(revoke(bench.client, APP_ID, APP_SECRET, token.access_token)) == GRANTED
    with pytest.raises(TikTokReauthoriseError, match=r"has been revoked.*Authorise"):
        user_info(bench.client)


def test_a_code_works_once(bench: Bench) -> None:
    code = bench.sandbox.approve()
    exchange_code(bench.client, APP_ID, APP_SECRET, code)
    with pytest.raises(TikTokReauthoriseError, match=r"40110.*Start the authorisation") as caught:
        exchange_code(bench.client, APP_ID, APP_SECRET, code)
    assert code not in str(caught.value)


def test_a_code_ends_after_an_hour(bench: Bench) -> None:
    code = bench.sandbox.approve()
    bench.sleep(3601)
    with pytest.raises(TikTokReauthoriseError, match="expired"):
        exchange_code(bench.client, APP_ID, APP_SECRET, code)


def test_a_wrong_app_secret_is_a_setting(bench: Bench) -> None:
    with pytest.raises(TikTokConfigurationError, match="40101"):
        exchange_code(bench.client, APP_ID, "wrong", bench.sandbox.approve())


def test_an_exchange_whose_answer_was_lost_is_not_repeated(bench: Bench) -> None:
    bench.sandbox.fault("T06", endpoint="token", times=1)
    with pytest.raises(TikTokAnswerError):
        exchange_code(bench.client, APP_ID, APP_SECRET, bench.sandbox.approve())
    assert len(bench.sandbox.requests(endpoint="oauth2/access_token/")) == 1


def account_token(bench: Bench) -> dict[str, str]:
    code = bench.sandbox.approve(family="account")
    body = {
        "client_id": APP_ID,
        "client_secret": APP_SECRET,
        "grant_type": "authorization_code",
        "auth_code": code,
        "redirect_uri": "https://airflow.example/",
    }
    data = bench.client.call(
        ApiRequest("POST", "tt_user/oauth2/token/", body=body, needs_token=False)
    )
    assert isinstance(data, dict)
    return data


def test_a_refresh_gives_a_new_pair_and_ends_the_old_one(bench: Bench) -> None:
    first = account_token(bench)

    def again(refresh_token: str) -> AccountToken:
        return refresh(bench.client, APP_ID, APP_SECRET, refresh_token)

    second = again(first["refresh_token"])
    assert second.expires_in == 86400
    assert second.refresh_token != first["refresh_token"]
    with pytest.raises(TikTokReauthoriseError, match="40107"):
        again(first["refresh_token"])
    assert again(second.refresh_token).access_token != second.access_token


def test_a_refresh_token_ends_after_a_year_whatever_was_refreshed(bench: Bench) -> None:
    first = account_token(bench)
    bench.sleep(300 * 86_400)
    second = refresh(bench.client, APP_ID, APP_SECRET, first["refresh_token"])
    assert (second.refresh_expires_in or 0) < 66 * 86_400
    bench.sleep(66 * 86_400)
    with pytest.raises(TikTokReauthoriseError, match="40103"):
        refresh(bench.client, APP_ID, APP_SECRET, second.refresh_token)


@pytest.mark.parametrize("token", ["no-such-token", "Bearer"])
def test_a_token_that_tiktok_does_not_know_needs_a_person(token: str, bench: Bench) -> None:
    bench.token = token
    with pytest.raises(TikTokReauthoriseError) as caught:
        user_info(bench.client)
    assert token not in str(caught.value)
    assert len(bench.sandbox.requests()) == 1
