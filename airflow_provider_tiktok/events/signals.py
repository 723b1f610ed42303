"""The 14 matching signals in one table: what each is called, normalised, hashed and where it goes.

Wire names, hash rules and sources: TikTok, "Report App, Web, Offline, or CRM Events", user
parameters. TikTok's pages disagree on country, region, city and zip: hashed is our default.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from airflow_provider_tiktok.events import normalise
from airflow_provider_tiktok.events.normalise import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

ALL_SOURCES = frozenset({"web", "offline", "crm"})
WEB = frozenset({"web"})
WEB_AND_CRM = frozenset({"web", "crm"})


class Hash(StrEnum):
    """Whether SHA-256 of the value leaves, or the value."""

    ALWAYS = "always"
    NEVER = "never"
    BY_SETTING = "by_setting"


@dataclass(frozen=True, slots=True)
class Signal:
    """One row of the table.

    `name` is the column of the export view, `wire_name` TikTok's key in `user`. `is_key` marks
    those that can find a person alone: an event with none of them matches nobody.
    """

    name: str
    wire_name: str
    normalise: Callable[[str, str | None], str]
    hash: Hash
    sources: frozenset[str]
    takes_list: bool = False
    is_key: bool = False


SIGNALS: tuple[Signal, ...] = (
    Signal("ttclid", "ttclid", normalise.ttclid, Hash.NEVER, WEB, is_key=True),
    Signal("ttp", "ttp", normalise.ttp, Hash.NEVER, WEB, is_key=True),
    Signal(
        "email", "email", normalise.email, Hash.ALWAYS, ALL_SOURCES, takes_list=True, is_key=True
    ),
    Signal(
        "phone", "phone", normalise.phone, Hash.ALWAYS, ALL_SOURCES, takes_list=True, is_key=True
    ),
    Signal(
        "external_id",
        "external_id",
        normalise.external_id,
        Hash.ALWAYS,
        WEB_AND_CRM,
        takes_list=True,
        is_key=True,
    ),
    Signal("first_name", "first_name", normalise.name, Hash.ALWAYS, WEB),
    Signal("last_name", "last_name", normalise.name, Hash.ALWAYS, WEB),
    Signal("ip", "ip", normalise.ip, Hash.NEVER, WEB, is_key=True),
    Signal("user_agent", "user_agent", normalise.user_agent, Hash.NEVER, WEB),
    Signal("locale", "locale", normalise.locale, Hash.NEVER, WEB),
    Signal("country", "country", normalise.place, Hash.BY_SETTING, WEB),
    Signal("region", "state", normalise.place, Hash.BY_SETTING, WEB),
    Signal("city", "city", normalise.place, Hash.BY_SETTING, WEB),
    Signal("zip", "zip_code", normalise.place, Hash.BY_SETTING, WEB),
)
BY_NAME: dict[str, Signal] = {signal.name: signal for signal in SIGNALS}
ALL: frozenset[str] = frozenset(BY_NAME)
# Named lists for a connection's setting `signals`.
PRESETS: dict[str, frozenset[str]] = {
    "all": ALL,
    "no_pii": frozenset({"ttclid", "ttp", "user_agent", "locale"}),
}

_is_sha256 = re.compile(r"[0-9a-fA-F]{64}").fullmatch
_COUNTRY = re.compile(r"[A-Za-z]{2}")


def sha256(text: str) -> str:
    """Return SHA-256 of the text in UTF-8 as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


# A source that hashes blindly sends these for people of whom it knows nothing.
HASHES_OF_NOTHING = frozenset(
    sha256(form)
    for text in normalise.EMPTY_LIKE
    for form in (text, text.upper(), text.capitalize(), f" {text}")
) | {sha256(" ")}


