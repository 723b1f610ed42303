"""One deterministic generated world: what TikTok knows, and what the user's own tables hold."""

from sandbox.world.accounts import Ad, AdGroup, Advertiser, Campaign, Pixel
from sandbox.world.report import Cell
from sandbox.world.world import World

__all__ = ["Ad", "AdGroup", "Advertiser", "Campaign", "Cell", "Pixel", "World"]
