"""A token store, and an account holder's token server that kills the old pair at each refresh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

from airflow_provider_tiktok.api.errors import ErrorClass, Outcome, TikTokReauthoriseError
from airflow_provider_tiktok.api.oauth import AccountToken
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.tokens import TokenStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

NEW_KEY = Fernet.generate_key().decode()
OLD_KEY = Fernet.generate_key().decode()


@pytest.fixture
def connection(warehouse: str) -> Iterator[psycopg.Connection]:
    """A connection to a fresh warehouse."""
    with connect(warehouse) as opened:
        yield opened


@pytest.fixture
def store(connection: psycopg.Connection) -> TokenStore:
    """A store with one key."""
    return TokenStore(connection, [NEW_KEY], changed_by="ada")


@pytest.fixture
def keys() -> tuple[str, str]:
    """The new key and the old one."""
    return NEW_KEY, OLD_KEY


def refused(code: int = 40105) -> TikTokReauthoriseError:
    """Return TikTok's refusal of a token."""
    outcome = Outcome(
        error_class=ErrorClass.REAUTHORISE,
        http_status=200,
        code=code,
        message="Access token is incorrect or has been revoked.",
        request_id="20261102",
        retry_after=None,
        data=None,
        next_step="Authorise again.",
    )
    return TikTokReauthoriseError(outcome, "tt_user/oauth2/refresh_token/")


@dataclass
class TokenServer:
    """TikTok's side, in a table of its own, so that many processes see the same one.

    Each refresh makes the pair before it worthless at once, as TikTok's developer page warns.
    """

    uri: str
    lifetime: int = 86_400

    def start(self) -> str:
        """Create the server's state; return the first refresh token."""
        with connect(self.uri) as connection:
            connection.execute("create table token_server (generation integer, calls integer)")
            connection.execute("insert into token_server values (0, 0)")
        return "refresh-0"

    def renew(self, refresh_token: str) -> AccountToken:
        """Exchange the current refresh token for the next pair."""
        with connect(self.uri) as connection:
            connection.execute("update token_server set calls = calls + 1")
            changed = connection.execute(
                "update token_server set generation = generation + 1 "
                "where 'refresh-' || generation = %s returning generation",
                [refresh_token],
            ).fetchone()
        if changed is None:
            raise refused()
        number = changed[0]
        return AccountToken(f"access-{number}", f"refresh-{number}", self.lifetime, None, (), None)

    def state(self) -> tuple[int, int]:
        """Return the newest generation and how often it was asked."""
        with connect(self.uri) as connection:
            return connection.execute("select generation, calls from token_server").fetchone()


@pytest.fixture
def server(warehouse: str) -> TokenServer:
    """A token server at its first generation."""
    running = TokenServer(warehouse)
    running.start()
    return running


@pytest.fixture
def refusal() -> Callable[..., TikTokReauthoriseError]:
    """The function that makes TikTok's refusal."""
    return refused
