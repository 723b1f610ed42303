"""Where to find the special cases of a world: the ids of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.world.delivery import Fate
from sandbox.world.people import computer_of, contact_of, key_of, person_of
from sandbox.world.purchases import order_id_of
from sandbox.world.special_cases import NO_CLICK, REMOVED, STORIES, ZEROED
from sandbox.world.visits import click, session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sandbox.world.account_tree import AdPlan
    from sandbox.world.hours import Hour
    from sandbox.world.special_cases import Story
    from sandbox.world.visits import Chances, Visit


@dataclass(frozen=True, slots=True)
class SpecialCase:
    """One case and its rows; what it does not have is None or empty."""

    name: str
    advertiser_id: str
    ad_id: str | None  # of the click it begins with
    page_view_id: str  # of the landing hit
    visitor_id: str  # of the landing hit
    order_id: str | None
    order_visitor_id: str | None
    customer_id: str | None
    refund_ids: tuple[str, ...]
    lead_id: str | None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An ad's hour that TikTok shows at first; then its row is all zeros, or gone."""

    ad_id: str
    stat_time_hour: str
    utc_hour: datetime
    fate: Fate


def cases_of(
    chances: Chances,
    plans: Mapping[str, tuple[AdPlan, ...]],
    hours: Mapping[str, tuple[Hour, ...]],
) -> Iterator[SpecialCase]:
    """Yield the special cases of a world, given its ads and hours by advertiser."""
    advertisers = list(plans)
    for story in STORIES:
        advertiser_id = advertisers[story.site]
        hour, ads = hours[advertiser_id][story.hour], plans[advertiser_id]
        if story.position == NO_CLICK:
            visit = session(chances, ads[0].site, hour, 0)
        else:
            visit = click(chances, ads[story.position], hour, 0)
        yield _case(chances.seed, story, visit, advertiser_id)


def taken_back_in(
    plans: Mapping[str, tuple[AdPlan, ...]], hours: Mapping[str, tuple[Hour, ...]]
) -> Iterator[TakenBack]:
    """Yield the hours that TikTok takes back."""
    advertisers = list(plans)
    for fate, keys in ((Fate.ZEROED, ZEROED), (Fate.REMOVED, REMOVED)):
        for site, position, index in sorted(keys):
            hour = hours[advertisers[site]][index]
            ad = plans[advertisers[site]][position].ad
            yield TakenBack(ad.ad_id, hour.stat_time_hour, hour.utc_hour, fate)


def _case(seed: int, story: Story, visit: Visit, advertiser_id: str) -> SpecialCase:
    person = person_of(seed, visit)
    device = computer_of(seed, person) if visit.on_desktop else person.phone_browser
    order_id = None if visit.order_at is None else order_id_of(visit)
    return SpecialCase(
        name=story.name,
        advertiser_id=advertiser_id,
        ad_id=None if visit.plan is None else visit.plan.ad.ad_id,
        page_view_id=f"pv-{key_of(visit)}-0",
        visitor_id=person.phone_browser.visitor_id,
        order_id=order_id,
        order_visitor_id=None if order_id is None else device.visitor_id,
        customer_id=contact_of(seed, person).customer_id if person.has_account else None,
        refund_ids=tuple(f"R-{order_id}-{n}" for n in range(1, len(story.refunds) + 1)),
        lead_id=f"L-{key_of(visit)}" if visit.lead_at is not None else None,
    )
