"""What may be asked of a BASIC report at which level (TikTok: Basic reports, Supported metrics).

A metric that is not listed here is asked for as it is: TikTok decides, and a metric that it refuses
is set aside. Listed are those with a rule of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DataLevel = Literal["AUCTION_AD", "AUCTION_ADGROUP", "AUCTION_CAMPAIGN", "AUCTION_ADVERTISER"]
TimeDimension = Literal["stat_time_hour", "stat_time_day"]


@dataclass(frozen=True, slots=True)
class Level:
    """A data level: the dimension that names a row's object, and what goes with it.

    `status_field` is the filter that shows deleted objects; TikTok refuses it on another level.
    `parents` are the attributes that name the objects above.
    """

    entity: str
    status_field: str | None
    parents: tuple[str, ...]


LEVELS: dict[str, Level] = {
    "AUCTION_AD": Level("ad_id", "ad_status", ("campaign_id", "adgroup_id")),
    "AUCTION_ADGROUP": Level("adgroup_id", "adgroup_status", ("campaign_id",)),
    "AUCTION_CAMPAIGN": Level("campaign_id", "campaign_status", ()),
    "AUCTION_ADVERTISER": Level("advertiser_id", None, ()),
}

# Longest range in days, both ends counted. TikTok says 30 days for stat_time_day; whether that is
# 30 or 31 dates is not said, so 30.
LONGEST_DAYS: dict[str, int] = {"stat_time_hour": 1, "stat_time_day": 30}

DEFAULT_METRICS = (
    "spend",
    "impressions",
    "clicks",
    "conversion",
    "complete_payment",
    # TikTok's name for the total value of purchases.
    "total_complete_payment_rate",
)

# Metrics about people are no sums: two days' reach is not their reaches added.
UNIQUE_METRICS = frozenset({"reach", "frequency", "cost_per_1000_reached"})

# TikTok: Data latency. Other metrics come after about 30 minutes.
LATENCY_HOURS: dict[str, int] = {
    "reach": 16,
    "frequency": 16,
    "cost_per_1000_reached": 16,
    "cash_spend": 16,
    "voucher_spend": 16,
    "billed_cost": 11,
}

_ADVERTISER_DAYS_ONLY = frozenset({"cash_spend", "voucher_spend"})
# At these levels an attribute does not exist: an ad group has no single ad.
_ATTRIBUTE_LEVELS: dict[str, tuple[str, ...]] = {
    "ad_name": ("AUCTION_AD",),
    "ad_id": ("AUCTION_AD",),
    "adgroup_id": ("AUCTION_AD", "AUCTION_ADGROUP"),
    "adgroup_name": ("AUCTION_AD", "AUCTION_ADGROUP"),
    "campaign_id": ("AUCTION_AD", "AUCTION_ADGROUP", "AUCTION_CAMPAIGN"),
    "campaign_name": ("AUCTION_AD", "AUCTION_ADGROUP", "AUCTION_CAMPAIGN"),
}


def is_valid(name: str, data_level: str, time_dimension: str) -> bool:
    """Return False when TikTok is known to refuse the metric or attribute there."""
    if name in _ADVERTISER_DAYS_ONLY:
        return (data_level, time_dimension) == ("AUCTION_ADVERTISER", "stat_time_day")
    return data_level in _ATTRIBUTE_LEVELS.get(name, (data_level,))


def default_attributes(data_level: str) -> tuple[str, ...]:
    """Return the attributes that place a row: the objects above it, and the currency."""
    return (*LEVELS[data_level].parents, "currency")
