"""The answers that a warehouse built on a world must give, worked out without one.

The attribution rule: an order is credited to the last TikTok click (the first hit of a ttclid) of
any visitor of the same person with click_at <= ordered_at and within 28 days; otherwise it is
unattributed. Persons are connected components over the customer ids and e-mail addresses that rows
share. What a click earned, and what of it was paid back, is dated to the click in the local time of
the ad's account, in the currency of the order.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sandbox.world.attribution import WINDOW, clicks_in, credited_clicks
from sandbox.world.report import SETTLES_WITHIN
from sandbox.world.tables import OrderRow, RefundRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from sandbox.world.attribution import RecordedClick
    from sandbox.world.report import Cell
    from sandbox.world.tables import Row
    from sandbox.world.world import World


class Credit(NamedTuple):
    """What the clicks of one ad on one day earned, in one currency."""

    orders: int
    gross: Decimal
    refunded: Decimal


class CreditKey(NamedTuple):
    """An ad, the account-local date of its click, and the currency of the order."""

    ad_id: str
    click_date: date
    currency: str


NO_CREDIT = Credit(0, Decimal(0), Decimal(0))


class Truth:
    """Independent answers about a world. Each reads the world anew: for small worlds."""

    def __init__(self, world: World) -> None:
        self._world = world

    def spend_by_day(self, at: datetime | None = None) -> dict[tuple[str, date], Decimal]:
        """Return spend by advertiser and account-local day, in the advertiser's currency.

        :param at: as TikTok knew it then; without it, when nothing changes any more.
        """
        spend: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
        for cell in self._cells(at):
            day = date.fromisoformat(cell.stat_time_hour[:10])
            spend[cell.advertiser_id, day] += cell.spend
        return dict(spend)

    def spend_by_ad_and_hour(
        self, at: datetime | None = None
    ) -> dict[tuple[str, datetime], Decimal]:
        """Return spend by ad and account-local hour, named by the UTC instant when it starts.

        A repeated hour is one hour, which starts with its first pass.
        """
        return {(cell.ad_id, cell.utc_hour): cell.spend for cell in self._cells(at)}

    def clicks_by_ad_and_hour(self, until: datetime) -> dict[tuple[str, datetime], int]:
        """Return recorded clicks by ad and account-local hour, as :meth:`spend_by_ad_and_hour`.

        :param until: rows from then on do not count.
        """
        count: dict[tuple[str, datetime], int] = defaultdict(int)
        for click in self.clicks(until):
            count[click.ad_id, self._hour_of(click)] += 1
        return dict(count)

    def clicks(self, until: datetime) -> list[RecordedClick]:
        """Return every recorded click before `until`, oldest first."""
        return clicks_in(self._rows(until))

    def credited_clicks(
        self, until: datetime, *, window: timedelta = WINDOW
    ) -> dict[str, RecordedClick | None]:
        """Return the click that earned each order before `until`, or None."""
        return credited_clicks(self._rows(until), window=window)

    def credits(self, until: datetime, *, window: timedelta = WINDOW) -> dict[CreditKey, Credit]:
        """Return orders, gross revenue and refunds that clicks earned, as known at `until`."""
        rows = list(self._rows(until))
        credited = credited_clicks(rows, window=window)
        key_of: dict[str, CreditKey] = {}
        found: dict[CreditKey, Credit] = defaultdict(lambda: NO_CREDIT)
        for row in rows:
            click = credited[row.order_id] if isinstance(row, OrderRow) else None
            if click is None or not isinstance(row, OrderRow):
                continue
            key = CreditKey(click.ad_id, self._local_date(click), row.currency)
            key_of[row.order_id] = key
            one = found[key]
            found[key] = one._replace(orders=one.orders + 1, gross=one.gross + row.total_amount)
        for row in rows:
            if isinstance(row, RefundRow) and row.order_id in key_of:
                key = key_of[row.order_id]
                found[key] = found[key]._replace(refunded=found[key].refunded + row.amount)
        return dict(found)

    def _cells(self, at: datetime | None) -> Iterator[Cell]:
        world = self._world
        moment = at if at is not None else world.end + SETTLES_WITHIN
        for site in world.sites:
            hours = world.hours[site.advertiser_id]
            yield from world.report_cells(
                site.advertiser_id,
                start_date=hours[0].local_date,
                end_date=hours[-1].local_date,
                at=moment,
            )

    def _rows(self, until: datetime) -> Iterator[Row]:
        return self._world.user_rows(since=self._world.start, until=until)

    @cached_property
    def _zone_of_ad(self) -> dict[str, ZoneInfo]:
        zones = {site.advertiser_id: ZoneInfo(site.display_timezone) for site in self._world.sites}
        return {ad.ad_id: zones[ad.advertiser_id] for ad in self._world.ads}

    def _local_date(self, click: RecordedClick) -> date:
        return click.clicked_at.astimezone(self._zone_of_ad[click.ad_id]).date()

    @cached_property
    def _first_instant(self) -> dict[tuple[str, str], datetime]:
        """When each account-local hour starts, by zone and the hour as TikTok writes it."""
        found: dict[tuple[str, str], datetime] = {}
        for site in self._world.sites:
            for hour in self._world.hours[site.advertiser_id]:
                found.setdefault((site.display_timezone, hour.stat_time_hour), hour.utc_hour)
        return found

    def _hour_of(self, click: RecordedClick) -> datetime:
        zone = self._zone_of_ad[click.ad_id]
        hour = click.clicked_at.astimezone(zone).strftime("%Y-%m-%d %H:00:00")
        return self._first_instant[zone.key, hour]
