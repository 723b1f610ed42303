"""Say where a connection stands, in the words of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from airflow_provider_tiktok.hooks.authorisation import app_of
from airflow_provider_tiktok.hooks.configuration import redirect_uri, token_keys
from airflow_provider_tiktok.hooks.settings import Settings, SettingsError
from airflow_provider_tiktok.hooks.tiktok import TikTokHook
from airflow_provider_tiktok.warehouse.notices import recent_notices
from airflow_provider_tiktok.warehouse.overview import connection_counts
from airflow_provider_tiktok.warehouse.tokens_cipher import TokenCipher, TokenKeyError
from airflow_provider_tiktok.warehouse.tokens_state import token_states

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.warehouse.notices import Notice
    from airflow_provider_tiktok.warehouse.overview import ConnectionCounts
    from airflow_provider_tiktok.warehouse.tokens_state import TokenState

State = Literal["connected", "needs_reauth", "pasted", "new", "broken"]


@dataclass(frozen=True)
class Standing:
    """What the page shows about one connection.

    ``obstacle`` is the sentence that says what to set before anyone can connect.
    """

    connection_id: str
    state: State
    settings: Settings | None
    token: TokenState | None
    counts: ConnectionCounts
    notices: list[Notice]
    problem: str | None
    obstacle: str | None


def standing(warehouse: psycopg.Connection[Any], connection_id: str) -> Standing:
    """Return where a connection stands."""
    tokens = {state.connection_id: state for state in token_states(warehouse)}
    token = tokens.get(connection_id)
    settings, problem = None, None
    try:
        settings = TikTokHook(connection_id).settings
    except SettingsError as error:
        problem = str(error)
    return Standing(
        connection_id=connection_id,
        state=_state(settings, token),
        settings=settings,
        token=token,
        counts=connection_counts(warehouse, connection_id),
        notices=recent_notices(warehouse, connection_id),
        problem=problem,
        obstacle=_obstacle(settings) if settings else None,
    )


def _state(settings: Settings | None, token: TokenState | None) -> State:
    if settings is None:
        return "broken"
    if token is not None and token.status == "needs_reauth":
        return "needs_reauth"
    if token is not None and token.status == "active":
        return "connected"
    return "pasted" if settings.access_token else "new"


def _obstacle(settings: Settings) -> str | None:
    try:
        app_of(settings)
        redirect_uri()
        TokenCipher(token_keys())
    except (SettingsError, TokenKeyError) as error:
        return str(error)
    return None
