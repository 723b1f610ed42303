"""Take one person through an authorisation: to TikTok, back with a code, and to a stored token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow_provider_tiktok.api.accounts import advertiser_info, list_advertisers, list_pixels
from airflow_provider_tiktok.api.errors import TikTokError, TikTokReauthoriseError
from airflow_provider_tiktok.api.oauth import AUTHORIZE_URL, authorization_url, exchange_code
from airflow_provider_tiktok.hooks.account_import import AccountImport, import_accounts
from airflow_provider_tiktok.hooks.configuration import local_url, redirect_uri, token_keys
from airflow_provider_tiktok.hooks.grant import refusal
from airflow_provider_tiktok.hooks.masks import hide
from airflow_provider_tiktok.hooks.settings import Settings, SettingsError
from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers
from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.notices import notice_scopes
from airflow_provider_tiktok.warehouse.tokens import TokenStore
from airflow_provider_tiktok.warehouse.tokens_flow import FlowRefusedError, FlowStore, Refusal
from airflow_provider_tiktok.warehouse.tokens_state import token_states

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.api.accounts import Advertiser, Pixel
    from airflow_provider_tiktok.hooks.tiktok import TikTokHook
    from airflow_provider_tiktok.warehouse.tokens_flow import PendingGrant

# A person waits for the page: the pixels of further accounts come with the next import.
MOST_WITH_PIXELS = 20
CODE_LENGTH = 1024


@dataclass(frozen=True)
class Found:
    """What a grant that waits for confirmation opens.

    ``left`` is how many advertisers' pixels were not looked at; ``not_granted`` names accounts of
    this connection that the new grant lacks; ``problems`` are sentences.
    """

    connection_id: str
    scope: tuple[str, ...]
    advertisers: tuple[Advertiser, ...]
    pixels: dict[str, tuple[Pixel, ...]]
    left: int
    not_granted: tuple[str, ...]
    problems: tuple[str, ...]


class Authorisation:
    """One person's authorisation for one connection.

    :param warehouse: a session outside of any transaction.
    :param user_id: the person to whom the state is bound.
    """

    def __init__(self, hook: TikTokHook, warehouse: psycopg.Connection[Any], user_id: str) -> None:
        """Read the keys.

        :raises TokenKeyError: tokens cannot be kept.
        """
        self._hook = hook
        self._warehouse = warehouse
        self._user_id = user_id
        self._flow = FlowStore(warehouse, token_keys(), user_id)

    def begin(self) -> str:
        """Return the address of TikTok's page at which the person approves.

        :raises SettingsError: the app or the redirect address is not set.
        """
        settings = self._hook.settings
        app_id, _ = app_of(settings)
        address = redirect_uri()
        state = self._flow.start(settings.connection_id, address)
        return authorization_url(app_id, address, state, authorize_url=authorize_page(settings))

    def receive(self, code: str) -> str:
        """Exchange the code for a token, keep it, and return the name under which it waits.

        :raises TikTokError: TikTok does not take the code, the app id or the secret.
        """
        hide(code)
        settings = self._hook.settings
        app_id, secret = app_of(settings)
        if not 0 < len(code) <= CODE_LENGTH or not code.isascii() or not code.isprintable():
            raise FlowRefusedError(Refusal.UNKNOWN)
        token = exchange_code(self._hook.client_with(None), app_id, secret, code)
        hide(token.access_token)
        return self._flow.keep(settings.connection_id, token.access_token, token.scope)

    def found(self, name: str) -> Found:
        """Ask TikTok what the waiting grant opens.

        :raises FlowRefusedError: nothing waits under this name for this person and connection.
        """
        grant = self._pending(name)
        settings = self._hook.settings
        app_id, secret = app_of(settings)
        client = self._hook.client_with(grant.access_token)
        granted = [one.advertiser_id for one in list_advertisers(client, app_id, secret)]
        listing = advertiser_info(client, granted)
        problems = [refusal(one, outcome) for one, outcome in listing.refused.items()]
        pixels = {}
        for advertiser in listing.items[:MOST_WITH_PIXELS]:
            try:
                listed = list_pixels(client, advertiser.advertiser_id)
            except TikTokReauthoriseError:
                raise
            except TikTokError as error:
                problems.append(str(error))
            else:
                pixels[advertiser.advertiser_id] = listed.items
        known = enabled_advertisers(self._warehouse, settings.connection_id)
        return Found(
            connection_id=settings.connection_id,
            scope=grant.scope,
            advertisers=listing.items,
            pixels=pixels,
            left=max(0, len(listing.items) - MOST_WITH_PIXELS),
            not_granted=tuple(
                f"{one.advertiser_name or 'unnamed'} ({one.advertiser_id})"
                for one in known
                if one.advertiser_id not in granted
            ),
            problems=tuple(problems),
        )

    def confirm(self, name: str) -> AccountImport:
        """Store the waiting grant, import what it opens, and let waiting events go on."""
        grant = self._pending(name)
        if not self._flow.drop(name):
            raise FlowRefusedError(Refusal.UNKNOWN)
        settings = self._hook.settings
        before = {state.connection_id: state for state in token_states(self._warehouse)}
        store = TokenStore(self._warehouse, token_keys(), changed_by=self._user_id)
        store.save(settings.connection_id, access_token=grant.access_token, scope=grant.scope)
        if last := before.get(settings.connection_id):
            notice_scopes(self._warehouse, settings.connection_id, last.scope, grant.scope)
        self._warehouse.execute(
            statement("token_flow/unblock"),
            {"connection_id": settings.connection_id, "pixel_codes": list(settings.pixel_codes)},
        )
        return import_accounts(
            self._warehouse, self._hook.client, settings, most_with_pixels=MOST_WITH_PIXELS
        )

    def drop(self, name: str) -> None:
        """Forget the waiting grant; nothing of it stays here."""
        self._flow.drop(name)

    def _pending(self, name: str) -> PendingGrant:
        grant = self._flow.pending(name)
        if grant.connection_id != self._hook.settings.connection_id:
            raise FlowRefusedError(Refusal.UNKNOWN)
        hide(grant.access_token)
        return grant


def authorize_page(settings: Settings) -> str:
    """Return the address of the page at which people approve."""
    if settings.environment == "local":
        parts = urlsplit(local_url())
        return f"{parts.scheme}://{parts.netloc}/portal/auth"
    return AUTHORIZE_URL


def app_of(settings: Settings) -> tuple[str, str]:
    """Return the app's id and secret.

    :raises SettingsError: one is missing, or the environment has no authorisation.
    """
    where = f"the Airflow connection {settings.connection_id}"
    if settings.environment == "sandbox":
        raise SettingsError(
            "TikTok's sandbox has no page to approve on: its portal shows the token of a sandbox "
            f"account. Paste it into {where}.",
        )
    if not settings.app_id or not settings.app_secret:
        raise SettingsError(
            f"Fill in app_id and app_secret, from TikTok's developer portal, in {where} first.",
        )
    return settings.app_id, settings.app_secret
