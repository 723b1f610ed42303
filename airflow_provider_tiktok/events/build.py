"""From one row of an export view to one event of the outbox: what leaves, or why it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_provider_tiktok.events import consent, names, values
from airflow_provider_tiktok.events.canonical import payload_hash
from airflow_provider_tiktok.events.payload import Ad, EventPayload, Lead, Page, Properties
from airflow_provider_tiktok.events.reasons import HINTS, Reason
from airflow_provider_tiktok.events.signals import ALL, Collected, collect, region_of
from airflow_provider_tiktok.events.values import UnreadableError

if TYPE_CHECKING:
    from datetime import datetime

    from airflow_provider_tiktok.events.settings import EventSettings

CONVERSION, REFUND = "conversion", "refund"
KINDS = (CONVERSION, REFUND)
SOURCES = ("web", "offline", "crm")

REQUIRED_COLUMNS: tuple[str, ...] = (
    *("event_id", "kind", "event", "event_source", "event_source_id", "connection_id"),
    *("event_time", "purchase_event_id", "subject_key", "consent_state", "limited_data_use"),
    *("ttclid", "ttp", "email", "phone", "external_id", "first_name", "last_name", "ip"),
    *("user_agent", "locale", "country", "region", "city", "zip"),
    *("value", "currency", "contents", "content_type", "order_id", "page_url", "page_referrer"),
    *("campaign_id", "ad_group_id", "ad_id"),
)
# Only crm events need them.
OPTIONAL_COLUMNS: tuple[str, ...] = ("lead_id", "lead_event_source")

_TRUE = frozenset({"true", "t", "yes", "y", "1"})


@dataclass(slots=True)
class BuiltEvent:
    """One event as the outbox takes it. `payload` is None where nothing may ever leave.

    `state` is pending, or quarantined, suppressed or expired with a reason and a hint.
    """

    connection_id: str
    event_source: str
    event_source_id: str
    event: str
    event_type: str
    event_id: str
    kind: str
    consent_state: str
    state: str = "pending"
    reason: str | None = None
    hint: str | None = None
    purchase_event_id: str | None = None
    event_time: datetime | None = None
    subject_key: str | None = None
    limited_data_use: bool = False
    payload: str | None = field(default=None, repr=False)
    payload_hash: str | None = None
    signals: tuple[str, ...] = ()
    withheld: Mapping[str, str] = field(default_factory=dict)

    @property
    def waits_for_purchase(self) -> bool:
        """True for a refund that may go only after its purchase was delivered."""
        return self.state == "pending" and self.kind == REFUND

    def ended(self, state: str, reason: Reason, detail: str | None = None) -> BuiltEvent:
        """Put the event into a final state, with what to do about it, and return it."""
        self.state = state
        self.reason = reason.value
        self.hint = f"{detail} {HINTS[reason]}" if detail else HINTS[reason]
        self.payload = self.payload_hash = None
        return self


def build(row: Mapping[str, object], settings: EventSettings, now: datetime) -> BuiltEvent:
    """Return the event that a row of an export view becomes. Never raises for what a row holds.

    :param row: columns by name, as JSON has them (times as text, numbers exact).
    :param now: the warehouse's time, for events too old or ahead of it.
    """
    event = _identity(row, settings)
    try:
        _fill(event, row, settings, now)
    except UnreadableError as error:
        event.ended("quarantined", error.reason, error.detail)
    return event


def _identity(row: Mapping[str, object], settings: EventSettings) -> BuiltEvent:
    """Return the key under which the row is kept whatever is wrong with it."""
    name = _text(row.get("event"))
    return BuiltEvent(
        connection_id=_text(row.get("connection_id")) or settings.connection_id,
        event_source=_text(row.get("event_source")),
        event_source_id=_text(row.get("event_source_id")),
        event=name,
        event_type=names.type_of(name),
        event_id=_text(row.get("event_id")),
        kind=_text(row.get("kind")),
        consent_state=consent.read_state(row.get("consent_state")),
        purchase_event_id=_text(row.get("purchase_event_id")) or None,
        subject_key=_text(row.get("subject_key")) or None,
    )


def _fill(
    event: BuiltEvent, row: Mapping[str, object], settings: EventSettings, now: datetime
) -> None:
    event.event_time = _check(event, row, settings, now)
    event.limited_data_use = _flag(row.get("limited_data_use"))
    decision = consent.decide(
        consent.ConsentState(event.consent_state),
        settings.consent_policy,
        limited_data_use=event.limited_data_use,
        event_source=event.event_source,
        allowed=settings.signals,
    )
    found = collect(
        row,
        event_source=event.event_source,
        region=region_of(row.get("country"), _country(event, settings)),
        allowed=decision.allowed,
        hash_location=settings.hash_location,
        hash_all=not decision.is_full,
        reason_not_allowed=None
        if decision.is_full
        else dict.fromkeys(ALL & settings.signals, "consent"),
    )
    event.signals, event.withheld = found.signals, found.withheld
    payload = _payload(row, event, event.event_time, decision, found.user).to_json()
    if event.event_time < now - settings.longest_age[event.event_source]:
        event.ended("expired", Reason.TOO_OLD)
    elif (reason := _reason_to_stay(event, decision, found, settings)) is not None:
        event.ended("quarantined" if reason is Reason.NO_SIGNAL else "suppressed", reason)
    else:
        event.payload, event.payload_hash = payload, payload_hash(payload)


def _check(
    event: BuiltEvent, row: Mapping[str, object], settings: EventSettings, now: datetime
) -> datetime:
    """Check what identifies the event, give it the name that leaves, and return its time."""
    if values.identifier(row.get("event_id"), Reason.INVALID_EVENT_ID) is None:
        raise UnreadableError(Reason.MISSING_EVENT_ID)
    source_id = values.identifier(row.get("event_source_id"), Reason.INVALID_EVENT_SOURCE)
    if event.event_source not in SOURCES or source_id is None or " " in source_id:
        raise UnreadableError(Reason.INVALID_EVENT_SOURCE)
    if event.kind not in KINDS:
        raise UnreadableError(Reason.INVALID_KIND)
    if event.kind == REFUND and not event.purchase_event_id:
        raise UnreadableError(Reason.MISSING_PURCHASE)
    if event.kind == REFUND and settings.refund_event is not None:
        event.event = settings.refund_event
    try:
        event.event = names.resolve(
            event.event,
            event_source=event.event_source,
            purchase_event=settings.purchase_event,
        )
    except names.EventNameError as error:
        sentence = str(error)  # names keep their letters: TikTok's are case-sensitive
        raise UnreadableError(
            Reason.INVALID_EVENT, f"{sentence[0].upper()}{sentence[1:]}."
        ) from None
    event_time = values.moment(row.get("event_time"))
    if event_time > now + settings.furthest_ahead:
        event.event_time = event_time
        raise UnreadableError(Reason.EVENT_TIME_IN_FUTURE)
    return event_time


def _payload(
    row: Mapping[str, object],
    event: BuiltEvent,
    event_time: datetime,
    decision: consent.Decision,
    user: Mapping[str, str | list[str]],
) -> EventPayload:
    is_web = event.event_source == "web"
    return EventPayload(
        event=event.event,
        event_id=event.event_id,
        event_time=event_time,
        user=user,
        properties=_properties(row, event.kind),
        page=_page(row, with_query=decision.is_full) if is_web else None,
        ad=_ad(row) if is_web and decision.is_full else None,
        lead=_lead(row) if event.event_source == "crm" else None,
        limited_data_use=decision.limited_data_use,
    )


def _properties(row: Mapping[str, object], kind: str) -> Properties:
    value = values.number(row.get("value"))
    currency = values.currency(row.get("currency"))
    if value is not None and currency is None:
        raise UnreadableError(Reason.MISSING_CURRENCY)
    if value is not None and value < 0 and kind == CONVERSION:
        raise UnreadableError(Reason.INVALID_VALUE)
    return Properties(
        value=value,
        currency=currency,
        contents=tuple(values.contents(row.get("contents"))),
        content_type=values.content_type(row.get("content_type")),
        order_id=values.identifier(row.get("order_id"), Reason.INVALID_ORDER_ID),
    )


def _page(row: Mapping[str, object], *, with_query: bool) -> Page | None:
    url = values.web_address(row.get("page_url"), with_query=with_query)
    if url is None:
        return None
    return Page(url, values.web_address(row.get("page_referrer"), with_query=with_query))


def _ad(row: Mapping[str, object]) -> Ad:
    return Ad(
        campaign_id=_digits(row.get("campaign_id")),
        ad_group_id=_digits(row.get("ad_group_id")),
        ad_id=_digits(row.get("ad_id")),
    )


def _lead(row: Mapping[str, object]) -> Lead:
    lead_id = values.identifier(row.get("lead_id"), Reason.MISSING_LEAD_ID)
    if lead_id is None:
        raise UnreadableError(Reason.MISSING_LEAD_ID)
    return Lead(lead_id, _text(row.get("lead_event_source")) or None)


def _reason_to_stay(
    event: BuiltEvent, decision: consent.Decision, found: Collected, settings: EventSettings
) -> Reason | None:
    """Return why the event is not to leave, None where it is."""
    if event.kind == REFUND and settings.refund_event is None:
        return Reason.REFUNDS_OFF
    if decision.suppressed is not None:
        return Reason(decision.suppressed)
    if found.is_usable:
        return None
    if not decision.is_full:
        return Reason.CONSENT_LEAVES_NOTHING
    is_cut = "not_allowed" in found.withheld.values()
    return Reason.SIGNALS_LEAVE_NOTHING if is_cut else Reason.NO_SIGNAL


def _country(event: BuiltEvent, settings: EventSettings) -> str | None:
    return settings.countries.get(event.event_source_id) or settings.default_country


def _flag(value: object) -> bool:
    """Return whether limited data use was asked for; what cannot be read counts as asked for."""
    if value is None or value is False:
        return False
    if value is True:
        return True
    text = str(value).strip().lower()
    return text in _TRUE or text not in {"", "false", "f", "no", "n", "0"}


def _text(value: object) -> str:
    """Return a value as one line of text that the outbox can hold, '' for NULL."""
    if value is None or isinstance(value, Mapping | list):
        return ""
    return str(value)[: values.LONGEST_ID]


def _digits(value: object) -> str | None:
    """Return one of TikTok's ids; macros that nobody replaced are none."""
    text = _text(value).strip()
    return text if text.isascii() and text.isdigit() else None
