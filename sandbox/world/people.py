"""People: the cookies of their devices, what they allow, and how the shop can reach them."""

from __future__ import annotations

import unicodedata
from base64 import urlsafe_b64encode
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from sandbox.world import draws
from sandbox.world.places import (
    COUNTRIES,
    DESKTOP_BROWSERS,
    IN_APP_BROWSERS,
    MAIL_DOMAINS,
    MOBILE_BROWSERS,
)

if TYPE_CHECKING:
    from sandbox.world.draws import Draws
    from sandbox.world.places import City, Country
    from sandbox.world.visits import Visit

# Which of a person's draws decides what.
(ACCOUNT, CONSENT, LIMITED, COOKIES, LOGIN, BROWSER, DESKTOP, ADDRESS) = range(8)
(COUNTRY, LOCALE, SPELLING) = range(8, 11)

BUYERS_WITH_ACCOUNT, OTHERS_WITH_ACCOUNT = 0.75, 0.1
WITH_TTP = 0.88  # the rest have the pixel's cookie blocked
LIMITED_IN_US = 0.04
TTP_LENGTH = 27
# Of 100 people: what their consent banner recorded. The rest is unknown in one of three ways.
GRANTED, DENIED, DISMISSED, ASKED = 74, 85, 90, 93


class Device(NamedTuple):
    """A browser of a person, as the site's tracker sees it."""

    visitor_id: str
    ttp: str | None
    ip_address: str
    user_agent: str
    locale: str


class Person(NamedTuple):
    """A person, who began with the visit `root`."""

    key: str
    root: Visit
    luck: Draws
    phone_browser: Device
    has_account: bool
    login: str  # how the phone's browser gets known: never, email, customer or both


class Contact(NamedTuple):
    """What the shop knows of a person who told it."""

    customer_id: str
    email: str
    phone: str | None
    first_name: str
    last_name: str
    country: str
    city: City


def key_of(visit: Visit) -> str:
    """Return a short text that names a visit."""
    position = "w" if visit.plan is None else visit.plan.position
    return f"{visit.site.code}{position}.{visit.hour.epoch // 900:x}.{visit.number:x}"


def person_of(seed: int, root: Visit) -> Person:
    """Return the person whose first visit this is."""
    number = root.site.index if root.plan is None else root.plan.number + 10
    luck = draws.draw(seed, draws.PERSON, number, root.hour.epoch // 900, root.number)
    key = key_of(root)
    buys = BUYERS_WITH_ACCOUNT if root.order_at is not None else OTHERS_WITH_ACCOUNT
    story = root.story
    browsers = MOBILE_BROWSERS if root.plan is None else IN_APP_BROWSERS
    return Person(
        key=key,
        root=root,
        luck=luck,
        phone_browser=_device(seed, root, luck, "1", draws.one_of(luck[BROWSER], browsers)),
        has_account=draws.chance(luck[ACCOUNT], buys) if story is None else story.has_account,
        login=_login(root, luck),
    )


def computer_of(seed: int, person: Person) -> Device:
    """Return the browser at which the person sits at home."""
    browser = draws.one_of(person.luck[DESKTOP], DESKTOP_BROWSERS)
    return _device(seed, person.root, person.luck, "2", browser)


def consent_of(person: Person) -> tuple[str | None, bool | None] | None:
    """Return ad_consent and limited_data_use as the banner recorded them, or None for no record."""
    story = person.root.story
    if story is not None:
        if story.consent == "unknown":
            return None
        return story.consent, story.limited_data_use
    answer = draws.below(person.luck[CONSENT], 100)
    us = person.root.site.country == "US"
    limited = us and draws.chance(person.luck[LIMITED], LIMITED_IN_US)
    if answer < GRANTED:
        return "granted", limited
    if answer < DENIED:
        return "denied", limited
    if answer < DISMISSED:
        return "dismissed", None
    return (None, None) if answer < ASKED else None


def contact_of(seed: int, person: Person) -> Contact:
    """Return name, address, e-mail and phone number of a person."""
    root = person.root
    number = root.site.index if root.plan is None else root.plan.number + 10
    luck = draws.draw(seed, draws.CONTACT, number, root.hour.epoch // 900, root.number)
    country = _country(person)
    first, last = (
        draws.one_of(luck[0], country.first_names),
        draws.one_of(luck[1], country.last_names),
    )
    local = f"{_plain(first)}.{_plain(last)}{draws.below(luck[2], 10_000_000)}"
    city = draws.one_of(luck[3], country.cities)
    return Contact(
        customer_id=f"cust-{person.key}",
        email=f"{local}@{draws.one_of(luck[4], MAIL_DOMAINS)}",
        phone=_phone(country, city, luck),
        first_name=first,
        last_name=last,
        country=country.code,
        city=city,
    )


def as_typed(person: Person, email: str) -> str:
    """Return an e-mail address as the person types it into a form: some with capitals, a blank."""
    spelling = draws.below(person.luck[SPELLING], 100)
    if spelling < 10:  # noqa: PLR2004 - percent
        return email.title()
    return f"{email} " if spelling < 13 else email  # noqa: PLR2004 - percent


def ttclid_of(seed: int, visit: Visit) -> str:
    """Return the click id that TikTok appends to the landing URL."""
    text = f"{seed}.{key_of(visit)}".encode()
    return "E.C.P." + urlsafe_b64encode(blake2b(text, digest_size=42).digest()).decode()


def _login(root: Visit, luck: Draws) -> str:
    if root.story is not None:
        return "email"
    return draws.one_of(luck[LOGIN], ("never", "never", "never", "email", "customer", "both"))


def _device(seed: int, root: Visit, luck: Draws, number: str, browser: str) -> Device:
    key, cookie = key_of(root), None
    if draws.chance(luck[COOKIES], WITH_TTP):
        digest = blake2b(f"{seed}.{key}.{number}".encode(), digest_size=20).digest()
        cookie = "2" + urlsafe_b64encode(digest).decode()[: TTP_LENGTH - 1]
    country = draws.one_of(luck[COUNTRY], COUNTRIES[root.site.code])
    address = luck[ADDRESS] if number == "1" else luck[ADDRESS] >> 7
    network = country.networks[address % len(country.networks)]
    return Device(
        visitor_id=f"v.{key}.{number}",
        ttp=cookie,
        ip_address=f"{network}.{address >> 8 & 0xFF}.{1 + (address >> 16 & 0x7F)}",
        user_agent=browser,
        locale=draws.one_of(luck[LOCALE], country.locales),
    )


def _country(person: Person) -> Country:
    return draws.one_of(person.luck[COUNTRY], COUNTRIES[person.root.site.code])


def _phone(country: Country, city: City, luck: Draws) -> str | None:
    kind = draws.below(luck[5], 100)
    if kind < 12:  # noqa: PLR2004 - percent who leave it out
        return None
    last = f"{draws.below(luck[6], 10**country.digits):0{country.digits}d}"
    pattern = country.international if kind < 60 else country.national  # noqa: PLR2004 - percent
    return pattern.format(area=city.area_code, n=last)


@cache  # of the few names that there are
def _plain(name: str) -> str:
    """Return a name as it stands in an e-mail address."""
    text = name.lower().replace("\u00fc", "ue").replace("\u00f6", "oe").replace("\u00e4", "ae")
    text = unicodedata.normalize("NFKD", text.replace("\u00df", "ss"))
    return "".join(one for one in text if one.isascii() and one.isalnum())
