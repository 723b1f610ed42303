"""What may leave, by a person's consent, the policy of the connection and limited data use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from airflow_provider_tiktok.events.signals import ALL

if TYPE_CHECKING:
    from collections.abc import Collection


class ConsentState(StrEnum):
    """What a person said about advertising."""

    GRANTED = "granted"
    DENIED = "denied"
    UNKNOWN = "unknown"


class ConsentPolicy(StrEnum):
    """What leaves without consent: the minimum (the hashed IP address), or nothing."""

    MINIMAL = "minimal"
    STRICT = "strict"


# Without consent only this leaves, hashed.
MINIMUM = frozenset({"ip"})
# TikTok: "limited_data_use", for web and app events.
SOURCES_WITH_LIMITED_DATA_USE = frozenset({"web"})


@dataclass(frozen=True, slots=True)
class Decision:
    """What consent allows for one event.

    `suppressed` is the reason when nothing may leave. `is_full` says that consent withheld nothing;
    otherwise signals leave hashed, and pages without their query, which may hold a click id.
    """

    allowed: frozenset[str]
    is_full: bool
    limited_data_use: bool
    suppressed: str | None = None


def read_state(value: object) -> ConsentState:
    """Return the state of a column's value; anything but granted and denied is unknown."""
    text = value.strip().lower() if isinstance(value, str) else ""
    return ConsentState(text) if text in {"granted", "denied"} else ConsentState.UNKNOWN


def decide(
    state: ConsentState,
    policy: ConsentPolicy,
    *,
    limited_data_use: bool,
    event_source: str,
    allowed: Collection[str] = ALL,
) -> Decision:
    """Return what may leave of one event.

    Consent granted sends every allowed signal. Without it, `minimal` sends the hashed IP address
    and `strict` nothing. A wish for limited data use travels with the event; where TikTok has no
    field for the wish, it counts as consent not granted.
    """
    can_say_limited = event_source in SOURCES_WITH_LIMITED_DATA_USE
    is_full = state is ConsentState.GRANTED and (can_say_limited or not limited_data_use)
    suppressed = None
    if not is_full and policy is ConsentPolicy.STRICT:
        suppressed = f"consent_{state}" if state is not ConsentState.GRANTED else "limited_data_use"
    return Decision(
        allowed=frozenset(allowed) if is_full else MINIMUM & frozenset(allowed),
        is_full=is_full,
        limited_data_use=limited_data_use and can_say_limited,
        suppressed=suppressed,
    )
