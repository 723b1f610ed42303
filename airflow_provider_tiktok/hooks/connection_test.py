"""Find out with a live call whether a connection works, and say what is wrong and how to fix it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.accounts import advertiser_info, list_advertisers, user_info
from airflow_provider_tiktok.api.errors import TikTokError
from airflow_provider_tiktok.hooks.grant import refusal, shortened

if TYPE_CHECKING:
    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.hooks.settings import Settings


def try_connection(client: TikTokClient, settings: Settings) -> tuple[bool, str]:
    """Return whether TikTok takes the connection, with one sentence for each thing to know.

    With app id and secret TikTok checks both and the token at once. Listed advertisers are asked
    for by name. With a token alone TikTok only says whose it is.
    """
    problems = list(settings.refused.values())
    found: list[str] = []
    try:
        if settings.app_id and settings.app_secret:
            granted = list_advertisers(client, settings.app_id, settings.app_secret)
            names = [
                advertiser.advertiser_name or advertiser.advertiser_id for advertiser in granted
            ]
            found.append(f"{len(names)} advertisers ({shortened(names)})")
        listed = [name for name in settings.advertiser_ids if name not in settings.refused]
        if listed:
            listing = advertiser_info(client, listed)
            problems += [refusal(name, outcome) for name, outcome in listing.refused.items()]
            found.append(f"{len(listing)} of {len(listed)} listed advertisers")
        if not found:
            user = user_info(client)
            found.append(f"the token of {user.display_name or 'an unnamed user'}")
    except TikTokError as error:
        problems.append(str(error))
    if problems:
        return False, " ".join(problems)
    return True, f"TikTok ({settings.environment}) answers: {', '.join(found)}."
