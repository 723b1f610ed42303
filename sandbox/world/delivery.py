"""What really happened to an ad in an hour: impressions, clicks and their price."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from sandbox.world import draws
from sandbox.world.special_cases import REMOVED, ZEROED, story_at

if TYPE_CHECKING:
    from sandbox.world.account_tree import AdPlan
    from sandbox.world.draws import Draws
    from sandbox.world.hours import Hour

CLICKS_AN_HOUR = 1.5  # of an average ad in a world of size 1
IMPRESSIONS_A_CLICK = 80
# Share of an average hour, by hour of the account's clock; adds up to 24.
DAY_SHAPE = (
    *(0.6, 0.4, 0.3, 0.2, 0.2, 0.3, 0.5, 0.8, 0.9, 0.9, 1.0, 1.1),
    *(1.3, 1.2, 1.1, 1.1, 1.2, 1.3, 1.5, 1.8, 1.9, 1.9, 1.6, 0.9),
)


class Fate(Enum):
    """What becomes of an hour at TikTok."""

    KEPT = "kept"
    ZEROED = "zeroed"
    REMOVED = "removed"


class Delivery(NamedTuple):
    """One ad in one hour. Of an hour that is taken back these are the numbers shown before."""

    spend: int  # minor units of the currency
    impressions: int
    clicks: int
    fate: Fate
    luck: Draws


NOTHING = Delivery(0, 0, 0, Fate.KEPT, (0,) * 16)


def delivery_of(seed: int, size: float, plan: AdPlan, hour: Hour) -> Delivery:
    """Return what an ad got in an hour of its account.

    :param size: multiplies impressions and clicks, and with them visitors and orders.
    """
    if plan.deleted_at is not None and hour.epoch >= plan.deleted_at:
        return NOTHING
    luck = draws.draw(seed, draws.DELIVERY, plan.number, hour.epoch // 900)
    expected = CLICKS_AN_HOUR * size * plan.weight * DAY_SHAPE[hour.local_hour]
    expected *= hour.seconds / 3_600_000  # a weight is in thousandths
    clicks = int(expected * (0.4 + 1.2 * luck[0] / draws.RANGE) + luck[1] / draws.RANGE)
    impressions = int(expected * IMPRESSIONS_A_CLICK * (0.6 + 0.8 * luck[2] / draws.RANGE))
    key = (plan.site.index, plan.position, hour.index)
    fate = Fate.KEPT
    if story_at(*key) is not None or key in ZEROED or key in REMOVED:
        clicks = max(clicks, 1)
        fate = Fate.ZEROED if key in ZEROED else Fate.REMOVED if key in REMOVED else Fate.KEPT
    impressions += clicks * 10
    spend = impressions * plan.cpm * (800 + draws.below(luck[3], 400)) // 1_000_000
    return Delivery(spend, impressions, clicks, fate, luck)


def clicks_of(seed: int, size: float, plan: AdPlan, hour: Hour) -> int:
    """Return how many clicks an ad really had in an hour: none in an hour that is taken back."""
    delivery = delivery_of(seed, size, plan, hour)
    return delivery.clicks if delivery.fate is Fate.KEPT else 0
