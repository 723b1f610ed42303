"""Say which advertisers and pixels a connection is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.api.accounts import list_advertisers
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.warehouse.accounts import enabled_advertisers, enabled_pixels
from airflow_provider_tiktok.warehouse.status import disabled_pixels, known_advertisers

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.errors import Outcome
    from airflow_provider_tiktok.hooks.settings import Settings

NAMES_SHOWN = 3


def advertisers_to_import(client: TikTokClient, settings: Settings) -> tuple[list[str], bool]:
    """Return the advertiser ids to import, and whether they are all that the token may see.

    :raises SettingsError: the connection neither lists advertisers nor has app id and secret.
    :raises TikTokError: TikTok does not list them.
    """
    if settings.advertiser_ids:
        return list(settings.advertiser_ids), False
    if settings.app_id and settings.app_secret:
        granted = list_advertisers(client, settings.app_id, settings.app_secret)
        return [advertiser.advertiser_id for advertiser in granted], granted.is_complete
    raise SettingsError(
        "TikTok lists a token's advertisers only with the app's id and secret. Fill in app_id and "
        f"app_secret, or advertiser_ids, in the Airflow connection {settings.connection_id}.",
    )


def advertisers_to_read(warehouse: psycopg.Connection[Any], settings: Settings) -> list[str]:
    """Return the advertisers whose spend to pull: imported, in the grant and switched on.

    Listed ids that were never imported come too, so that their own task says what is wrong.
    """
    enabled = [
        advertiser.advertiser_id
        for advertiser in enabled_advertisers(warehouse, settings.connection_id)
    ]
    if not settings.advertiser_ids:
        return enabled
    unknown = set(settings.advertiser_ids) - known_advertisers(warehouse, settings.advertiser_ids)
    return [
        advertiser_id
        for advertiser_id in settings.advertiser_ids
        if advertiser_id in unknown or advertiser_id in enabled
    ]


def pixels_to_serve(warehouse: psycopg.Connection[Any], settings: Settings) -> list[str]:
    """Return the codes of the pixels to deliver to: the listed ones, else all that were found.

    A listed pixel needs no import: TikTok asks for nothing but its code. A listed code that cannot
    exist comes too, so that its own task says what is wrong.
    """
    listed = settings.pixel_codes
    if not listed:
        return [pixel.pixel_code for pixel in enabled_pixels(warehouse, settings.connection_id)]
    off = disabled_pixels(warehouse, listed)
    return [code for code in listed if code not in off]


def refusal(advertiser_id: str, outcome: Outcome) -> str:
    """Return one sentence on an advertiser that TikTok refuses, with the fix."""
    request = f" (request {outcome.request_id})" if outcome.request_id else ""
    return (
        f"Advertiser {advertiser_id}: TikTok answered {outcome.code}, {outcome.message.rstrip('.')}"
        f"{request}. {outcome.next_step}"
    )


def shortened(names: Sequence[str]) -> str:
    """Return the first few names for a sentence."""
    return ", ".join(names[:NAMES_SHOWN]) + (", …" if len(names) > NAMES_SHOWN else "")
