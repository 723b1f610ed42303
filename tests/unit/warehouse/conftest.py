"""The zones that every rule about time is tried in."""

from __future__ import annotations

import pytest

# 24 zones with 211 changes of their offset from 2024 to 2030: whole, half and quarter hours, DST of
# half an hour, changes at midnight, both hemispheres, and none.
ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Chicago",
    "America/Los_Angeles",
    "America/New_York",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Riyadh",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Etc/GMT+8",
    "Europe/Berlin",
    "Europe/Kyiv",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "UTC",
)


@pytest.fixture(params=ZONES)
def zone_name(request: pytest.FixtureRequest) -> str:
    """Each of the 24 zones in turn."""
    return str(request.param)


@pytest.fixture
def all_zones() -> tuple[str, ...]:
    """The names of all 24 zones."""
    return ZONES
