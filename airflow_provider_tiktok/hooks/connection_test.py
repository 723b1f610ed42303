"""Find out with a live call whether a connection works, and say what is wrong and how to fix it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.accounts import (
    advertiser_info,
    list_advertisers,
    list_pixels,
    user_info,
)
from airflow_provider_tiktok.api.errors import ErrorClass, TikTokError
from airflow_provider_tiktok.api.events import track
from airflow_provider_tiktok.hooks.grant import refusal, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.errors import Outcome
    from airflow_provider_tiktok.hooks.settings import Settings


TEST_PAGE = "https://example.com/connection-test"


def try_connection(client: TikTokClient, settings: Settings, *, now: datetime) -> tuple[bool, str]:
    """Return whether TikTok takes the connection, with one sentence for each thing to know.

    With app id and secret TikTok checks both and the token at once. Listed advertisers are asked
    for by name. With a token alone TikTok only says whose it is. With a test event code one test
    event goes to each listed pixel, or to the first that is found; TikTok counts it nowhere.
    """
    problems = list(settings.refused.values())
    found: list[str] = []
    listed = [name for name in settings.advertiser_ids if name not in settings.refused]
    readable: list[str] = []
    try:
        if settings.app_id and settings.app_secret:
            granted = list_advertisers(client, settings.app_id, settings.app_secret)
            names = [
                advertiser.advertiser_name or advertiser.advertiser_id for advertiser in granted
            ]
            found.append(f"{len(names)} advertisers ({shortened(names)})")
            readable = [advertiser.advertiser_id for advertiser in granted]
        if listed:
            listing = advertiser_info(client, listed)
            problems += [refusal(name, outcome) for name, outcome in listing.refused.items()]
            found.append(f"{len(listing)} of {len(listed)} listed advertisers")
            readable = [advertiser.advertiser_id for advertiser in listing]
        if not found:
            user = user_info(client)
            found.append(f"the token of {user.display_name or 'an unnamed user'}")
        if settings.test_event_code:
            for code in _pixels_to_try(client, settings, readable):
                problems += _send_test_event(client, code, settings.test_event_code, now)
                found.append(f"a test event was sent to pixel {code}")
    except TikTokError as error:
        problems.append(str(error))
    if problems:
        return False, " ".join(problems)
    sentences = [f"TikTok ({settings.environment}) answers: {', '.join(found)}."]
    return True, " ".join([*sentences, *settings.notices])


def _pixels_to_try(
    client: TikTokClient, settings: Settings, advertiser_ids: Sequence[str]
) -> list[str]:
    listed = [code for code in settings.pixel_codes if code not in settings.refused]
    if listed:
        return listed
    for advertiser_id in advertiser_ids:
        for pixel in list_pixels(client, advertiser_id):
            return [pixel.pixel_code]
    return []


def _send_test_event(
    client: TikTokClient, pixel_code: str, test_event_code: str, now: datetime
) -> list[str]:
    """Send one event of nobody and return what is wrong with it, if anything."""
    moment = int(now.timestamp())
    event = {
        "event": "ViewContent",
        "event_id": f"connection_test_{moment}",
        "event_time": moment,
        "user": {"external_id": hashlib.sha256(b"connection test").hexdigest()},
        "page": {"url": TEST_PAGE},
    }
    outcome = track(
        client,
        event_source="web",
        event_source_id=pixel_code,
        data=[json.dumps(event, separators=(",", ":")).encode()],
        test_event_code=test_event_code,
    )
    if outcome.error_class is ErrorClass.SUCCESS:
        return []
    return [_refused_event(pixel_code, outcome)]


def _refused_event(pixel_code: str, outcome: Outcome) -> str:
    return (
        f"Pixel {pixel_code} took no test event: TikTok answered {outcome.code}, "
        f"{outcome.message.rstrip('.')}. {outcome.next_step}"
    )
