"""Advertisers and pixels, and the names of what is in them: one function per endpoint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.campaigns import (
    Ad,
    AdGroup,
    Campaign,
    list_ad_groups,
    list_ads,
    list_campaigns,
)
from airflow_provider_tiktok.api.errors import (
    TikTokConfigurationError,
    TikTokRequestError,
)
from airflow_provider_tiktok.api.fields import identifier, items, members, text
from airflow_provider_tiktok.api.messages import ApiRequest
from airflow_provider_tiktok.api.paging import Listing, joined, raw, read_listing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from airflow_provider_tiktok.api.client import TikTokClient

__all__ = [
    "Ad",
    "AdGroup",
    "Advertiser",
    "Campaign",
    "GrantedAdvertiser",
    "Pixel",
    "PixelEventCount",
    "User",
    "advertiser_info",
    "list_ad_groups",
    "list_ads",
    "list_advertisers",
    "list_campaigns",
    "list_pixels",
    "pixel_event_stats",
    "user_info",
]

ADVERTISERS_A_CALL = 100
# All that TikTok has but the names, numbers and licences of people (contacter, email and so on).
ADVERTISER_FIELDS = (
    "advertiser_id",
    "name",
    "status",
    "role",
    "currency",
    "timezone",
    "display_timezone",
    "country",
    "language",
    "company",
    "industry",
    "balance",
    "create_time",
    "owner_bc_id",
    "advertiser_account_type",
    "rejection_reason",
)
PIXELS_A_PAGE = 20
PIXELS_A_STATS_CALL = 10


@dataclass(frozen=True, slots=True)
class Advertiser:
    """An advertiser account. `raw` keeps every field that TikTok sent."""

    advertiser_id: str
    advertiser_name: str | None
    currency: str | None
    timezone: str | None
    display_timezone: str | None
    country: str | None
    status: str | None
    role: str | None
    raw: dict[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class GrantedAdvertiser:
    """An advertiser that the token may act for."""

    advertiser_id: str
    advertiser_name: str | None


@dataclass(frozen=True, slots=True)
class Pixel:
    """A pixel. `pixel_code`, not `pixel_id`, is the Events API's event_source_id."""

    pixel_id: str
    pixel_code: str
    pixel_name: str | None
    advertiser_id: str
    raw: dict[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PixelEventCount:
    """How many events of one kind TikTok counted for a pixel, by way of arrival."""

    pixel_id: str
    event: str
    total_count: int
    browser_count: int
    server_count: int
    attributed_count: int


@dataclass(frozen=True, slots=True)
class User:
    """The person who authorised the app."""

    core_user_id: str | None
    display_name: str | None
    raw: dict[str, object] = field(repr=False)


def user_info(client: TikTokClient) -> User:
    """Return who authorised the app (TikTok: user/info). The cheapest check of a token."""
    data = members(client.call(ApiRequest("GET", "user/info/")))
    return User(text(data.get("core_user_id")), text(data.get("display_name")), raw(data))


def list_advertisers(client: TikTokClient, app_id: str, secret: str) -> Listing[GrantedAdvertiser]:
    """Return the advertisers in the grant (TikTok: oauth2/advertiser/get). Not paged by TikTok."""
    request = ApiRequest(
        "GET", "oauth2/advertiser/get/", query={"app_id": app_id, "secret": secret}
    )
    outcome = client.call_outcome(request)
    found = {}
    problem = None
    for item in items(members(outcome.data).get("list")):
        advertiser_id = identifier(members(item).get("advertiser_id"))
        if advertiser_id is None:
            problem = "unreadable_item"
            continue
        name = text(members(item).get("advertiser_name"))
        found[advertiser_id] = GrantedAdvertiser(advertiser_id, name)
    request_ids = (outcome.request_id,) if outcome.request_id else ()
    return Listing(tuple(found.values()), problem, request_ids)


def advertiser_info(client: TikTokClient, advertiser_ids: Sequence[str]) -> Listing[Advertiser]:
    """Return the advertisers' currency, time zones and names (TikTok: advertiser/info).

    Asks for 100 at a time. When TikTok refuses a batch, it is halved until the refused advertiser
    stands alone in `refused`; the others are returned.
    """
    batches = [
        advertiser_ids[start : start + ADVERTISERS_A_CALL]
        for start in range(0, len(advertiser_ids), ADVERTISERS_A_CALL)
    ]
    listings = [_advertiser_batch(client, batch) for batch in batches]
    return joined(listings, lambda advertiser: advertiser.advertiser_id)


def _advertiser_batch(client: TikTokClient, advertiser_ids: Sequence[str]) -> Listing[Advertiser]:
    query = {"advertiser_ids": list(advertiser_ids), "fields": list(ADVERTISER_FIELDS)}
    request = ApiRequest("GET", "advertiser/info/", query=query)
    try:
        outcome = client.call_outcome(request)
    except (TikTokConfigurationError, TikTokRequestError) as error:
        if error.outcome.code is None:
            raise
        if len(advertiser_ids) == 1:
            return Listing((), refused={advertiser_ids[0]: error.outcome})
        middle = len(advertiser_ids) // 2
        halves = (advertiser_ids[:middle], advertiser_ids[middle:])
        listings = [_advertiser_batch(client, half) for half in halves]
        return joined(listings, lambda advertiser: advertiser.advertiser_id)
    rows = [_advertiser(members(row)) for row in items(members(outcome.data).get("list"))]
    found = {row.advertiser_id: row for row in rows if row is not None}
    problem = None if set(advertiser_ids) <= set(found) else "advertisers_missing"
    request_ids = (outcome.request_id,) if outcome.request_id else ()
    return Listing(tuple(found.values()), problem, request_ids)


def _advertiser(row: Mapping[str, object]) -> Advertiser | None:
    advertiser_id = identifier(row.get("advertiser_id"))
    if advertiser_id is None:
        return None
    return Advertiser(
        advertiser_id=advertiser_id,
        advertiser_name=text(row.get("name")),
        currency=text(row.get("currency")),
        timezone=text(row.get("timezone")),
        display_timezone=text(row.get("display_timezone")),
        country=text(row.get("country")),
        status=text(row.get("status")),
        role=text(row.get("role")),
        raw=raw(row),
    )


def list_pixels(client: TikTokClient, advertiser_id: str) -> Listing[Pixel]:
    """Return the pixels of an advertiser (TikTok: pixel/list, 20 a page)."""

    def request_for(page: int, page_size: int) -> ApiRequest:
        query = {"advertiser_id": advertiser_id, "page": page, "page_size": page_size}
        return ApiRequest("GET", "pixel/list/", query=query)

    def read(row: Mapping[str, object]) -> Pixel | None:
        pixel_id, pixel_code = identifier(row.get("pixel_id")), text(row.get("pixel_code"))
        if pixel_id is None or pixel_code is None:
            return None
        return Pixel(pixel_id, pixel_code, text(row.get("pixel_name")), advertiser_id, raw(row))

    return read_listing(
        client,
        request_for,
        page_size=PIXELS_A_PAGE,
        list_name="pixels",
        read=read,
        key=lambda pixel: pixel.pixel_code,
    )


def pixel_event_stats(
    client: TikTokClient,
    advertiser_id: str,
    pixel_ids: Sequence[str],
    start_date: date,
    end_date: date,
) -> list[PixelEventCount]:
    """Return what TikTok counted per pixel and event (TikTok: pixel/event/stats, UTC dates).

    Asks for 10 pixels at a time; the dates are inclusive and at most 30 days apart. The server
    count is what can be compared with the events that were sent.
    """
    counts = []
    for start in range(0, len(pixel_ids), PIXELS_A_STATS_CALL):
        query = {
            "advertiser_id": advertiser_id,
            "pixel_ids": list(pixel_ids[start : start + PIXELS_A_STATS_CALL]),
            "date_range": {"start_date": str(start_date), "end_date": str(end_date)},
        }
        data = members(client.call(ApiRequest("GET", "pixel/event/stats/", query=query)))
        for pixel in map(members, items(data.get("list"))):
            pixel_id = identifier(pixel.get("pixel_id")) or ""
            statistics = map(members, items(pixel.get("statistics")))
            counts += [_event_count(pixel_id, statistic) for statistic in statistics]
    return counts


def _event_count(pixel_id: str, statistic: Mapping[str, object]) -> PixelEventCount:
    event = text(statistic.get("pixel_event_type")) or text(statistic.get("custom_event_type"))
    return PixelEventCount(
        pixel_id=pixel_id,
        event=event or "",
        total_count=_count(statistic.get("total_count")),
        browser_count=_count(statistic.get("browser_event_total_count")),
        server_count=_count(statistic.get("server_event_total_count")),
        attributed_count=_count(statistic.get("attributed_count")),
    )


def _count(value: object) -> int:
    word = identifier(value)
    return int(word) if word is not None else 0
