"""What TikTok reports per ad and account-local hour, as it knew it at a moment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from sandbox.world import draws
from sandbox.world.catalog import CATALOGS
from sandbox.world.delivery import Fate, delivery_of
from sandbox.world.orders import items_of, money, order_luck, total_of
from sandbox.world.restatement import SPEND_SETTLES_WITHIN, known_delivery
from sandbox.world.visits import REPORT_DELAY, REPORTED, Chances, converting_clicks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from decimal import Decimal

    from sandbox.world.account_tree import AdPlan
    from sandbox.world.delivery import Delivery
    from sandbox.world.hours import Hour
    from sandbox.world.visits import Visit

Dst = Literal["merged", "twice", "missing"]

MATCHED_SHARE = 0.9  # of conversions that TikTok can attribute
VIEWERS_SHARE = 0.01  # view-through conversions, per click
REPORT_DELAY_SECONDS = (30 * 60, 3 * 3_600)
VIEW_WINDOW = 86_400
# After the longest click window and the longest delay nothing changes any more.
SETTLES_WITHIN = timedelta(days=28, hours=5)
SPEND_SETTLED = timedelta(seconds=SPEND_SETTLES_WITHIN)


class Cell(NamedTuple):
    """One ad in one account-local hour. `total_complete_payment_rate` is the purchases' value."""

    advertiser_id: str
    campaign_id: str
    adgroup_id: str
    ad_id: str
    stat_time_hour: str  # account-local, `YYYY-MM-DD HH:00:00`
    utc_hour: datetime  # when the hour starts
    spend: Decimal
    impressions: int
    clicks: int
    conversion: int
    complete_payment: int
    total_complete_payment_rate: Decimal


class Conversions(NamedTuple):
    """What TikTok attributes to an ad's hour; value in minor units."""

    conversion: int
    complete_payment: int
    value: int


def report_cells(
    chances: Chances,
    plans: Iterable[AdPlan],
    hours: Sequence[Hour],
    *,
    at: int,
    dst: Dst,
) -> Iterator[Cell]:
    """Yield the cells of these ads and hours as known at `at` (Unix seconds), ad by ad."""
    if dst == "missing":
        hours = [hour for hour in hours if not hour.is_second_pass]
    for plan in plans:
        waiting: Cell | None = None
        for hour in hours:
            cell = cell_of(chances, plan, hour, at)
            if cell is None:
                continue
            if waiting is not None:
                if dst == "merged" and waiting.stat_time_hour == cell.stat_time_hour:
                    waiting = merged(waiting, cell)
                    continue
                yield waiting
            waiting = cell
        if waiting is not None:
            yield waiting


def cell_of(chances: Chances, plan: AdPlan, hour: Hour, at: int) -> Cell | None:
    """Return one ad's cell of one hour as known at `at`, or None where there is no row."""
    delivery = delivery_of(chances.seed, chances.size, plan, hour)
    known = known_delivery(delivery, hour, at)
    if known is None:
        return None
    spend, impressions, clicks = known
    found = conversions_of(chances, plan, hour, delivery, at)
    ad, decimals = plan.ad, plan.site.decimals
    return Cell(
        ad.advertiser_id,
        ad.campaign_id,
        ad.adgroup_id,
        ad.ad_id,
        hour.stat_time_hour,
        hour.utc_hour,
        money(spend, decimals),
        impressions,
        clicks,
        found.conversion,
        found.complete_payment,
        money(found.value, decimals),
    )


def conversions_of(
    chances: Chances, plan: AdPlan, hour: Hour, delivery: Delivery, at: int
) -> Conversions:
    """Return the conversions of an hour's clicks and views that TikTok knows of at `at`.

    They are dated to the click or view and come in when they happen, plus a delay.
    """
    if delivery.fate is not Fate.KEPT:
        return Conversions(0, 0, 0)
    leads, payments, value = 0, 0, 0
    for visit in converting_clicks(chances, plan, hour, delivery.clicks):
        if visit.lead_at is not None and _knows(visit, visit.lead_at, at):
            leads += 1
        if visit.order_at is not None and _knows(visit, visit.order_at, at):
            payments += 1
            value += total_of(items_of(order_luck(chances.seed, visit), visit))
    viewers, worth = _view_through(plan, hour, delivery, at)
    return Conversions(leads + payments + viewers, payments + viewers, value + worth)


def _knows(visit: Visit, happened: int, at: int) -> bool:
    """Whether TikTok attributes what happened to the click, and has heard of it by now."""
    if visit.plan is None or happened - visit.at > visit.plan.window_seconds:
        return False
    if visit.story is not None and visit.story.currency is not None:
        return False
    earliest, latest = REPORT_DELAY_SECONDS
    delay = earliest + draws.below(visit.luck[REPORT_DELAY], latest - earliest)
    return happened + delay <= at and draws.chance(visit.luck[REPORTED], MATCHED_SHARE)


def _view_through(plan: AdPlan, hour: Hour, delivery: Delivery, at: int) -> tuple[int, int]:
    """Return purchases of people who only saw the ad, and their value."""
    luck = delivery.luck
    count = int(delivery.clicks * VIEWERS_SHARE + luck[8] / draws.RANGE * (1 + VIEWERS_SHARE * 4))
    known_at = hour.epoch + hour.seconds + draws.below(luck[9], VIEW_WINDOW)
    if not count or at < known_at:
        return 0, 0
    return count, count * draws.one_of(luck[10], CATALOGS[plan.site.code]).price


def merged(first: Cell, second: Cell) -> Cell:
    """Return two passes of one repeated hour as the one row that TikTok makes of them."""
    return first._replace(
        spend=first.spend + second.spend,
        impressions=first.impressions + second.impressions,
        clicks=first.clicks + second.clicks,
        conversion=first.conversion + second.conversion,
        complete_payment=first.complete_payment + second.complete_payment,
        total_complete_payment_rate=first.total_complete_payment_rate
        + second.total_complete_payment_rate,
    )
