"""Build each advertiser's pixel, campaigns, ad groups and ads. The same whatever the seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.world import draws
from sandbox.world.accounts import Ad, AdGroup, Advertiser, Campaign, Pixel

if TYPE_CHECKING:
    from sandbox.world.sites import Site

ADS_A_GROUP = 2
ADS_A_CAMPAIGN = 200
LEAST_CAMPAIGNS = 3
MADE_BEFORE = timedelta(days=40)
RENAMED_AFTER = timedelta(hours=36)
DELETED_AFTER = timedelta(hours=30)
DELETED_POSITION = 1  # of the first site's ads
AUTOMATIC = 2  # position of the campaign that is Smart+, or in Europe made in the mobile app
# Number of a site's first campaign, ad group and ad; the last digits count.
CAMPAIGN_IDS, AD_GROUP_IDS, AD_IDS, SITE_IDS = 171 * 10**13, 172 * 10**13, 173 * 10**13, 10**12
SMART_AD_IDS = 174 * 10**13
# Names as people give them: with blanks, signs and accents that a URL must encode.
CAMPAIGN_NAMES = {
    "us": ("US | Autumn Sale", "US | Prospecting 18-34", "US | Smart+ Bestsellers"),
    "in": ("IN | Diwali 50% off & more", "IN | Prospecting", "IN | Smart+ Catalog"),
    "eu": ("EU | Herbst-Aktion Gr\u00f6\u00dfen", "EU | Retargeting", "EU | Promote: Clip 7"),
}
NEW_NAME = "US | Black Friday warm-up"
# Campaigns that are not bought by auction, by site and position.
BOUGHT = {("in", 1): "RESERVATION_RF", ("eu", 0): "RESERVATION_TOP_VIEW"}
WINDOWS = ("SEVEN_DAYS", "TWENTY_EIGHT_DAYS", "ONE_DAY", "FOURTEEN_DAYS")
WINDOW_DAYS = {"ONE_DAY": 1, "SEVEN_DAYS": 7, "FOURTEEN_DAYS": 14, "TWENTY_EIGHT_DAYS": 28}
LANDING_PAGES = ("/collections/new", "/collections/sale", "/products/trail-jacket", "/")
MACROS = (
    "utm_source=tiktok&utm_medium=paid_social&utm_campaign=__CAMPAIGN_NAME__"
    "&campaign_id=__CAMPAIGN_ID__&adgroup_id=__AID__&ad_id=__CID__"
)
UNGRANTED_ADVERTISER = Advertiser(
    advertiser_id="7000000000000000009",
    name="Southwind Outlet",
    currency="USD",
    timezone="Etc/GMT+8",
    display_timezone="America/Los_Angeles",
    country="US",
    language="en",
    company="Southwind Outlet Inc",
    create_time=1_650_000_000,
    balance=12.5,
)


@dataclass(frozen=True, slots=True)
class AdPlan:
    """What the world needs to know of an ad to let people see and click it."""

    number: int  # in the whole world
    position: int  # within the site
    site: Site
    ad: Ad
    campaign: Campaign
    weight: int  # thousandths of an average ad
    cpm: int  # in minor units of the currency
    window_seconds: int  # how long after a click TikTok counts its conversions
    deleted_at: int | None  # Unix seconds


def advertiser_of(site: Site) -> Advertiser:
    """Return a site's advertiser."""
    return Advertiser(
        advertiser_id=site.advertiser_id,
        name=site.name,
        currency=site.currency,
        timezone=site.timezone,
        display_timezone=site.display_timezone,
        country=site.country,
        language="de" if site.country == "DE" else "en",
        company="Northwind Traders",
        create_time=1_640_000_000 + site.index,
        balance=5000.0,
    )


def pixel_of(site: Site, start: datetime) -> Pixel:
    """Return a site's pixel."""
    return Pixel(
        pixel_id=site.pixel_id,
        pixel_code=site.pixel_code,
        pixel_name=f"{site.name} web",
        advertiser_id=site.advertiser_id,
        create_time=tiktok_time(start - MADE_BEFORE),
    )


