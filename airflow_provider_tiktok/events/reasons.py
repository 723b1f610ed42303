"""Why an event did not leave or did not arrive: one code per reason, with what to do about it."""

from __future__ import annotations

import re
from enum import StrEnum


class Reason(StrEnum):
    """The reason codes of the states quarantined, suppressed, expired and expired_unknown."""

    MISSING_EVENT_ID = "missing_event_id"
    INVALID_EVENT_ID = "invalid_event_id"
    DUPLICATE_KEY = "duplicate_key"
    INVALID_EVENT = "invalid_event"
    INVALID_EVENT_SOURCE = "invalid_event_source"
    INVALID_KIND = "invalid_kind"
    INVALID_EVENT_TIME = "invalid_event_time"
    EVENT_TIME_IN_FUTURE = "event_time_in_future"
    INVALID_VALUE = "invalid_value"
    INVALID_CURRENCY = "invalid_currency"
    MISSING_CURRENCY = "missing_currency"
    INVALID_CONTENTS = "invalid_contents"
    INVALID_CONTENT_TYPE = "invalid_content_type"
    INVALID_ORDER_ID = "invalid_order_id"
    MISSING_LEAD_ID = "missing_lead_id"
    MISSING_PURCHASE = "missing_purchase"
    NO_SIGNAL = "no_signal"
    REJECTED = "rejected_by_tiktok"
    TOO_LARGE = "too_large"
    RETRIES_EXHAUSTED = "retries_exhausted"
    CONSENT_DENIED = "consent_denied"
    CONSENT_UNKNOWN = "consent_unknown"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_LEAVES_NOTHING = "consent_leaves_nothing"
    LIMITED_DATA_USE = "limited_data_use"
    SIGNALS_LEAVE_NOTHING = "signals_leave_nothing"
    REFUNDS_OFF = "refunds_off"
    PURCHASE_NOT_DELIVERED = "purchase_not_delivered"
    FORGOTTEN = "forgotten"
    PAYLOAD_REMOVED = "payload_removed"
    TOO_OLD = "too_old"
    PURCHASE_UNKNOWN = "purchase_unknown"
    OUTCOME_UNKNOWN = "outcome_unknown"


