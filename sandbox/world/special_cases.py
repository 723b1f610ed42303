"""The cases that exist in every world, whatever its seed and size.

Each is the first click of one ad's hour (or the first visit without a click of a site's hour) whose
story is told here instead of drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MINUTE, HOUR = 60, 3_600
NO_CLICK = -1  # in place of an ad's position


@dataclass(frozen=True, slots=True)
class Story:
    """What happens after a visit that is not left to chance. Times are seconds."""

    name: str
    site: int
    position: int  # of the ad within the site
    hour: int  # of the site, from the start of the world
    order_after: int | None = None  # after the visit
    on_desktop: bool = False
    refunds: tuple[tuple[int, int], ...] = ()  # seconds after the order, percent of its total
    has_account: bool = False
    consent: Literal["granted", "denied", "unknown"] = "granted"
    limited_data_use: bool = False
    currency: str | None = None
    is_lead: bool = False
    has_literal_macros: bool = False


US, INDIA, EUROPE = 0, 1, 2
STORIES = (
    Story("full_refund", US, 0, 3, 15 * MINUTE, refunds=((5 * HOUR, 100),), has_account=True),
    Story("partial_refund", EUROPE, 0, 3, 20 * MINUTE, refunds=((20 * HOUR, 35),)),
    Story(
        name="refunded_twice",
        site=US,
        position=2,
        hour=4,
        order_after=15 * MINUTE,
        refunds=((3 * HOUR, 40), (26 * HOUR, 35)),
        has_account=True,
    ),
    Story("refund_in_same_hour", INDIA, 0, 3, 8 * MINUTE, refunds=((10 * MINUTE, 100),)),
    Story("refund_before_order", EUROPE, 2, 4, 2 * HOUR, refunds=((-30 * MINUTE, 100),)),
    Story("consent_denied", EUROPE, 5, 5, 10 * MINUTE, consent="denied"),
    Story("consent_unknown", INDIA, 2, 4, 10 * MINUTE, consent="unknown"),
    Story("limited_data_use", US, 5, 6, 10 * MINUTE, limited_data_use=True),
    Story("cross_device", US, 0, 5, 22 * HOUR, on_desktop=True, has_account=True),
    Story("rejected_currency", US, 2, 8, 10 * MINUTE, currency="XXX", has_account=True),
    Story("lead_stages", INDIA, 5, 6, is_lead=True),
    Story("literal_macros", US, NO_CLICK, 7, has_literal_macros=True),
)

# Hours that TikTok shows at first and takes back: to zero, or out of the report.
ZEROED = {(site, 3, 4) for site in (US, INDIA, EUROPE)}
REMOVED = {(site, 4, 5) for site in (US, INDIA, EUROPE)}
LEAST_ADS = 6
LEAST_DAYS = 2

_story_at = {(story.site, story.position, story.hour): story for story in STORIES}


def story_at(site: int, position: int, hour: int) -> Story | None:
    """Return the story of the first visit of this ad and hour, if it has one."""
    return _story_at.get((site, position, hour))
