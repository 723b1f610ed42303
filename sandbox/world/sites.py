"""The three shops of the world, one advertiser each. The same whatever the seed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """One shop: its domain, its money, and the advertiser that brings it visitors."""

    index: int
    code: str
    name: str
    advertiser_id: str
    pixel_code: str
    pixel_id: str
    display_timezone: str
    timezone: str
    currency: str
    decimals: int  # of the currency
    domain: str
    country: str
    cpm: int  # price of 1,000 impressions, in hundredths of the currency's unit


SITES = (
    Site(
        index=0,
        code="us",
        name="Northwind US",
        advertiser_id="7000000000000000001",
        pixel_code="CUS00000000000000001",
        pixel_id="7500000000000000001",
        display_timezone="America/New_York",
        timezone="Etc/GMT+5",
        currency="USD",
        decimals=2,
        domain="us.northwind.example",
        country="US",
        cpm=1_800,
    ),
    Site(
        index=1,
        code="in",
        name="Northwind India",
        advertiser_id="7000000000000000002",
        pixel_code="CIN00000000000000001",
        pixel_id="7500000000000000002",
        display_timezone="Asia/Kolkata",
        timezone="Asia/Kolkata",
        currency="INR",
        decimals=2,
        domain="in.northwind.example",
        country="IN",
        cpm=45_000,
    ),
    Site(
        index=2,
        code="eu",
        name="Northwind Europe",
        advertiser_id="7000000000000000003",
        pixel_code="CEU00000000000000001",
        pixel_id="7500000000000000003",
        display_timezone="Europe/Berlin",
        timezone="Europe/Berlin",
        currency="EUR",
        decimals=2,
        domain="eu.northwind.example",
        country="DE",
        cpm=1_700,
    ),
)
