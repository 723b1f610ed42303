"""The addresses at which visitors land."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from sandbox.world import draws
from sandbox.world.account_tree import CAMPAIGN_NAMES, NEW_NAME, RENAMED_AFTER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sandbox.world.account_tree import AdPlan
    from sandbox.world.sites import Site

TIKTOK = "https://www.tiktok.com/"
GOOGLE = "https://www.google.com/"
# Path with query, and where the visitor came from.
ORGANIC = (
    ("/", GOOGLE),
    ("/", None),
    ("/collections/sale", GOOGLE),
    ("/?utm_source=newsletter&utm_medium=email&utm_campaign=weekly-42", None),
    ("/collections/new?utm_source=google&utm_medium=cpc&utm_campaign=brand", GOOGLE),
    ("/products/trail-shoe", "https://www.outdoor-blog.example/best-trail-shoes"),
)


class Links:
    """Landing addresses of every ad with its URL macros expanded, as TikTok does at the click."""

    def __init__(self, plans: Iterable[AdPlan], start: datetime) -> None:
        self._renamed_at = int((start + RENAMED_AFTER).timestamp())
        self._before: dict[int, str] = {}
        self._after: dict[int, str] = {}
        self._unexpanded: dict[int, str] = {}
        for plan in plans:
            name = plan.campaign.campaign_name
            self._before[plan.number] = _expanded(plan, name)
            if _is_renamed(plan):
                self._after[plan.number] = _expanded(plan, NEW_NAME)
            if plan.position == 0:
                self._unexpanded[plan.site.index] = plan.ad.landing_page_url

    def landing(self, plan: AdPlan, at: int, ttclid: str) -> str:
        """Return the address at which a click of an ad lands."""
        address = self._before[plan.number]
        if at >= self._renamed_at:
            address = self._after.get(plan.number, address)
        return f"{address}&ttclid={ttclid}"

    def unexpanded(self, site: Site) -> str:
        """Return the address of a site's first ad with literal macros, as a preview opens it."""
        return self._unexpanded[site.index]


def organic(site: Site, luck: int) -> tuple[str, str | None]:
    """Return address and referrer of a visit that no ad brought."""
    path, referrer = draws.one_of(luck, ORGANIC)
    return f"https://{site.domain}{path}", referrer


def _is_renamed(plan: AdPlan) -> bool:
    return plan.site.index == 0 and plan.campaign.campaign_name == CAMPAIGN_NAMES["us"][0]


def _expanded(plan: AdPlan, campaign_name: str) -> str:
    address = plan.ad.landing_page_url
    for macro, value in (
        ("__CAMPAIGN_NAME__", quote(campaign_name, safe="")),
        ("__CAMPAIGN_ID__", plan.ad.campaign_id),
        ("__AID__", plan.ad.adgroup_id),  # TikTok's AID is the ad group
        ("__CID__", plan.ad.ad_id),
    ):
        address = address.replace(macro, value)
    return address
