"""Advertisers, pixels, campaigns, ad groups and ads, with TikTok's field names.

TikTok: "Get ad account details", "Get pixels", "Get campaigns", "Get ad groups", "Get ads".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advertiser:
    """An advertiser account."""

    advertiser_id: str
    name: str
    currency: str
    timezone: str  # a fixed offset has POSIX's inverted sign: Etc/GMT+5 is UTC-5
    display_timezone: str
    country: str
    language: str
    company: str
    create_time: int  # Unix seconds
    balance: float
    status: str = "STATUS_ENABLE"
    role: str = "ROLE_ADVERTISER"
    company_name_editable: bool = True
    industry: str = "290101"
    owner_bc_id: str = "7600000000000000001"
    advertiser_account_type: str = "AUCTION"


@dataclass(frozen=True, slots=True)
class Pixel:
    """A pixel. `pixel_code` is what the Events API calls event_source_id."""

    pixel_id: str
    pixel_code: str
    pixel_name: str
    advertiser_id: str
    create_time: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign. Times are UTC, `YYYY-MM-DD HH:MM:SS`."""

    campaign_id: str
    advertiser_id: str
    campaign_name: str
    objective_type: str
    create_time: str
    modify_time: str
    operation_status: str = "ENABLE"
    secondary_status: str = "CAMPAIGN_STATUS_ENABLE"
    budget: float = 0.0
    budget_mode: str = "BUDGET_MODE_INFINITE"
    buying_type: str = "AUCTION"
    campaign_system_origin: str = "TT_ADS_PLATFORM"  # PROMOTE: made in the mobile app
    is_smart_performance_campaign: bool = False
    campaign_automation_type: str = "MANUAL"


@dataclass(frozen=True, slots=True)
class AdGroup:
    """An ad group, with the windows within which its conversions are counted."""

    adgroup_id: str
    campaign_id: str
    advertiser_id: str
    adgroup_name: str
    pixel_id: str
    click_attribution_window: str
    create_time: str
    modify_time: str
    view_attribution_window: str = "ONE_DAY"
    optimization_goal: str = "CONVERT"
    optimization_event: str = "SHOPPING"
    attribution_event_count: str = "EVERY"
    operation_status: str = "ENABLE"
    secondary_status: str = "ADGROUP_STATUS_DELIVERY_OK"


@dataclass(frozen=True, slots=True)
class Ad:
    """An ad. `landing_page_url` holds its URL macros unexpanded; Smart+ has no modify_time."""

    ad_id: str
    adgroup_id: str
    campaign_id: str
    advertiser_id: str
    ad_name: str
    landing_page_url: str
    tracking_pixel_id: str
    create_time: str
    modify_time: str | None
    operation_status: str = "ENABLE"
    secondary_status: str = "AD_STATUS_DELIVERY_OK"
    ad_id_v2: str | None = None  # Upgraded Smart+: the ad; ad_id is then the creative
