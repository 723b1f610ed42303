"""Who may do what: the app, its authorization codes, and the tokens it was given.

TikTok knows two families. Advertiser tokens do not expire and have no refresh token; account-holder
tokens last a day, with a refresh token of a year whose own time a refresh does not renew.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.server.envelope import ApiError, Code

if TYPE_CHECKING:
    from collections.abc import Sequence

APP_ID = "7100000000000000001"
APP_SECRET = "sandbox-app-secret"  # noqa: S105 - the sandbox's public test credential
STATIC_TOKEN = "sandbox-access-token"  # noqa: S105 - the sandbox's public test credential

ADVERTISER_CODE_LIFE = timedelta(hours=1)
ACCOUNT_CODE_LIFE = timedelta(minutes=10)
ACCESS_LIFE = timedelta(seconds=86_400)
REFRESH_LIFE = timedelta(seconds=31_536_000)
SCOPES = {1: "ad accounts", 2: "campaigns and ads", 4: "reporting", 8: "pixels", 9: "events"}
ALL_SCOPES = tuple(SCOPES)  # the numbers are ours, TikTok publishes no list


@dataclass(frozen=True)
class Grant:
    """One access token and what it opens. `expires_at` of None is never."""

    access_token: str
    app_id: str
    advertiser_ids: tuple[str, ...]
    scopes: tuple[int, ...] = ALL_SCOPES
    family: str = "advertiser"
    expires_at: datetime | None = None
    refresh_token: str | None = None
    refresh_expires_at: datetime | None = None
    open_id: str | None = None
    revoked: bool = False


@dataclass(frozen=True)
class AuthCode:
    """A code that one exchange may turn into a token."""

    code: str
    family: str
    advertiser_ids: tuple[str, ...]
    expires_at: datetime
    used: bool = False


class Tokens:
    """The token authority of the sandbox; every value it makes is deterministic."""

    def __init__(self, advertiser_ids: Sequence[str], app_id: str, secret: str) -> None:
        self.app_id = app_id
        self._secret = secret
        self._numbers = itertools.count(1)
        self._codes: dict[str, AuthCode] = {}
        self._grants: dict[str, Grant] = {}
        self.put(Grant(STATIC_TOKEN, app_id, tuple(advertiser_ids)))

    def put(self, grant: Grant) -> Grant:
        """Store a grant, over the one with the same access token."""
        self._grants[grant.access_token] = grant
        return grant

    def find(self, access_token: str) -> Grant | None:
        """Return the grant of a token, revoked or not."""
        return self._grants.get(access_token)

    def all(self) -> list[Grant]:
        """Return every grant, oldest first."""
        return list(self._grants.values())

    def _value(self, kind: str) -> str:
        seed = f"{kind}:{next(self._numbers)}:{self._secret}"
        return hashlib.sha256(seed.encode()).hexdigest()[:40]

    def check_app(self, app_id: str, secret: str) -> None:
        """Raise 40101 unless id and secret are those of the app."""
        if (app_id, secret) != (self.app_id, self._secret):
            raise ApiError(Code.INVALID_PARTNER, "The app id or the secret is incorrect.")

    def check(self, access_token: str | None, now: datetime) -> Grant:
        """Return the grant of a usable token, or raise 40104, 40105 or 40102."""
        if not access_token:
            raise ApiError(Code.EMPTY_ACCESS_TOKEN, "Access token is empty.")
        grant = self._grants.get(access_token)
        if grant is None or grant.revoked:
            raise ApiError(
                Code.INVALID_ACCESS_TOKEN, "Access token is incorrect or has been revoked."
            )
        if grant.expires_at is not None and now >= grant.expires_at:
            raise ApiError(Code.ACCESS_TOKEN_EXPIRE, "Access token has expired.")
        return grant

    def new_code(self, family: str, advertiser_ids: Sequence[str], now: datetime) -> AuthCode:
        """Return a fresh authorization code."""
        life = ADVERTISER_CODE_LIFE if family == "advertiser" else ACCOUNT_CODE_LIFE
        code = AuthCode(self._value("code"), family, tuple(advertiser_ids), now + life)
        self._codes[code.code] = code
        return code

    def use_code(self, value: str, family: str, now: datetime) -> AuthCode:
        """Return the code and spend it, or raise 40110."""
        code = self._codes.get(value)
        if code is None or code.family != family:
            raise ApiError(Code.AUTH_CODE_ERROR, "Auth_code is invalid.")
        if code.used:
            # The comma is TikTok's own.
            message = "Auth_code is used\uff0cplease re-authorize."
            raise ApiError(Code.AUTH_CODE_ERROR, message)
        if now >= code.expires_at:
            raise ApiError(Code.AUTH_CODE_ERROR, "Authorization code is expired")
        self._codes[value] = replace(code, used=True)
        return code

    def issue(self, code: AuthCode, now: datetime, *, expiring: bool) -> Grant:
        """Return a new grant for a spent code; an expiring one has a refresh token."""
        grant = Grant(self._value("access"), self.app_id, code.advertiser_ids, family=code.family)
        if expiring:
            grant = replace(
                grant,
                expires_at=now + ACCESS_LIFE,
                refresh_token=self._value("refresh"),
                refresh_expires_at=now + REFRESH_LIFE,
                open_id=self._value("open"),
            )
        return self.put(grant)

    def refresh(self, refresh_token: str, now: datetime, *, rotate: bool, kill_old: bool) -> Grant:
        """Return a grant with a new access token, or raise 40107 or 40103."""
        old = next(
            (g for g in reversed(self._grants.values()) if g.refresh_token == refresh_token), None
        )
        if old is None or old.refresh_expires_at is None or old.revoked:
            raise ApiError(Code.INVALID_REFRESH_TOKEN, "Refresh token is invalid.")
        if now >= old.refresh_expires_at:
            raise ApiError(Code.REFRESH_TOKEN_EXPIRE, "Refresh token has expired.")
        new = replace(
            old,
            access_token=self._value("access"),
            expires_at=now + ACCESS_LIFE,
            refresh_token=self._value("refresh") if rotate else refresh_token,
        )
        ended = now if kill_old else old.expires_at
        self.put(replace(old, refresh_token=None, expires_at=ended))
        return self.put(new)

    def revoke(self, access_token: str) -> Grant:
        """End a token at once; raise KeyError if there is none."""
        return self.put(replace(self._grants[access_token], revoked=True))
