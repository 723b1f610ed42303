"""The event as TikTok takes it: a strict model, because TikTok's own check is not.

TikTok takes an unknown key and answers success ("Report App, Web, Offline, or CRM Events"), so a
misspelt one would leave unseen. Here a key exists only as a field of a class.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_provider_tiktok.events.canonical import canonical_json
from airflow_provider_tiktok.events.signals import SIGNALS
from airflow_provider_tiktok.events.values import ITEM_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

USER_KEYS = frozenset(signal.wire_name for signal in SIGNALS)


@dataclass(frozen=True, slots=True)
class Properties:
    """What was bought."""

    value: Decimal | None = None
    currency: str | None = None
    contents: tuple[Mapping[str, object], ...] = ()
    content_type: str | None = None
    order_id: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the members that are there."""
        return _present(
            value=self.value,
            currency=self.currency,
            contents=[dict(item) for item in self.contents] or None,
            content_type=self.content_type,
            order_id=self.order_id,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Where it happened. TikTok asks for the url of web events."""

    url: str
    referrer: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the members that are there."""
        return _present(url=self.url, referrer=self.referrer)


@dataclass(frozen=True, slots=True)
class Ad:
    """The ad that the click came from. TikTok's `ad_id` is the ad group, `creative_id` the ad."""

    campaign_id: str | None = None
    ad_group_id: str | None = None
    ad_id: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the members that are there, under TikTok's names."""
        return _present(
            campaign_id=self.campaign_id, ad_id=self.ad_group_id, creative_id=self.ad_id
        )


@dataclass(frozen=True, slots=True)
class Lead:
    """The lead of a crm event."""

    lead_id: str
    lead_event_source: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the members that are there."""
        return _present(lead_id=self.lead_id, lead_event_source=self.lead_event_source)


@dataclass(frozen=True, slots=True)
class EventPayload:
    """One item of `data` in `event/track`.

    Raises ValueError when `user` or an item has a key that TikTok does not document, and for a
    time without a zone.
    """

    event: str
    event_id: str
    event_time: datetime
    user: Mapping[str, str | list[str]]
    properties: Properties = field(default_factory=Properties)
    page: Page | None = None
    ad: Ad | None = None
    lead: Lead | None = None
    limited_data_use: bool = False

    def __post_init__(self) -> None:
        """Check the two places that are not classes."""
        unknown = self.user.keys() - USER_KEYS
        for item in self.properties.contents:
            unknown |= item.keys() - ITEM_KEYS
        if unknown:
            raise ValueError(f"TikTok knows no key {min(unknown)!r} here")
        if self.event_time.tzinfo is None:
            raise ValueError("event_time has no time zone")

    def to_json(self) -> str:
        """Return the canonical JSON text that leaves."""
        return canonical_json(
            _present(
                event=self.event,
                event_id=self.event_id,
                event_time=int(self.event_time.timestamp()),
                user=dict(self.user),
                properties=self.properties.as_json() or None,
                page=self.page.as_json() if self.page else None,
                ad=(self.ad.as_json() or None) if self.ad else None,
                lead=self.lead.as_json() if self.lead else None,
                limited_data_use=True if self.limited_data_use else None,
            )
        )


def _present(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}
