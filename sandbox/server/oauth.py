"""Tokens over HTTP: TikTok's two families, and the page where a person approves.

TikTok: "Obtain a long-term access token", "Obtain a short-term access token", "Revoke".
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from sandbox.server.envelope import ApiError, Code, answer
from sandbox.server.html import document
from sandbox.server.messages import HTML, Response, redirect

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.server.messages import Request
    from sandbox.server.state import Call, State
    from sandbox.server.tokens import Grant

ADVERTISER, ACCOUNT = "advertiser", "account"


def access_token(call: Call) -> Response:
    """Exchange an authorization code for an advertiser token."""
    params, state = call.params, call.state
    state.tokens.check_app(params.text("app_id"), params.text("secret"))
    code = state.tokens.use_code(params.text("auth_code"), ADVERTISER, call.now)
    grant = state.tokens.issue(code, call.now, expiring=state.switches.expiring_tokens)
    data: dict[str, object] = {"access_token": grant.access_token, "scope": list(grant.scopes)}
    if params.boolean("return_advertiser_ids", default=True):
        data["advertiser_ids"] = list(grant.advertiser_ids)
    if grant.refresh_token is not None:
        data.update(_lives(grant, call))
    return call.ok(data)


def token_of_standard_oauth(call: Call) -> Response:
    """Exchange a code as OAuth 2 has it (form or JSON); the token lies beside code and message."""
    _check_client(call, "authorization_code")
    code = call.state.tokens.use_code(call.params.text("code"), ADVERTISER, call.now)
    grant = call.state.tokens.issue(code, call.now, expiring=call.state.switches.expiring_tokens)
    beside: dict[str, object] = {
        "access_token": grant.access_token,
        "token_type": "Bearer",
        "scope": list(grant.scopes),
        "advertiser_ids": list(grant.advertiser_ids),
        **_lives(grant, call),
    }
    return answer(Code.OK, "OK", call.request_id, beside=beside)


def granted_advertisers(call: Call) -> Response:
    """Answer the advertisers of the token; there are no pages."""
    call.state.tokens.check_app(call.params.text("app_id"), call.params.text("secret"))
    return call.ok(
        {
            "list": [
                {"advertiser_id": one, "advertiser_name": call.state.advertisers[one].name}
                for one in call.grant.advertiser_ids
            ]
        }
    )


def revoke_token(call: Call) -> Response:
    """End a token of the app at once."""
    params, tokens = call.params, call.state.tokens
    tokens.check_app(params.text("app_id"), params.text("secret"))
    grant = tokens.check(params.text("access_token"), call.now)
    tokens.revoke(grant.access_token)
    return call.ok({"app_id": grant.app_id, "advertiser_ids": list(grant.advertiser_ids)})


def account_token(call: Call) -> Response:
    """Exchange an authorization code for an account-holder token."""
    _check_client(call, "authorization_code")
    code = call.state.tokens.use_code(call.params.text("auth_code"), ACCOUNT, call.now)
    return call.ok(_account_data(call.state.tokens.issue(code, call.now, expiring=True), call))


def refresh_account_token(call: Call) -> Response:
    """Return a new access token; the refresh token's own time goes on counting down."""
    _check_client(call, "refresh_token")
    return call.ok(_account_data(_refreshed(call), call))


def refresh_advertiser_token(call: Call) -> Response:
    """Refresh an advertiser token, where the switch says that those expire."""
    if not call.state.switches.expiring_tokens:
        raise ApiError(Code.ROUTE_NOT_FOUND, "No route for oauth2/refresh_token/.", status=404)
    call.state.tokens.check_app(call.params.text("app_id"), call.params.text("secret"))
    grant = _refreshed(call)
    return call.ok(
        {
            "access_token": grant.access_token,
            "scope": list(grant.scopes),
            "advertiser_ids": list(grant.advertiser_ids),
            **_lives(grant, call),
        }
    )


def revoke_account_token(call: Call) -> Response:
    """End an account-holder token."""
    _check_client(call, None)
    grant = call.state.tokens.check(call.params.text("access_token"), call.now)
    call.state.tokens.revoke(grant.access_token)
    return call.ok({})


def account_token_info(call: Call) -> Response:
    """Answer whose token it is."""
    grant = call.state.tokens.check(call.params.text("access_token"), call.now)
    if call.params.text("app_id") != grant.app_id:
        raise ApiError(Code.INVALID_PARTNER, "The app id is incorrect.")
    return call.ok(
        {
            "app_id": grant.app_id,
            "creator_id": grant.open_id,
            "scope": "user.info.basic,video.list",
        }
    )


