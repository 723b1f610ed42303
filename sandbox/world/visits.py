"""Visits of the sites: each click of an ad, and each session that came without one.

A visit is decided by its own draws, so it can be made from its number alone. A person's first
visit is the person: a later click points back to an earlier one and is then made by that person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sandbox.world import draws
from sandbox.world.delivery import DAY_SHAPE, clicks_of
from sandbox.world.special_cases import NO_CLICK, story_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.world.account_tree import AdPlan
    from sandbox.world.draws import Draws
    from sandbox.world.hours import Hour
    from sandbox.world.sites import Site
    from sandbox.world.special_cases import Story

# Which of a visit's 16 draws decides what.
(AT, RECORDED, RETURNS, PARENT_AD, PARENT, BUYS, BUYS_WHEN, DEVICE) = range(8)
(LEADS, PAGES, REPORTED, REPORT_DELAY, REFUNDS, JITTER, REPEATS, WITHDRAWS) = range(8, 16)

RECORDED_SHARE = 0.92  # the rest block trackers or leave too soon
RETURNING_SHARE = 0.25
LEAD_SHARE = 0.02
ORGANIC_SHARE = 0.3  # sessions without a click, per click
ORGANIC_BUYERS = 0.6  # of the share of buyers among clicks
DESKTOP_SHARE = 0.6  # of those who do not buy at once
STORY_STARTS = 5 * 60  # into its hour
FIRST_ORDER, ORDER_JITTER = 180, 2_400  # seconds
# Hours between a click and its order, each as likely as the others. The last is past 28 days.
ORDER_LAGS = (*(0,) * 10, 1, 1, 5, 22, 22, 47, 95, 166, 300, 700)
RETURN_LAGS = (1, 2, 4, 8, 20, 26, 50, 74, 120)  # hours of the account


class Visit(NamedTuple):
    """A click, or a session without one. Times are Unix seconds."""

    site: Site
    plan: AdPlan | None  # of the ad that was clicked
    hour: Hour
    number: int  # within the ad (or site) and hour
    luck: Draws
    at: int
    is_recorded: bool  # the site's tracker saw it
    order_at: int | None
    on_desktop: bool  # where the order is placed
    lead_at: int | None
    story: Story | None


class Chances(NamedTuple):
    """What decides a world beside its hours."""

    seed: int
    size: float
    buyers: float  # share of clicks that end in an order


def click(chances: Chances, plan: AdPlan, hour: Hour, index: int) -> Visit:
    """Return one click of an ad; `index` counts from 0 to its clicks of that hour."""
    story = story_at(plan.site.index, plan.position, hour.index) if index == 0 else None
    luck = draws.draw(chances.seed, draws.CLICK, plan.number, hour.epoch // 900, index)
    if story is not None:
        return _told(plan.site, plan, hour, luck, story)
    return _drawn(plan.site, plan, hour, index, luck=luck, buyers=chances.buyers)


def converting_clicks(chances: Chances, plan: AdPlan, hour: Hour, clicks: int) -> Iterator[Visit]:
    """Yield those of an ad's clicks in an hour that end in an order or a lead."""
    buyers, leads = chances.buyers * draws.RANGE, LEAD_SHARE * draws.RANGE
    tells = story_at(plan.site.index, plan.position, hour.index) is not None
    for index in range(clicks):
        luck = draws.draw(chances.seed, draws.CLICK, plan.number, hour.epoch // 900, index)
        if luck[BUYS] < buyers or luck[LEADS] < leads or (tells and index == 0):
            visit = click(chances, plan, hour, index)
            if visit.order_at is not None or visit.lead_at is not None:
                yield visit


def session(chances: Chances, site: Site, hour: Hour, index: int) -> Visit:
    """Return one session that no click began."""
    story = story_at(site.index, NO_CLICK, hour.index) if index == 0 else None
    luck = draws.draw(chances.seed, draws.SESSION, site.index, hour.epoch // 900, index)
    if story is not None:
        return _told(site, None, hour, luck, story)
    buyers = chances.buyers * ORGANIC_BUYERS
    return _drawn(site, None, hour, index, luck=luck, buyers=buyers)


def sessions_of(chances: Chances, site: Site, hour: Hour, ads: int) -> int:
    """Return how many sessions a site of so many ads had without a click in an hour."""
    luck = draws.draw(chances.seed, draws.SESSIONS, site.index, hour.epoch // 900)
    expected = ads * chances.size * ORGANIC_SHARE * DAY_SHAPE[hour.local_hour]
    count = int(expected * (0.5 + luck[0] / draws.RANGE) + luck[1] / draws.RANGE)
    return max(count, 1) if story_at(site.index, NO_CLICK, hour.index) else count


def root_of(
    chances: Chances, visit: Visit, plans: tuple[AdPlan, ...], hours: tuple[Hour, ...]
) -> Visit:
    """Return the first visit of the person who made this one: often the visit itself.

    :param plans: all ads of the site.
    :param hours: all hours of the site.
    """
    luck = visit.luck
    if visit.plan is None or visit.story or not draws.chance(luck[RETURNS], RETURNING_SHARE):
        return visit
    # The low bits are as good as the rest, and free.
    earlier = visit.hour.index - RETURN_LAGS[luck[RETURNS] % len(RETURN_LAGS)]
    if earlier < 0:
        return visit
    plan, hour = draws.one_of(luck[PARENT_AD], plans), hours[earlier]
    clicks = clicks_of(chances.seed, chances.size, plan, hour)
    if not clicks:
        return visit
    root = click(chances, plan, hour, draws.below(luck[PARENT], clicks))
    is_first = not draws.chance(root.luck[RETURNS], RETURNING_SHARE)
    return root if is_first and root.is_recorded and root.story is None else visit


def _drawn(
    site: Site,
    plan: AdPlan | None,
    hour: Hour,
    number: int,
    *,
    luck: Draws,
    buyers: float,
) -> Visit:
    at = hour.epoch + (luck[AT] * hour.seconds >> 32)
    order_at, on_desktop = None, False
    if luck[BUYS] < buyers * draws.RANGE:
        lag = ORDER_LAGS[luck[BUYS_WHEN] * len(ORDER_LAGS) >> 32]
        order_at = at + lag * 3_600 + FIRST_ORDER + draws.below(luck[JITTER], ORDER_JITTER)
        on_desktop = lag > 0 and draws.chance(luck[DEVICE], DESKTOP_SHARE)
    lead_at = at + 240 if plan is not None and draws.chance(luck[LEADS], LEAD_SHARE) else None
    recorded = draws.chance(luck[RECORDED], RECORDED_SHARE)
    return Visit(site, plan, hour, number, luck, at, recorded, order_at, on_desktop, lead_at, None)


def _told(site: Site, plan: AdPlan | None, hour: Hour, luck: Draws, story: Story) -> Visit:
    at = hour.epoch + STORY_STARTS
    return Visit(
        site=site,
        plan=plan,
        hour=hour,
        number=0,
        luck=luck,
        at=at,
        is_recorded=True,
        order_at=None if story.order_after is None else at + story.order_after,
        on_desktop=story.on_desktop,
        lead_at=at + 240 if story.is_lead else None,
        story=story,
    )
