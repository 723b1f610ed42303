"""What TikTok says of an hour while it is young: late, in part, and not yet right.

Ours in its numbers; that hours come about 30 minutes late and that spend is fixed at 12:00 UTC is
TikTok's ("Data latency"). Every answer is a function of the hour and of the time of asking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world import draws
from sandbox.world.delivery import Fate

if TYPE_CHECKING:
    from sandbox.world.delivery import Delivery
    from sandbox.world.hours import Hour

FIRST_SHOWN = 30 * 60  # after the hour began
BEHIND = 20 * 60  # how much of the latest time is missing
TAKEN_BACK_AFTER = 14 * 3_600
HOUR_SECONDS, DAY_SECONDS = 3_600, 86_400
DAILY_FIX = 12 * HOUR_SECONDS
CHECKED_AFTER = 6 * HOUR_SECONDS
SPEND_SETTLES_WITHIN = 7 * DAY_SECONDS  # after the hour

Known = tuple[int, int, int]  # spend in minor units, impressions, clicks


def known_delivery(delivery: Delivery, hour: Hour, at: int) -> Known | None:
    """Return spend, impressions and clicks as TikTok knows them at `at` (Unix seconds).

    None is no row: too early, nothing delivered, or an hour that was taken out of the report.
    """
    spend, impressions, clicks, fate, luck = delivery
    age = at - hour.epoch
    if age < FIRST_SHOWN or not impressions:
        return None
    if fate is not Fate.KEPT and age >= TAKEN_BACK_AFTER:
        return (0, 0, 0) if fate is Fate.ZEROED else None
    percent = _percent_off(luck, hour, at)
    if percent:
        spend += spend * percent // 100
        impressions += impressions * percent // 100
        clicks += _clicks_off(percent, clicks, luck[7])
    shown = age - BEHIND
    if shown < hour.seconds:
        spend, impressions = spend * shown // hour.seconds, impressions * shown // hour.seconds
        clicks = clicks * shown // hour.seconds
    return (spend, impressions, clicks) if impressions else None


def _percent_off(luck: draws.Draws, hour: Hour, at: int) -> int:
    """Return by how many percent the numbers are off: 70 of 100 hours are right at once."""
    kind = draws.below(luck[4], 100)
    if kind < 70:  # noqa: PLR2004 - the shares of the kinds of hours are read here and nowhere else
        return 0
    end = hour.epoch + hour.seconds
    percent = 1 + draws.below(luck[5], 6)
    soon = end + (3 + draws.below(luck[6], 9)) * HOUR_SECONDS
    fixed = _fix_after(end + CHECKED_AFTER)
    if kind < 82:  # noqa: PLR2004 - too low, some hours are enough
        return -percent if at < soon else 0
    if kind < 92:  # noqa: PLR2004 - too high, invalid traffic is taken out once a day
        return percent if at < fixed else 0
    if kind < 98:  # noqa: PLR2004 - too low, then too high
        return -percent if at < soon else percent if at < max(fixed, soon) else 0
    return percent if at < end + (3 + percent % 4) * DAY_SECONDS else 0  # a long tail


def _fix_after(moment: int) -> int:
    return ((moment - DAILY_FIX) // DAY_SECONDS + 1) * DAY_SECONDS + DAILY_FIX


def _clicks_off(percent: int, clicks: int, luck: int) -> int:
    if percent > 0:
        return luck & 1
    return -(luck & 1) if clicks else 0
