"""Get, renew and give back tokens (TikTok: Authentication).

An advertiser's token does not expire and cannot be refreshed: when it stops working, a person must
authorise again. `refresh` is for the account-holder family, whose tokens live for a day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from airflow_provider_tiktok.api.fields import identifier, items, members, text, unreadable
from airflow_provider_tiktok.api.messages import ApiRequest

if TYPE_CHECKING:
    from airflow_provider_tiktok.api.client import TikTokClient

AUTHORIZE_URL = "https://business-api.tiktok.com/portal/auth"


@dataclass(frozen=True, slots=True)
class AdvertiserToken:
    """A token for reports and events. `scope` are TikTok's numbers as text."""

    access_token: str = field(repr=False)
    scope: tuple[str, ...]
    advertiser_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountToken:
    """A token of the account-holder family. Lifetimes are in seconds from the answer on.

    `refresh_expires_in` counts down from the first authorisation: a refresh does not renew it.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int | None
    refresh_expires_in: int | None
    scope: tuple[str, ...]
    open_id: str | None


def authorization_url(
    app_id: str, redirect_uri: str, state: str, *, authorize_url: str = AUTHORIZE_URL
) -> str:
    """Return the address to send the browser to.

    `redirect_uri` must equal the one registered with the app; TikTok gives `state` back with
    `auth_code`. `authorize_url` is another address only for a local sandbox.
    """
    query = urlencode({"app_id": app_id, "state": state, "redirect_uri": redirect_uri})
    return f"{authorize_url}?{query}"


def exchange_code(
    client: TikTokClient, app_id: str, secret: str, auth_code: str
) -> AdvertiserToken:
    """Return the token for an auth_code, which works once and for one hour.

    Raises `TikTokReauthoriseError` when the code is used up or too old, and
    `TikTokConfigurationError` when app id or secret are wrong.
    """
    path = "oauth2/access_token/"
    body = {"app_id": app_id, "secret": secret, "auth_code": auth_code}
    outcome = client.call_outcome(ApiRequest("POST", path, body=body, needs_token=False))
    data = members(outcome.data)
    access_token = text(data.get("access_token"))
    if access_token is None:
        raise unreadable(path, "the answer holds no access_token", outcome.request_id)
    advertisers = map(identifier, items(data.get("advertiser_ids")))
    return AdvertiserToken(
        access_token=access_token,
        scope=_words(data.get("scope")),
        advertiser_ids=tuple(name for name in advertisers if name is not None),
    )


def refresh(client: TikTokClient, app_id: str, secret: str, refresh_token: str) -> AccountToken:
    """Return a new pair of tokens of the account-holder family (TikTok: tt_user refresh_token).

    Store both at once: the old refresh token may be dead. Raises `TikTokReauthoriseError` when the
    refresh token itself has expired.
    """
    path = "tt_user/oauth2/refresh_token/"
    body = {
        "client_id": app_id,
        "client_secret": secret,
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
    }
    outcome = client.call_outcome(ApiRequest("POST", path, body=body, needs_token=False))
    data = members(outcome.data)
    access_token, renewed = text(data.get("access_token")), text(data.get("refresh_token"))
    if access_token is None or renewed is None:
        raise unreadable(path, "the answer holds no pair of tokens", outcome.request_id)
    return AccountToken(
        access_token=access_token,
        refresh_token=renewed,
        expires_in=_seconds(data.get("expires_in")),
        refresh_expires_in=_seconds(data.get("refresh_token_expires_in")),
        scope=_words(data.get("scope")),
        open_id=text(data.get("open_id")),
    )


def revoke(client: TikTokClient, app_id: str, secret: str, access_token: str) -> tuple[str, ...]:
    """Give an advertiser token back; return the advertisers it was for (TikTok: revoke_token).

    `client` must send the same token. Afterwards every call with it is answered 40105.
    """
    body = {"app_id": app_id, "secret": secret, "access_token": access_token}
    data = members(client.call(ApiRequest("POST", "oauth2/revoke_token/", body=body)))
    advertisers = map(identifier, items(data.get("advertiser_ids")))
    return tuple(name for name in advertisers if name is not None)


def _words(scope: object) -> tuple[str, ...]:
    """Return scopes as text: a list of numbers in one family, words with commas in the other."""
    parts = scope.split(",") if isinstance(scope, str) else items(scope)
    return tuple(word for part in parts if (word := text(part)) is not None)


def _seconds(value: object) -> int | None:
    word = identifier(value)
    return int(word) if word is not None else None