def campaigns_of(site: Site, ads: int, start: datetime) -> list[Campaign]:
    """Return a site's campaigns as they are when the world starts."""
    count = max(LEAST_CAMPAIGNS, ads // ADS_A_CAMPAIGN)
    made = tiktok_time(start - MADE_BEFORE)
    names = CAMPAIGN_NAMES[site.code]
    campaigns = [
        Campaign(
            campaign_id=_id(CAMPAIGN_IDS, site, position),
            advertiser_id=site.advertiser_id,
            campaign_name=names[position] if position < len(names) else f"{names[1]} {position}",
            objective_type="WEB_CONVERSIONS",
            create_time=made,
            modify_time=made,
            buying_type=BOUGHT.get((site.code, position), "AUCTION"),
        )
        for position in range(count)
    ]
    one = campaigns[AUTOMATIC]
    if site.code == "eu":
        campaigns[AUTOMATIC] = replace(one, campaign_system_origin="PROMOTE")
    else:
        kind = "UPGRADED_SMART_PLUS" if site.code == "us" else "SMART_PLUS"
        campaigns[AUTOMATIC] = replace(
            one, is_smart_performance_campaign=True, campaign_automation_type=kind
        )
    return campaigns


def ad_groups_of(site: Site, campaigns: list[Campaign], ads: int) -> list[AdGroup]:
    """Return a site's ad groups, dealt out to its campaigns in turn."""
    groups = []
    for position in range(-(-ads // ADS_A_GROUP)):
        campaign = campaigns[position % len(campaigns)]
        group = AdGroup(
            adgroup_id=_id(AD_GROUP_IDS, site, position),
            campaign_id=campaign.campaign_id,
            advertiser_id=site.advertiser_id,
            adgroup_name=f"{campaign.campaign_name} / group {position + 1}",
            pixel_id=site.pixel_id,
            click_attribution_window=WINDOWS[position % len(WINDOWS)],
            create_time=campaign.create_time,
            modify_time=campaign.modify_time,
        )
        groups.append(group)
    return groups


def ads_of(site: Site, groups: list[AdGroup], campaigns: list[Campaign], ads: int) -> list[Ad]:
    """Return a site's ads; the first site has one that is deleted in the course of the world."""
    kinds = {one.campaign_id: one.campaign_automation_type for one in campaigns}
    made = []
    for position in range(ads):
        group = groups[position // ADS_A_GROUP]
        page = LANDING_PAGES[position % len(LANDING_PAGES)]
        ad_id = _id(AD_IDS, site, position)
        kind = kinds[group.campaign_id]
        smart_ad_id = _id(SMART_AD_IDS, site, position // ADS_A_GROUP)
        ad = Ad(
            ad_id=ad_id,
            adgroup_id=group.adgroup_id,
            campaign_id=group.campaign_id,
            advertiser_id=site.advertiser_id,
            ad_name=f"{site.code} clip {position + 1}",
            landing_page_url=f"https://{site.domain}{page}?{MACROS}",
            tracking_pixel_id=site.pixel_id,
            create_time=group.create_time,
            modify_time=group.modify_time if kind == "MANUAL" else None,
            ad_id_v2={"SMART_PLUS": ad_id, "UPGRADED_SMART_PLUS": smart_ad_id}.get(kind),
        )
        made.append(ad)
    return made


def plan_ads(
    site: Site,
    ads: list[Ad],
    groups: list[AdGroup],
    campaigns: list[Campaign],
    *,
    seed: int,
    start: datetime,
) -> list[AdPlan]:
    """Return what each ad can do: how many people it reaches and what that costs."""
    campaign_of = {one.campaign_id: one for one in campaigns}
    window_of = {one.adgroup_id: WINDOW_DAYS[one.click_attribution_window] for one in groups}
    plans = []
    for position, ad in enumerate(ads):
        number = site.index * 1_000_000 + position
        luck = draws.draw(seed, draws.AD, number)
        liked = draws.below(luck[0], 1000)
        plan = AdPlan(
            number=number,
            position=position,
            site=site,
            ad=ad,
            campaign=campaign_of[ad.campaign_id],
            weight=400 + liked * liked // 550,  # few ads are much liked; 1,000 on average
            cpm=site.cpm * (700 + draws.below(luck[1], 600)) // 1000,
            window_seconds=window_of[ad.adgroup_id] * 86_400,
            deleted_at=_deleted_at(site, position, start),
        )
        plans.append(plan)
    return plans


def renamed(campaigns: list[Campaign], start: datetime) -> list[Campaign]:
    """Return the campaigns as they are after the first one of the first site got a new name."""
    first = campaigns[0]
    changed = tiktok_time(start + RENAMED_AFTER)
    return [replace(first, campaign_name=NEW_NAME, modify_time=changed), *campaigns[1:]]


def with_deleted_ad(ads: list[Ad], start: datetime) -> list[Ad]:
    """Return the ads as they are after one of the first site was deleted."""
    deleted = replace(
        ads[DELETED_POSITION],
        operation_status="DISABLE",
        secondary_status="AD_STATUS_DELETE",
        modify_time=tiktok_time(start + DELETED_AFTER),
    )
    return [*ads[:DELETED_POSITION], deleted, *ads[DELETED_POSITION + 1 :]]


def tiktok_time(moment: datetime) -> str:
    """Return a time as TikTok writes it, in UTC without a zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _deleted_at(site: Site, position: int, start: datetime) -> int | None:
    if site.index == 0 and position == DELETED_POSITION:
        return int((start + DELETED_AFTER).timestamp())
    return None


def _id(first: int, site: Site, position: int) -> str:
    return str(first + (site.index + 1) * SITE_IDS + position)
