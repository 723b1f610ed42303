"""The metrics of a BASIC report: which exist, at which level, and how a row computes them.

TikTok: "Basic reports", "Supported metrics", "Data latency". The world knows spend, impressions,
clicks, conversions and purchases. Metrics that TikTok has and the world does not are "-".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

CENT = Decimal("0.01")
VOUCHER_SHARE = Decimal("0.05")  # ours
REACH_EXPONENT = 0.97  # ours: a longer period reaches fewer new people
NOT_AVAILABLE = "-"


@dataclass(slots=True)
class Sums:
    """What the cells of one row add up to."""

    spend: Decimal = field(default_factory=Decimal)
    impressions: int = 0
    clicks: int = 0
    conversion: int = 0
    complete_payment: int = 0
    value: Decimal = field(default_factory=Decimal)
    last_hour: datetime | None = None

    def add(self, other: Sums) -> None:
        """Add another row to this one."""
        self.spend += other.spend
        self.impressions += other.impressions
        self.clicks += other.clicks
        self.conversion += other.conversion
        self.complete_payment += other.complete_payment
        self.value += other.value
        if self.last_hour is None or (other.last_hour and other.last_hour > self.last_hour):
            self.last_hour = other.last_hour


Number = Decimal | int


def _over(above: Number, below: Number, times: int = 1) -> Decimal:
    share = Decimal(above) * times / below if below else Decimal(0)
    return share.quantize(CENT, ROUND_HALF_UP)


def _reach(sums: Sums) -> int:
    return round(math.pow(sums.impressions, REACH_EXPONENT))


def _voucher(sums: Sums) -> Decimal:
    return (sums.spend * VOUCHER_SHARE).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Metric:
    """One metric. `late_hours` is how long it is "-"; `unique` cannot be added up.

    `sum_of` is the part of `Sums` that a plain sum is, None for what is computed.
    """

    value: Callable[[Sums], Number]
    late_hours: int = 0
    unique: bool = False
    advertiser_days_only: bool = False
    sum_of: str | None = None


def _sum(name: str) -> Metric:
    return Metric(attrgetter(name), sum_of=name)


METRICS = {
    "spend": _sum("spend"),
    "billed_cost": Metric(lambda s: s.spend, late_hours=11),
    "cash_spend": Metric(lambda s: s.spend - _voucher(s), late_hours=16, advertiser_days_only=True),
    "voucher_spend": Metric(_voucher, late_hours=16, advertiser_days_only=True),
    "impressions": _sum("impressions"),
    "clicks": _sum("clicks"),
    "ctr": Metric(lambda s: _over(s.clicks, s.impressions, 100)),
    "cpc": Metric(lambda s: _over(s.spend, s.clicks)),
    "cpm": Metric(lambda s: _over(s.spend, s.impressions, 1000)),
    "reach": Metric(_reach, late_hours=16, unique=True),
    "frequency": Metric(lambda s: _over(s.impressions, _reach(s)), late_hours=16, unique=True),
    "cost_per_1000_reached": Metric(
        lambda s: _over(s.spend, _reach(s), 1000), late_hours=16, unique=True
    ),
    "conversion": _sum("conversion"),
    "cost_per_conversion": Metric(lambda s: _over(s.spend, s.conversion)),
    "conversion_rate": Metric(lambda s: _over(s.conversion, s.clicks, 100)),
    "complete_payment": _sum("complete_payment"),
    "complete_payment_rate": Metric(lambda s: _over(s.complete_payment, s.clicks, 100)),
    "cost_per_complete_payment": Metric(lambda s: _over(s.spend, s.complete_payment)),
    "value_per_complete_payment": Metric(lambda s: _over(s.value, s.complete_payment)),
    # TikTok's name for the total value of purchases.
    "total_complete_payment_rate": _sum("value"),
    "complete_payment_roas": Metric(lambda s: _over(s.value, s.spend)),
}
# TikTok's, but nothing in the world behind them.
_NO_DATA = """
real_time_conversion real_time_cost_per_conversion real_time_conversion_rate result cost_per_result
result_rate real_time_result cta_conversion vta_conversion engaged_view_through_conversions
vta_complete_payment web_event_add_to_cart initiate_checkout form on_web_order on_web_subscribe
total_landing_page_view offline_shopping_events offline_shopping_events_value
offline_shopping_events_roas custom_page_events video_play_actions video_watched_2s video_watched_6s
average_video_play average_video_play_per_user video_views_p25 video_views_p50 video_views_p75
video_views_p100 likes comments shares follows profile_visits
"""
UNKNOWN_TO_THE_WORLD = frozenset(_NO_DATA.split())
# Attributes asked for among the metrics, by the level that has them.
ATTRIBUTES = {
    "AUCTION_AD": frozenset(
        {"campaign_id", "campaign_name", "adgroup_id", "adgroup_name", "ad_name", "currency"}
    ),
    "AUCTION_ADGROUP": frozenset({"campaign_id", "campaign_name", "adgroup_name", "currency"}),
    "AUCTION_CAMPAIGN": frozenset({"campaign_name", "currency"}),
    "AUCTION_ADVERTISER": frozenset({"currency"}),
}


def invalid_metrics(
    metrics: tuple[str, ...], level: str, *, by_id: bool, by_time: str | None
) -> list[str]:
    """Return the metrics that TikTok refuses for this level and these dimensions."""
    attributes = ATTRIBUTES[level] if by_id else frozenset()
    advertiser_days = level == "AUCTION_ADVERTISER" and by_time == "stat_time_day"
    refused = []
    for name in metrics:
        metric = METRICS.get(name)
        known = metric is not None or name in UNKNOWN_TO_THE_WORLD or name in attributes
        if not known or (
            metric is not None and metric.advertiser_days_only and not advertiser_days
        ):
            refused.append(name)
    return refused


def text(value: Number, *, decimal_counts: bool) -> str:
    """Return a metric's value as TikTok writes it: a string, counts by the switch."""
    if isinstance(value, int):
        return f"{value}.0" if decimal_counts else str(value)
    return format(value, "f")