def _check_client(call: Call, grant_type: str | None) -> None:
    params = call.params
    call.state.tokens.check_app(params.text("client_id"), params.text("client_secret"))
    if grant_type is not None and params.text("grant_type") != grant_type:
        raise ApiError(Code.INVALID_GRANT_TYPE, f"grant_type must be {grant_type}.")


def _refreshed(call: Call) -> Grant:
    switches = call.state.switches
    return call.state.tokens.refresh(
        call.params.text("refresh_token"),
        call.now,
        rotate=switches.refresh_rotates,
        kill_old=switches.refresh_kills_old,
    )


def _lives(grant: Grant, call: Call) -> dict[str, object]:
    if grant.expires_at is None or grant.refresh_expires_at is None:
        return {}
    return {
        "expires_in": int((grant.expires_at - call.now).total_seconds()),
        "refresh_token": grant.refresh_token,
        "refresh_token_expires_in": int((grant.refresh_expires_at - call.now).total_seconds()),
    }


def _account_data(grant: Grant, call: Call) -> dict[str, object]:
    return {
        "access_token": grant.access_token,
        "token_type": "Bearer",
        "scope": "user.info.basic,video.list",
        "open_id": grant.open_id,
        **_lives(grant, call),
    }


def authorize_page(state: State, request: Request) -> Response:
    """Show who asks for what, with an Approve button; after it, send the browser back."""
    given = {**request.query, **(request.form if request.method == "POST" else {})}
    family = ADVERTISER if request.path.startswith("/portal/") else ACCOUNT
    app_id = given.get("app_id") or given.get("client_key") or ""
    address = given.get("redirect_uri", "")
    problem = _problem(state, app_id, address)
    if problem is not None:
        return Response(document("Cannot authorize", f"<p>{escape(problem)}</p>"), 400, HTML)
    if request.method != "POST":
        return Response(_approval(state, given, family), 200, HTML)
    sent_back: dict[str, str] = {"state": given.get("state", "")}
    if given.get("decision") == "approve":
        code = state.tokens.new_code(family, _approved(state, request), state.clock.now()).code
        sent_back |= {"code": code, "auth_code": code}
    else:
        sent_back["error"] = "access_denied"  # ours: TikTok does not say what a refusal sends back
    joint = "&" if urlsplit(address).query else "?"
    return redirect(f"{address}{joint}{urlencode(sent_back)}")


def _problem(state: State, app_id: str, address: str) -> str | None:
    if app_id != state.app_id:
        return f"No app has the id {app_id or '(none given)'}. The sandbox's app is {state.app_id}."
    if urlsplit(address).scheme not in {"http", "https"}:
        return "redirect_uri is missing, or is not an http or https address."
    if state.redirect_uris and address not in state.redirect_uris:
        return f"redirect_uri {address} is not the one registered on the app."
    return None


def _approved(state: State, request: Request) -> list[str]:
    mine = next(grant.advertiser_ids for grant in state.tokens.all())
    unticked = {name for name, value in request.form.items() if value == "leave out"}
    return [one for one in mine if one not in unticked]


def _approval(state: State, given: dict[str, str], family: str) -> bytes:
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in given.items()
    )
    advertisers = "".join(
        f"<li><b>{escape(state.advertisers[one].name)}</b> <code>{escape(one)}</code>"
        f' <select name="{escape(one)}"><option>share</option><option>leave out</option>'
        "</select></li>"
        for one in state.tokens.all()[0].advertiser_ids
    )
    what = "these ad accounts" if family == ADVERTISER else "your TikTok account"
    return document(
        "Authorize the app",
        f"<p>App <code>{escape(state.app_id)}</code> asks for access to {what}. You will return "
        f"to <code>{escape(given.get('redirect_uri', ''))}</code>.</p>"
        f'<form method="post">{kept}<ul>{advertisers}</ul>'
        '<button name="decision" value="approve">Approve</button> '
        '<button name="decision" value="refuse" class="quiet">Refuse</button></form>',
    )


PAGES: dict[str, Callable[[State, Request], Response]] = {
    "/portal/auth": authorize_page,
    "/v2/auth/authorize": authorize_page,
    "/v2/auth/authorize/": authorize_page,
}
