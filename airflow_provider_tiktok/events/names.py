"""TikTok's event names: today's, the ones before, and the rule for names of one's own.

Lists: TikTok help, "Standard events and parameters"; TikTok, "Report App, Web, Offline, or CRM
Events". Names are case-sensitive at TikTok.
"""

from __future__ import annotations

import re

STANDARD_EVENTS: frozenset[str] = frozenset(
    {
        "AddPaymentInfo",
        "AddToCart",
        "AddToWishlist",
        "ApplicationApproval",
        "CompleteRegistration",
        "Contact",
        "CustomizeProduct",
        "Download",
        "FindLocation",
        "InitiateCheckout",
        "Lead",
        "Purchase",
        "Schedule",
        "Search",
        "StartTrial",
        "SubmitApplication",
        "Subscribe",
        "ViewContent",
    }
)
# Names from before that TikTok still takes -> what they are called today, where TikTok says so.
LEGACY_EVENTS: dict[str, str] = {
    "CompletePayment": "Purchase",
    "SubmitForm": "Lead",
    "PlaceAnOrder": "PlaceAnOrder",
    "ClickButton": "ClickButton",
    "Pageview": "Pageview",
}
TIKTOK_EVENTS: frozenset[str] = STANDARD_EVENTS | LEGACY_EVENTS.keys()

PURCHASE = "Purchase"
PURCHASE_NAMES = ("CompletePayment", "Purchase")
# No standard event takes a purchase back, so a refund is an event of one's own.
REFUND_EVENT = "CancelOrder"
LONGEST_NAME = 50

_CUSTOM = re.compile(rf"[A-Za-z][A-Za-z0-9_ -]{{0,{LONGEST_NAME - 2}}}[A-Za-z0-9]")
_BY_LOWER_CASE = {name.lower(): name for name in (*TIKTOK_EVENTS, REFUND_EVENT)}


class EventNameError(ValueError):
    """A name that TikTok would take and count as something else, or refuse."""


def resolve(name: str, *, event_source: str, purchase_event: str = "CompletePayment") -> str:
    """Return the name under which an event leaves.

    A purchase leaves under the name that the connection's setting says, because it must be the
    name that the browser pixel uses: TikTok deduplicates by name and event_id.

    :raises EventNameError: a standard name in other letters, a name that is no name, or a custom
        one where TikTok takes standard events only.
    """
    event = purchase_event if type_of(name) == PURCHASE else name
    if event in TIKTOK_EVENTS:
        return event
    meant = _BY_LOWER_CASE.get(re.sub(r"[\s_-]", "", name).lower())
    if meant is not None and meant != name:
        raise EventNameError(f"event {name!r} is not TikTok's name: write {meant!r}")
    if not _CUSTOM.fullmatch(name):
        raise EventNameError(
            f"an event's name has 2 to {LONGEST_NAME} letters, digits, blanks, _ or -, and starts "
            "with a letter"
        )
    if event_source == "offline":
        raise EventNameError(
            f"event {name!r} is a custom event, and TikTok takes standard events only for offline"
        )
    return event


def type_of(name: str) -> str:
    """Return TikTok's name of today for an event; a custom name is its own.

    The outbox keys events by it, so that a changed setting sends nothing twice.
    """
    return LEGACY_EVENTS.get(name, name)
