"""Tokens of both families, and no token where a person could read it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from airflow_provider_tiktok.api.errors import (
    TikTokAnswerError,
    TikTokConfigurationError,
    TikTokReauthoriseError,
)
from airflow_provider_tiktok.api.oauth import authorization_url, exchange_code, refresh, revoke
from tests.unit.api.flow import Script, client_of, coded, ok

SECRET = "s3cret-of-the-app"  # noqa: S105 - planted to be looked for


def test_the_authorization_url_carries_state_and_return_address() -> None:
    url = urlsplit(authorization_url("71", "https://airflow.example/callback?a=1&b", "st/ate+1"))
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://business-api.tiktok.com/portal/auth"
    assert parse_qs(url.query) == {
        "app_id": ["71"],
        "state": ["st/ate+1"],
        "redirect_uri": ["https://airflow.example/callback?a=1&b"],
    }


def test_a_code_is_exchanged_without_sending_a_token() -> None:
    data = {"access_token": "t0ken", "scope": [4, 15], "advertiser_ids": ["1", "2"]}
    script = Script([ok(data)])
    token = exchange_code(client_of(script), "71", SECRET, "c0de")
    assert (token.access_token, token.scope, token.advertiser_ids) == (
        "t0ken",
        ("4", "15"),
        ("1", "2"),
    )
    assert script.tokens == [None]
    assert "t0ken" not in repr(token)


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        (40110, "Auth_code is used\uff0cplease re-authorize.", TikTokReauthoriseError),
        (40110, "Authorization code is expired", TikTokReauthoriseError),
        (40101, "app_id or secret is wrong", TikTokConfigurationError),
    ],
)
def test_a_refused_code_says_what_to_do_and_is_sent_once(
    code: int, message: str, error: type[Exception]
) -> None:
    script = Script([coded(code, message)])
    with pytest.raises(error) as caught:
        exchange_code(client_of(script), "71", SECRET, "c0de-of-the-test")
    assert message in str(caught.value)
    assert "c0de-of-the-test" not in str(caught.value)


@pytest.mark.parametrize("data", [None, {}, {"access_token": None}, {"access_token": ""}, []])
def test_a_success_without_a_token_is_no_success(data: object) -> None:
    with pytest.raises(TikTokAnswerError, match=r"R1.*access_token"):
        exchange_code(client_of(Script([ok(data)])), "71", SECRET, "c0de")


def test_a_refresh_returns_both_tokens_and_their_lifetimes() -> None:
    data = {
        "access_token": "a2",
        "refresh_token": "r2",
        "expires_in": 86400,
        "refresh_token_expires_in": 28484364,
        "scope": "user.info.basic,video.list",
        "open_id": "o1",
    }
    token = refresh(client_of(Script([ok(data)])), "71", SECRET, "r1")
    assert (token.access_token, token.refresh_token) == ("a2", "r2")
    assert (token.expires_in, token.refresh_expires_in) == (86400, 28484364)
    assert token.scope == ("user.info.basic", "video.list")
    assert "a2" not in repr(token)
    assert "r2" not in repr(token)


def test_a_refresh_without_a_new_refresh_token_is_no_success() -> None:
    with pytest.raises(TikTokAnswerError, match="pair of tokens"):
        refresh(client_of(Script([ok({"access_token": "a2"})])), "71", SECRET, "r1")


def test_an_expired_refresh_token_needs_a_person() -> None:
    with pytest.raises(TikTokReauthoriseError):
        refresh(client_of(Script([coded(40103)])), "71", SECRET, "r1")


def test_revoking_returns_the_advertisers() -> None:
    script = Script([ok({"app_id": "71", "advertiser_ids": ["1", 2]})])
    assert revoke(client_of(script), "71", SECRET, "token-of-the-test") == ("1", "2")
    assert script.tokens == ["token-of-the-test"]
