"""Campaigns, ad groups and ads: also the deleted, the promoted and the TopView ones.

TikTok's lists leave rows out by default: deleted objects (primary_status), campaigns promoted from
the mobile app (campaign_system_origins) and TopView (buying_types, which takes RESERVATION_TOP_VIEW
only alone). Smart+ campaigns come along as long as no filter asks for them or against them
("TikTok: Get campaigns", "Promote campaign"); upgraded Smart+ is also asked for at its own
endpoints ("TikTok: Upgraded Smart+"), so that nothing is missing where the lists leave it out.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from airflow_provider_tiktok.api.errors import TikTokConfigurationError, TikTokRequestError
from airflow_provider_tiktok.api.fields import identifier, items, members, text
from airflow_provider_tiktok.api.messages import ApiRequest
from airflow_provider_tiktok.api.paging import Listing, joined, raw, read_listing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_provider_tiktok.api.client import TikTokClient

log = logging.getLogger(__name__)

T = TypeVar("T")

PAGE_SIZE = 1000
TOP_VIEW_PAGE_SIZE = 100
EVERYTHING: dict[str, object] = {
    "primary_status": "STATUS_ALL",
    "campaign_system_origins": ["TT_ADS_PLATFORM", "PROMOTE"],
}
SMART_PLUS_PAGE_SIZE = 100
SMART_PLUS: dict[str, object] = {"primary_status": "STATUS_ALL"}
TOP_VIEW: dict[str, object] = {
    "primary_status": "STATUS_ALL",
    "buying_types": ["RESERVATION_TOP_VIEW"],
}


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign. Times are as TikTok sends them. `raw` keeps every field."""

    campaign_id: str
    advertiser_id: str
    campaign_name: str | None
    objective_type: str | None
    operation_status: str | None
    secondary_status: str | None
    create_time: str | None
    modify_time: str | None
    raw: dict[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AdGroup:
    """An ad group, with the attribution windows that its numbers are restated within."""

    adgroup_id: str
    campaign_id: str
    advertiser_id: str
    adgroup_name: str | None
    pixel_id: str | None
    optimization_goal: str | None
    optimization_event: str | None
    click_attribution_window: str | None
    view_attribution_window: str | None
    operation_status: str | None
    secondary_status: str | None
    create_time: str | None
    modify_time: str | None
    raw: dict[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ad:
    """An ad. `landing_page_url` holds TikTok's URL macros unexpanded; Smart+ has no modify_time."""

    ad_id: str
    adgroup_id: str
    campaign_id: str
    advertiser_id: str
    ad_name: str | None
    landing_page_url: str | None
    operation_status: str | None
    secondary_status: str | None
    create_time: str | None
    modify_time: str | None
    raw: dict[str, object] = field(repr=False)


def list_campaigns(client: TikTokClient, advertiser_id: str) -> Listing[Campaign]:
    """Return every campaign of an advertiser (TikTok: campaign/get)."""

    def read(row: Mapping[str, object]) -> Campaign | None:
        campaign_id = identifier(row.get("campaign_id"))
        if campaign_id is None:
            return None
        return Campaign(
            campaign_id=campaign_id,
            advertiser_id=advertiser_id,
            campaign_name=text(row.get("campaign_name")),
            objective_type=text(row.get("objective_type")),
            operation_status=text(row.get("operation_status")),
            secondary_status=text(row.get("secondary_status")),
            create_time=text(row.get("create_time")),
            modify_time=text(row.get("modify_time")),
            raw=raw(row),
        )

    return _list(client, "campaign/get/", advertiser_id, read, lambda item: item.campaign_id)


def list_ad_groups(client: TikTokClient, advertiser_id: str) -> Listing[AdGroup]:
    """Return every ad group of an advertiser (TikTok: adgroup/get)."""

    def read(row: Mapping[str, object]) -> AdGroup | None:
        adgroup_id, campaign_id = (
            identifier(row.get(name)) for name in ("adgroup_id", "campaign_id")
        )
        if adgroup_id is None or campaign_id is None:
            return None
        return AdGroup(
            adgroup_id=adgroup_id,
            campaign_id=campaign_id,
            advertiser_id=advertiser_id,
            adgroup_name=text(row.get("adgroup_name")),
            pixel_id=identifier(row.get("pixel_id")),
            optimization_goal=text(row.get("optimization_goal")),
            optimization_event=text(row.get("optimization_event")),
            click_attribution_window=text(row.get("click_attribution_window")),
            view_attribution_window=text(row.get("view_attribution_window")),
            operation_status=text(row.get("operation_status")),
            secondary_status=text(row.get("secondary_status")),
            create_time=text(row.get("create_time")),
            modify_time=text(row.get("modify_time")),
            raw=raw(row),
        )

    return _list(client, "adgroup/get/", advertiser_id, read, lambda item: item.adgroup_id)


def list_ads(client: TikTokClient, advertiser_id: str) -> Listing[Ad]:
    """Return every ad of an advertiser (TikTok: ad/get)."""

    def read(row: Mapping[str, object]) -> Ad | None:
        ad_id = identifier(row.get("ad_id"))
        adgroup_id, campaign_id = (
            identifier(row.get(name)) for name in ("adgroup_id", "campaign_id")
        )
        if ad_id is None or adgroup_id is None or campaign_id is None:
            return None
        return Ad(
            ad_id=ad_id,
            adgroup_id=adgroup_id,
            campaign_id=campaign_id,
            advertiser_id=advertiser_id,
            ad_name=text(row.get("ad_name")),
            landing_page_url=text(row.get("landing_page_url")),
            operation_status=text(row.get("operation_status")),
            secondary_status=text(row.get("secondary_status")),
            create_time=text(row.get("create_time")),
            modify_time=text(row.get("modify_time")),
            raw=raw(row),
        )

    def creatives(row: Mapping[str, object]) -> tuple[Ad, ...] | None:
        return _creatives(row, advertiser_id)

    def smart_plus() -> Listing[Ad]:
        path = "smart_plus/ad/get/"
        smart = _read(
            client,
            path,
            {"advertiser_id": advertiser_id, "filtering": SMART_PLUS},
            SMART_PLUS_PAGE_SIZE,
            read=creatives,
            key=lambda ads: ads[0].ad_id,
        )
        found = tuple(ad for ads in smart for ad in ads)
        return Listing(found, smart.incomplete_reason, smart.request_ids)

    return _list(
        client, "ad/get/", advertiser_id, read, lambda item: item.ad_id, smart_plus=smart_plus
    )


def _creatives(row: Mapping[str, object], advertiser_id: str) -> tuple[Ad, ...] | None:
    """Return the creatives of an upgraded Smart+ ad, which reports and ad/get call ads."""
    adgroup_id, campaign_id = (identifier(row.get(name)) for name in ("adgroup_id", "campaign_id"))
    creatives = [members(one) for one in items(row.get("creative_list"))]
    ids = [identifier(one.get("smart_plus_creative_id")) for one in creatives]
    if adgroup_id is None or campaign_id is None or not ids or None in ids:
        return None
    pages = [members(one) for one in items(row.get("landing_page_url_list"))]
    return tuple(
        Ad(
            ad_id=ad_id,
            adgroup_id=adgroup_id,
            campaign_id=campaign_id,
            advertiser_id=advertiser_id,
            ad_name=text(row.get("ad_name")),
            landing_page_url=text(pages[0].get("landing_page_url")) if pages else None,
            operation_status=text(row.get("operation_status")),
            secondary_status=text(row.get("secondary_status")),
            create_time=text(row.get("create_time")),
            modify_time=text(row.get("modify_time")),
            raw=raw(row),
        )
        for ad_id in ids
        if ad_id is not None
    )


def _list(
    client: TikTokClient,
    path: str,
    advertiser_id: str,
    read: Callable[[Mapping[str, object]], T | None],
    key: Callable[[T], str],
    *,
    smart_plus: Callable[[], Listing[T]] | None = None,
) -> Listing[T]:
    def listing(path: str, filtering: Mapping[str, object], page_size: int) -> Listing[T]:
        query = {"advertiser_id": advertiser_id, "filtering": filtering}
        return _read(client, path, query, page_size, read=read, key=key)

    parts = [listing(path, EVERYTHING, PAGE_SIZE)]
    others: dict[str, Callable[[], Listing[T]]] = {
        "TopView": lambda: listing(path, TOP_VIEW, TOP_VIEW_PAGE_SIZE),
        "upgraded Smart+": smart_plus
        or (lambda: listing(f"smart_plus/{path}", SMART_PLUS, SMART_PLUS_PAGE_SIZE)),
    }
    for name, ask in others.items():
        try:
            parts.append(ask())
        except (TikTokConfigurationError, TikTokRequestError) as error:
            # TopView is granted on request, and older accounts have no upgraded Smart+.
            log.warning("%s of advertiser %s without %s: %s", path, advertiser_id, name, error)
    return joined(parts, key)


def _read(
    client: TikTokClient,
    path: str,
    query: Mapping[str, object],
    page_size: int,
    *,
    read: Callable[[Mapping[str, object]], T | None],
    key: Callable[[T], str],
) -> Listing[T]:
    def request_for(page: int, size: int) -> ApiRequest:
        return ApiRequest("GET", path, query={**query, "page": page, "page_size": size})

    return read_listing(
        client, request_for, page_size=page_size, list_name="list", read=read, key=key
    )
