"""What a connection decides about its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow_provider_tiktok.events.consent import ConsentPolicy
from airflow_provider_tiktok.events.names import PURCHASE_NAMES, REFUND_EVENT
from airflow_provider_tiktok.events.signals import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping

# TikTok states no age; these are what integrators measured. Older events are expired unsent.
LONGEST_AGE: dict[str, timedelta] = {
    "web": timedelta(days=7),
    "offline": timedelta(days=28),
    "crm": timedelta(days=28),
}


@dataclass(frozen=True, slots=True)
class EventSettings:
    """Settings of one connection.

    `purchase_event` must be the name that the browser pixel sends. `refund_event` None keeps
    refunds in the warehouse. `countries` gives each event source id (pixel code) its account's
    country, for phone numbers without a country code, `default_country` is for all others.
    """

    connection_id: str = "tiktok_default"
    consent_policy: ConsentPolicy = ConsentPolicy.MINIMAL
    signals: frozenset[str] = ALL
    hash_location: bool = True
    purchase_event: str = "CompletePayment"
    refund_event: str | None = REFUND_EVENT
    default_country: str | None = None
    countries: Mapping[str, str] = field(default_factory=dict)
    longest_age: Mapping[str, timedelta] = field(default_factory=lambda: dict(LONGEST_AGE))
    furthest_ahead: timedelta = timedelta(minutes=10)

    def __post_init__(self) -> None:
        """Refuse what no event could be built with; raises ValueError that names the setting."""
        if self.purchase_event not in PURCHASE_NAMES:
            raise ValueError(f"purchase_event is {' or '.join(PURCHASE_NAMES)}")
        unknown = set(self.signals) - ALL
        if unknown:
            raise ValueError(f"signals: {min(unknown)!r} is no signal")
        if missing := LONGEST_AGE.keys() - self.longest_age.keys():
            raise ValueError(f"longest_age lacks {min(missing)}")
