"""Both token families, the approval page, and every way a token can be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.contract.sandbox.caller import APP, INDIA, US, US_PIXEL, Api, event

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.server import RunningSandbox

CLIENT = {"client_id": APP["app_id"], "client_secret": APP["secret"]}
CALLBACK = "http://localhost:8080/plugins/tiktok/callback"


def exchange(api: Api, auth_code: str) -> dict[str, object]:
    data: dict[str, object] = api.post("oauth2/access_token/", **APP, auth_code=auth_code)["data"]
    return data


def account_grant(sandbox: RunningSandbox, api: Api) -> dict[str, Any]:
    code = sandbox.approve(family="account")
    body = {**CLIENT, "grant_type": "authorization_code", "auth_code": code}
    data: dict[str, Any] = api.post("tt_user/oauth2/token/", **body)["data"]
    return data


def test_a_code_becomes_a_token_that_opens_its_advertisers(
    sandbox: RunningSandbox, api: Api
) -> None:
    data = exchange(api, sandbox.approve(advertiser_ids=[US]))
    assert set(data) == {"access_token", "scope", "advertiser_ids"}
    assert data["advertiser_ids"] == [US]
    assert all(isinstance(scope, int) for scope in data["scope"])  # type: ignore[attr-defined]
    mine = Api(sandbox, token=str(data["access_token"]))
    assert mine.get("advertiser/info/", advertiser_ids=[US])["code"] == 0
    assert mine.get("advertiser/info/", advertiser_ids=[INDIA]) | {"request_id": ""} == {
        "code": 40001,
        "message": f"No permission to operate advertiser: {INDIA}",
        "request_id": "",
    }


def test_advertiser_ids_are_left_out_on_wish(sandbox: RunningSandbox, api: Api) -> None:
    code = sandbox.approve()
    envelope = api.post("oauth2/access_token/", **APP, auth_code=code, return_advertiser_ids=False)
    assert "advertiser_ids" not in envelope["data"]


def test_a_code_works_once(sandbox: RunningSandbox, api: Api) -> None:
    code = sandbox.approve()
    exchange(api, code)
    again = api.post("oauth2/access_token/", **APP, auth_code=code)
    assert (again["code"], again["message"]) == (
        40110,
        "Auth_code is used\uff0cplease re-authorize.",
    )


@pytest.mark.parametrize(
    ("family", "seconds", "path"),
    [("advertiser", 3600, "oauth2/access_token/"), ("account", 600, "tt_user/oauth2/token/")],
)
def test_a_code_expires(
    sandbox: RunningSandbox, api: Api, family: str, seconds: int, path: str
) -> None:
    code = sandbox.approve(family=family)
    sandbox.advance(seconds)
    body = {**APP, **CLIENT, "grant_type": "authorization_code", "auth_code": code}
    envelope = api.post(path, **body)
    assert (envelope["code"], envelope["message"]) == (40110, "Authorization code is expired")


def test_an_unknown_code_and_one_of_the_other_family_are_refused(
    sandbox: RunningSandbox, api: Api
) -> None:
    for code in ("nonsense", sandbox.approve(family="account")):
        assert api.post("oauth2/access_token/", **APP, auth_code=code)["code"] == 40110


@pytest.mark.parametrize("wrong", [{"app_id": "1"}, {"secret": "x"}])
def test_a_wrong_app_or_secret_is_refused(
    sandbox: RunningSandbox, api: Api, wrong: dict[str, str]
) -> None:
    body = {**APP, **wrong, "auth_code": sandbox.approve()}
    assert api.post("oauth2/access_token/", **body)["code"] == 40101
    assert api.get("oauth2/advertiser/get/", **{**APP, **wrong})["code"] == 40101


@pytest.mark.parametrize(
    ("token", "code", "message"),
    [
        (None, 40104, "Access token is empty."),
        ("", 40104, "Access token is empty."),
        ("nonsense", 40105, "Access token is incorrect or has been revoked."),
        ("Bearer sandbox-access-token", 40105, "Access token is incorrect or has been revoked."),
    ],
    ids=["no header", "empty", "unknown", "bearer prefix"],
)
def test_a_wrong_token_is_refused(
    sandbox: RunningSandbox, token: str | None, code: int, message: str
) -> None:
    answer = Api(sandbox, token).send("GET", "user/info/")
    assert answer.status_code == 200
    assert (answer.json()["code"], answer.json()["message"]) == (code, message)


@pytest.mark.parametrize(
    ("switch", "path_status", "events_status"),
    [("never", 200, 200), ("events", 200, 401), ("always", 401, 401)],
)
def test_an_empty_token_comes_as_http_401_by_switch(
    sandbox: RunningSandbox, switch: str, path_status: int, events_status: int
) -> None:
    sandbox.switch(auth_status=switch)
    nobody = Api(sandbox, None)
    assert nobody.send("GET", "user/info/").status_code == path_status
    answer = nobody.send("POST", "event/track/", json={})
    assert (answer.status_code, answer.json()["code"]) == (events_status, 40104)


def test_a_revoked_token_stops_working_at_once(sandbox: RunningSandbox, api: Api) -> None:
    token = str(exchange(api, sandbox.approve())["access_token"])
    mine = Api(sandbox, token)
    revoked = mine.post("oauth2/revoke_token/", **APP, access_token=token)
    assert revoked["data"]["app_id"] == APP["app_id"]
    assert US in revoked["data"]["advertiser_ids"]
    assert mine.get("user/info/")["code"] == 40105


def test_a_lost_scope_is_named(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.grant(api.token or "", scopes=[1, 2, 4, 8])
    envelope = api.track(event())
    assert envelope["code"] == 40130
    assert envelope["message"] == (
        "Permission error: The access token lacks the required scope for endpoint."
    )


def test_an_advertiser_that_left_the_grant_is_closed_everywhere(
    sandbox: RunningSandbox, api: Api
) -> None:
    sandbox.grant(api.token or "", advertiser_ids=[INDIA])
    assert api.report()["code"] == 40001
    assert api.track(event())["message"] == (
        f"No permission to operate pixel code: {US_PIXEL}. "
        "You must be an admin or operator of this advertiser account."
    )
    listed = api.data("oauth2/advertiser/get/", **APP)["list"]
    assert [one["advertiser_id"] for one in listed] == [INDIA]


def test_an_advertiser_token_never_expires(sandbox: RunningSandbox, api: Api) -> None:
    mine = Api(sandbox, str(exchange(api, sandbox.approve())["access_token"]))
    sandbox.advance(10 * 365 * 86_400)
    assert mine.get("user/info/")["code"] == 0


def test_an_advertiser_token_expires_and_refreshes_with_the_switch(
    sandbox: RunningSandbox, api: Api
) -> None:
    assert api.post("oauth2/refresh_token/", **APP, refresh_token="x")["code"] == 40400  # noqa: S106 - no secret
    sandbox.switch(expiring_tokens=True)
    first = exchange(api, sandbox.approve())
    sandbox.advance(86_400)
    assert Api(sandbox, str(first["access_token"])).get("user/info/")["code"] == 40102
    second = api.post("oauth2/refresh_token/", **APP, refresh_token=first["refresh_token"])["data"]
    assert Api(sandbox, second["access_token"]).get("user/info/")["code"] == 0


def test_an_account_token_refreshes_while_its_refresh_token_counts_down(
    sandbox: RunningSandbox, api: Api
) -> None:
    body = {
        **CLIENT,
        "grant_type": "authorization_code",
        "auth_code": sandbox.approve(family="account"),
    }
    first = api.post("tt_user/oauth2/token/", **body)["data"]
    assert (first["expires_in"], first["refresh_token_expires_in"]) == (86_400, 31_536_000)
    sandbox.advance(1000)
    again = {**CLIENT, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = api.post("tt_user/oauth2/refresh_token/", **again)["data"]
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert (second["expires_in"], second["refresh_token_expires_in"]) == (86_400, 31_535_000)
    assert api.post("tt_user/oauth2/refresh_token/", **again)["code"] == 40107
    old = {"app_id": APP["app_id"], "access_token": first["access_token"]}
    assert api.post("tt_user/token_info/get/", **old)["code"] == 40102


def test_a_refresh_token_stays_the_same_with_the_switch(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.switch(refresh_rotates=False, refresh_kills_old=False)
    body = {
        **CLIENT,
        "grant_type": "authorization_code",
        "auth_code": sandbox.approve(family="account"),
    }
    first = api.post("tt_user/oauth2/token/", **body)["data"]
    again = {**CLIENT, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    for _ in range(2):
        second = api.post("tt_user/oauth2/refresh_token/", **again)["data"]
        assert second["refresh_token"] == first["refresh_token"]
    old = {"app_id": APP["app_id"], "access_token": first["access_token"]}
    assert api.post("tt_user/token_info/get/", **old)["code"] == 0


@pytest.mark.parametrize(
    ("changes", "advance", "code"),
    [
        ({"grant_type": "nonsense"}, 0, 40108),
        ({"refresh_token": "nonsense"}, 0, 40107),
        ({}, 31_536_000, 40103),
        ({"client_secret": "nonsense"}, 0, 40101),
    ],
    ids=["grant type", "unknown", "expired", "client"],
)
def test_a_refresh_that_cannot_work_says_why(
    sandbox: RunningSandbox, api: Api, changes: dict[str, str], advance: int, code: int
) -> None:
    body = {
        **CLIENT,
        "grant_type": "authorization_code",
        "auth_code": sandbox.approve(family="account"),
    }
    first = api.post("tt_user/oauth2/token/", **body)["data"]
    sandbox.advance(advance)
    again = {**CLIENT, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert api.post("tt_user/oauth2/refresh_token/", **{**again, **changes})["code"] == code


def test_a_revoked_account_token_is_incorrect(sandbox: RunningSandbox, api: Api) -> None:
    body = {
        **CLIENT,
        "grant_type": "authorization_code",
        "auth_code": sandbox.approve(family="account"),
    }
    token = api.post("tt_user/oauth2/token/", **body)["data"]["access_token"]
    assert api.post("tt_user/oauth2/revoke/", **CLIENT, access_token=token)["data"] == {}
    info = {"app_id": APP["app_id"], "access_token": token}
    assert api.post("tt_user/token_info/get/", **info)["code"] == 40105


def approve_in_browser(sandbox: RunningSandbox, **form: str) -> requests.Response:
    query = {"app_id": APP["app_id"], "state": "s/1 &", "redirect_uri": CALLBACK}
    page = requests.get(f"{sandbox.url}/portal/auth", params=query, timeout=10)
    assert page.status_code == 200
    assert "Approve" in page.text
    assert "Northwind US" in page.text
    return requests.post(
        f"{sandbox.url}/portal/auth", params=query, data=form, timeout=10, allow_redirects=False
    )


def test_approval_returns_to_the_callback_with_state_and_both_codes(
    sandbox: RunningSandbox, api: Api
) -> None:
    answer = approve_in_browser(sandbox, decision="approve", **{INDIA: "leave out"})
    assert answer.status_code == 302
    back = urlsplit(answer.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == CALLBACK
    given = parse_qs(back.query)
    assert given["state"] == ["s/1 &"]
    assert given["code"] == given["auth_code"]
    shared = exchange(api, given["auth_code"][0])["advertiser_ids"]
    assert shared == [US, "7000000000000000003"]


def test_refusal_returns_without_a_code(sandbox: RunningSandbox) -> None:
    back = urlsplit(approve_in_browser(sandbox, decision="refuse").headers["Location"])
    assert set(parse_qs(back.query)) == {"state", "error"}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"app_id": "1", "redirect_uri": CALLBACK}, "No app has the id 1"),
        ({"app_id": APP["app_id"], "redirect_uri": "javascript:alert(1)"}, "not an http"),
        ({"app_id": APP["app_id"]}, "redirect_uri is missing"),
        (
            {"app_id": APP["app_id"], "redirect_uri": "http://evil.example/"},
            "not the one registered",
        ),
    ],
    ids=["unknown app", "script address", "no address", "another address"],
)
def test_the_page_refuses_what_it_would_not_return_to(
    start: Callable[..., RunningSandbox], query: dict[str, str], says: str
) -> None:
    sandbox = start(redirect_uris=[CALLBACK])
    page = requests.get(f"{sandbox.url}/portal/auth", params=query, timeout=10)
    assert page.status_code == 400
    assert says in page.text


def test_the_page_escapes_what_it_shows(sandbox: RunningSandbox) -> None:
    query = {
        "app_id": APP["app_id"],
        "state": '"><script>x</script>',
        "redirect_uri": "http://x/<script>",
    }
    page = requests.get(f"{sandbox.url}/portal/auth", params=query, timeout=10)
    assert "<script>" not in page.text


@pytest.mark.parametrize("sent_as", ["data", "json"])
def test_the_exchange_of_standard_oauth_answers_beside_the_envelope(
    sandbox: RunningSandbox, api: Api, sent_as: str
) -> None:
    fields = {
        "grant_type": "authorization_code",
        "client_id": APP["app_id"],
        "client_secret": APP["secret"],
        "code": sandbox.approve(),
    }
    envelope = api.send("POST", "oauth/token/", **{sent_as: fields}).json()
    assert (envelope["code"], envelope["token_type"], "data" in envelope) == (0, "Bearer", False)
    assert Api(sandbox, envelope["access_token"]).get("user/info/")["code"] == 0
    assert envelope["advertiser_ids"][0] == US
    assert api.send("POST", "oauth/token/", **{sent_as: fields}).json()["code"] == 40110