HINTS: dict[Reason, str] = {
    Reason.MISSING_EVENT_ID: "Give the row an event_id: ord_<order id>, lead_<id>, refund_<id>.",
    Reason.INVALID_EVENT_ID: "An event_id has 1 to 256 characters without blanks at its ends and "
    "without control characters. Correct it in the model.",
    Reason.DUPLICATE_KEY: "Two rows of the export view have this event_id, event and pixel and say "
    "different things. Make event_id unique in the model.",
    Reason.INVALID_EVENT: "Correct the column event, or the seed that maps stages to events: names "
    "are case-sensitive, and offline event sets take TikTok's standard events only.",
    Reason.INVALID_EVENT_SOURCE: "event_source is web, offline or crm, and event_source_id the "
    "pixel code or event set id, without blanks.",
    Reason.INVALID_KIND: "kind is conversion or refund.",
    Reason.INVALID_EVENT_TIME: "event_time is a timestamp with time zone (or Unix seconds); "
    "milliseconds and times without a zone are not taken.",
    Reason.EVENT_TIME_IN_FUTURE: "event_time lies ahead of the warehouse's clock: check the time "
    "zone in which the source writes it.",
    Reason.INVALID_VALUE: "value is a finite number below 10^15 with at most 20 decimals, not "
    "negative for a conversion. Correct it in the model.",
    Reason.INVALID_CURRENCY: "currency is a code of three letters such as USD.",
    Reason.MISSING_CURRENCY: "A value without a currency means nothing to TikTok: fill currency.",
    Reason.INVALID_CONTENTS: "contents is a list of at most 1,000 objects with content_id, "
    "content_name, content_category, brand, quantity (whole, not negative) and price only.",
    Reason.INVALID_CONTENT_TYPE: "content_type is product or product_group.",
    Reason.INVALID_ORDER_ID: "order_id is a text of at most 256 characters.",
    Reason.MISSING_LEAD_ID: "A crm event needs the column lead_id.",
    Reason.MISSING_PURCHASE: "A refund needs purchase_event_id: the event_id of its purchase.",
    Reason.NO_SIGNAL: "No signal by which TikTok could find a person: fill one of ttclid, ttp, "
    "email, phone, external_id, ip. What was withheld, and why, is on the receipt.",
    Reason.REJECTED: "TikTok refused this event alone; its message says why. Correct the row, "
    "enqueue again, then replay it.",
    Reason.TOO_LARGE: "TikTok refuses this event as too large: shorten contents.",
    Reason.RETRIES_EXHAUSTED: "TikTok failed for 46 hours and did not take it. Replay it while its "
    "event_time is young enough.",
    Reason.CONSENT_DENIED: "Nothing to do: the person denied consent and the policy is strict.",
    Reason.CONSENT_UNKNOWN: "Nothing to do: no consent is known and the policy is strict.",
    Reason.CONSENT_WITHDRAWN: "Nothing to do: consent was withdrawn before the event left.",
    Reason.CONSENT_LEAVES_NOTHING: "Nothing to do: without consent only the hashed IP address may "
    "leave, and there is none.",
    Reason.LIMITED_DATA_USE: "Nothing to do: the person asked for limited data use, and TikTok has "
    "no field for it in this event source.",
    Reason.SIGNALS_LEAVE_NOTHING: "The connection's setting signals leaves nothing by which TikTok "
    "could find a person.",
    Reason.REFUNDS_OFF: "The connection's setting refund_event keeps refunds in the warehouse.",
    Reason.PURCHASE_NOT_DELIVERED: "The purchase did not reach TikTok, so there is nothing to take "
    "back. Replaying the purchase brings this refund back too.",
    Reason.FORGOTTEN: "Nothing to do: the person was forgotten.",
    Reason.PAYLOAD_REMOVED: "The payload was removed by retention: it cannot be sent again.",
    Reason.TOO_OLD: "The event is older than TikTok takes for this source (setting of the engine: "
    "7 days for web, 28 for offline and crm).",
    Reason.PURCHASE_UNKNOWN: "Its purchase never came to the outbox while the refund was young "
    "enough to send.",
    Reason.OUTCOME_UNKNOWN: "Bytes left and no answer came within 47 hours. Sending it again could "
    "count it twice: look at Events Manager, then replay it past the horizon if it is missing.",
}

# A corrected row has another key, so it comes in as a new event and this one stays set aside.
NEW_WHEN_CORRECTED = frozenset(
    {
        Reason.MISSING_EVENT_ID,
        Reason.INVALID_EVENT_ID,
        Reason.INVALID_EVENT,
        Reason.INVALID_EVENT_SOURCE,
    }
)

PII_NOT_HASHED = 40062  # TikTok SDK: ERROR_CODE_PII_NOT_HASHED
_PATH = re.compile(r"Batch\.\d+\.([A-Za-z_.0-9]+)")


def hint_of_rejection(code: int | None, message: str) -> str:
    """Return what to do about an event that TikTok refused, from the path in its message."""
    found = _PATH.search(message)
    path = re.sub(r"\.\d+", "", found[1]).rstrip(".") if found else ""
    if path == "properties.currency":
        return (
            "TikTok does not take this currency. Convert value and prices to one on its list "
            "(such as USD) in the model, enqueue again, then replay the event."
        )
    if code == PII_NOT_HASHED:
        return (
            "TikTok saw personal data that is not hashed. Check what the column holds; columns "
            "that are hashed already have 64 hexadecimal digits."
        )
    if path:
        return f"TikTok refused {path}. Correct the row, enqueue again, then replay the event."
    return HINTS[Reason.REJECTED]
