"""The world: three shops, their advertisers and ads, and all that happens to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sandbox.world import account_tree as tree
from sandbox.world import report
from sandbox.world.cases import cases_of, taken_back_in
from sandbox.world.history import Shop
from sandbox.world.hours import hours_between
from sandbox.world.links import Links
from sandbox.world.sites import SITES
from sandbox.world.special_cases import LEAST_ADS, LEAST_DAYS
from sandbox.world.truth import Truth
from sandbox.world.visits import Chances
from sandbox.world.write import write_batches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from psycopg import Connection

    from sandbox.world.account_tree import AdPlan
    from sandbox.world.accounts import Ad, AdGroup, Advertiser, Campaign, Pixel
    from sandbox.world.cases import SpecialCase, TakenBack
    from sandbox.world.hours import Hour
    from sandbox.world.report import Cell, Dst
    from sandbox.world.sites import Site
    from sandbox.world.tables import Row

DEMO_START = datetime(2026, 10, 31, tzinfo=UTC)


class World:
    """One deterministic world. Nothing is stored: every part is a function of the arguments.

    :param seed: another seed, another course of events; ids, names and accounts stay.
    :param start: UTC, when the first hour begins.
    :param days: how long it lasts; at least 2. A longer world begins as a shorter one does.
    :param size: multiplies the clicks of every ad, and with them visits and orders.
    :param ads_per_advertiser: at least 6.
    :param buyers: share of clicks that end in an order.
    :raises ValueError: an argument is too small for the special cases that every world has.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        start: datetime = DEMO_START,
        days: int = 3,
        size: float = 1,
        ads_per_advertiser: int = 12,
        buyers: float = 0.05,
        sites: tuple[Site, ...] = SITES,
    ) -> None:
        if days < LEAST_DAYS or ads_per_advertiser < LEAST_ADS or size <= 0:
            raise ValueError(
                f"a world needs {LEAST_DAYS} days, {LEAST_ADS} ads per advertiser and a size "
                f"above 0, not {days}, {ads_per_advertiser} and {size}"
            )
        self.seed = seed
        self.start = start
        self.end = start + timedelta(days=days)
        self.ads_per_advertiser = ads_per_advertiser
        self.chances = Chances(seed, size, buyers)
        self.sites = sites

    @cached_property
    def advertisers(self) -> tuple[Advertiser, ...]:
        """Every advertiser at TikTok: those of the sites, and one that nobody granted us."""
        own = (tree.advertiser_of(site) for site in self.sites)
        return (*own, tree.UNGRANTED_ADVERTISER)

    @cached_property
    def pixels(self) -> tuple[Pixel, ...]:
        """One pixel per site."""
        return tuple(tree.pixel_of(site, self.start) for site in self.sites)

    @cached_property
    def campaigns(self) -> tuple[Campaign, ...]:
        """Campaigns as they are when the world ends."""
        return self.campaigns_at(self.end)

    def campaigns_at(self, at: datetime) -> tuple[Campaign, ...]:
        """Return the campaigns as TikTok lists them at `at`: one gets a new name on the way."""
        found = []
        for site in self.sites:
            campaigns = tree.campaigns_of(site, self.ads_per_advertiser, self.start)
            is_renamed = site.index == 0 and at >= self.start + tree.RENAMED_AFTER
            found += tree.renamed(campaigns, self.start) if is_renamed else campaigns
        return tuple(found)

    @cached_property
    def ad_groups(self) -> tuple[AdGroup, ...]:
        """Every ad group."""
        return tuple(group for site in self.sites for group in self._groups(site))

    @cached_property
    def ads(self) -> tuple[Ad, ...]:
        """Ads as they are when the world ends."""
        return self.ads_at(self.end)

    def ads_at(self, at: datetime) -> tuple[Ad, ...]:
        """Return the ads as TikTok lists them at `at`: one is deleted on the way."""
        found = []
        for site in self.sites:
            ads = [plan.ad for plan in self.plans[site.advertiser_id]]
            is_deleted = site.index == 0 and at >= self.start + tree.DELETED_AFTER
            found += tree.with_deleted_ad(ads, self.start) if is_deleted else ads
        return tuple(found)

    @cached_property
    def plans(self) -> dict[str, tuple[AdPlan, ...]]:
        """What each ad can do, by advertiser."""
        return {site.advertiser_id: self._plans(site) for site in self.sites}

    @cached_property
    def hours(self) -> dict[str, tuple[Hour, ...]]:
        """The account-local hours of each advertiser that lie whole in the world."""
        return {
            site.advertiser_id: hours_between(site.display_timezone, self.start, self.end)
            for site in self.sites
        }

    def report_cells(
        self,
        advertiser_id: str,
        *,
        start_date: date,
        end_date: date,
        at: datetime,
        dst: Dst = "merged",
    ) -> Iterator[Cell]:
        """Yield TikTok's rows per ad and account-local hour as known at `at`, ad by ad.

        An hour first shows half an hour after it began, grows while it lasts, and is restated for
        days; its conversions come in for as long as the ad group's click window. The same question
        has the same answer, in any order and process.

        :param start_date, end_date: account-local days, both included.
        :param dst: a repeated hour as one row (`merged`), as two rows with one `stat_time_hour`
            and two `utc_hour` (`twice`), or with its second pass left out (`missing`).
        """
        hours = [
            hour
            for hour in self.hours.get(advertiser_id, ())
            if start_date <= hour.local_date <= end_date
        ]
        plans = self.plans.get(advertiser_id, ())
        moment = int(at.timestamp())
        return report.report_cells(self.chances, plans, hours, at=moment, dst=dst)

    @cached_property
    def shops(self) -> dict[str, Shop]:
        """What writes the user's rows, by advertiser."""
        links = Links((plan for plans in self.plans.values() for plan in plans), self.start)
        return {
            advertiser_id: Shop(self.chances, plans, self.hours[advertiser_id], links)
            for advertiser_id, plans in self.plans.items()
        }

    def user_rows(self, *, since: datetime, until: datetime) -> Iterator[Row]:
        """Yield every row of the user's tables of [since, until); parents not always first."""
        first, last = (int(moment.timestamp()) for moment in (since, until))
        for shop in self.shops.values():
            for batch in shop.batches(first, last):
                for rows in batch.values():
                    yield from rows

    def write_user_tables(
        self, conn: Connection[Any], *, since: datetime, until: datetime
    ) -> dict[str, int]:
        """Write the user's rows of [since, until) and return how many were new, by table.

        Creates the tables where they are missing. Rows that are there already stay as they are, so
        a call that failed or overlaps another is repeated without harm. One transaction.

        :param since, until: UTC, whole seconds; `since` is in, `until` is out.
        """
        first, last = (int(moment.timestamp()) for moment in (since, until))
        batches = (batch for shop in self.shops.values() for batch in shop.batches(first, last))
        return write_batches(conn, batches)

    @cached_property
    def special_cases(self) -> dict[str, SpecialCase]:
        """The cases that exist in every world, by name, with the ids of their rows."""
        return {case.name: case for case in cases_of(self.chances, self.plans, self.hours)}

    @cached_property
    def taken_back(self) -> tuple[TakenBack, ...]:
        """Hours of ads that TikTok shows at first and then sets to zero, or removes."""
        return tuple(taken_back_in(self.plans, self.hours))

    @property
    def truth(self) -> Truth:
        """The answers that a warehouse built on this world must give."""
        return Truth(self)

    def _groups(self, site: Site) -> list[AdGroup]:
        ads = self.ads_per_advertiser
        return tree.ad_groups_of(site, tree.campaigns_of(site, ads, self.start), ads)

    def _plans(self, site: Site) -> tuple[AdPlan, ...]:
        campaigns = tree.campaigns_of(site, self.ads_per_advertiser, self.start)
        groups = self._groups(site)
        ads = tree.ads_of(site, groups, campaigns, self.ads_per_advertiser)
        return tuple(tree.plan_ads(site, ads, groups, campaigns, seed=self.seed, start=self.start))
