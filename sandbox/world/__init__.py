"""One deterministic generated world: what TikTok knows, and what the user's own tables hold."""

from sandbox.world.accounts import Ad, AdGroup, Advertiser, Campaign, Pixel
from sandbox.world.cases import SpecialCase, TakenBack
from sandbox.world.report import Cell
from sandbox.world.sites import SITES, Site
from sandbox.world.truth import Credit, CreditKey, Truth
from sandbox.world.world import World

__all__ = [
    "SITES",
    "Ad",
    "AdGroup",
    "Advertiser",
    "Campaign",
    "Cell",
    "Credit",
    "CreditKey",
    "Pixel",
    "Site",
    "SpecialCase",
    "TakenBack",
    "Truth",
    "World",
]