@dataclass(frozen=True, slots=True)
class Collected:
    """What one event says about a person: TikTok's `user`, the signals in it, and what stayed.

    `withheld` maps a signal to why it did not leave: not_allowed, consent, not_for_source, empty,
    invalid, private, no_country. A column that is NULL is in neither.
    """

    user: dict[str, str | list[str]]
    signals: tuple[str, ...]
    withheld: dict[str, str]

    @property
    def is_usable(self) -> bool:
        """True when TikTok could find a person by it."""
        return any(BY_NAME[name].is_key for name in self.signals)


def allowed_signals(setting: str) -> frozenset[str]:
    """Return the signals that a setting allows: `all`, `no_pii`, or names separated by commas.

    Raises ValueError that names the unknown signal.
    """
    names = [name.strip() for name in setting.split(",") if name.strip()] or ["all"]
    allowed: frozenset[str] = frozenset()
    for name in names:
        if name not in PRESETS and name not in ALL:
            raise ValueError(
                f"signals: {name!r} is no signal. Use all, no_pii, or some of {', '.join(BY_NAME)}."
            )
        allowed |= PRESETS.get(name, frozenset({name}))
    return allowed


def region_of(country: object, default: str | None) -> str | None:
    """Return the two letters by which phone numbers without a country code are read, or None.

    None as well where the row names a country in another way: the default is for rows without one,
    and under it a number would become somebody else's.
    """
    if isinstance(country, str) and not normalise.is_empty_like(country):
        return country.strip().upper() if _COUNTRY.fullmatch(country.strip()) else None
    return default.upper() if default else None


def collect(
    row: Mapping[str, object],
    *,
    event_source: str,
    region: str | None,
    allowed: Collection[str],
    hash_location: bool,
    hash_all: bool = False,
    reason_not_allowed: Mapping[str, str] | None = None,
) -> Collected:
    """Return what of a row's signals leaves, normalised and hashed, and why the rest does not.

    :param row: raw values by signal name; text, numbers or lists of them.
    :param region: two letters for phone numbers without a country code.
    :param hash_location: hash country, region, city and zip.
    :param hash_all: hash every signal, as the minimum without consent asks.
    :param reason_not_allowed: why a signal outside `allowed` stays; `not_allowed` by default.
    """
    user: dict[str, str | list[str]] = {}
    signals: list[str] = []
    withheld: dict[str, str] = {}
    for signal in SIGNALS:
        value = row.get(signal.name)
        if value is None:
            continue
        if signal.name not in allowed:
            withheld[signal.name] = (reason_not_allowed or {}).get(signal.name, "not_allowed")
            continue
        if event_source not in signal.sources:
            withheld[signal.name] = "not_for_source"
            continue
        hashed = hash_all or signal.hash is Hash.ALWAYS
        hashed = hashed or (signal.hash is Hash.BY_SETTING and hash_location)
        kept, reason = _read(signal, value, region, hashed=hashed)
        if kept:
            user[signal.wire_name] = kept[0] if len(kept) == 1 else kept
            signals.append(signal.name)
        elif reason is not None:
            withheld[signal.name] = reason
    return Collected(user, tuple(signals), withheld)


def _read(
    signal: Signal, value: object, region: str | None, *, hashed: bool
) -> tuple[list[str], str | None]:
    """Return what leaves of a column, in an order that depends on the values only, or why not."""
    values = value if isinstance(value, list) else [value]
    kept: set[str] = set()
    reason: str | None = None
    for one in values:
        if one is None:
            continue
        try:
            kept.add(_one(signal, one, region, hashed=hashed))
        except InvalidValueError as error:
            reason = error.reason
    if not signal.takes_list and len(kept) > 1:
        return [], "invalid"
    return sorted(kept), reason


def _one(signal: Signal, value: object, region: str | None, *, hashed: bool) -> str:
    text = normalise.clean(value)
    if normalise.is_empty_like(text):
        raise InvalidValueError("empty")
    if hashed and _is_sha256(text):
        if text.lower() in HASHES_OF_NOTHING:
            raise InvalidValueError("empty")
        return text.lower()
    normalised = signal.normalise(text, region)
    return sha256(normalised) if hashed else normalised
