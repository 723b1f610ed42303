"""Normalise the value of one signal as TikTok asks for it. Every function is idempotent.

Rules: TikTok, "Report App, Web, Offline, or CRM Events" (user parameters) and "Advanced matching".
A function returns the normalised text, or raises `InvalidValueError` whose reason never holds the
value.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

import phonenumbers

LONGEST_TTCLID = 1000  # TikTok: "ttclid", at most 1,000 characters
LONGEST_TEXT = 4096
MOST_DIGITS = 27  # of an id that is a number
MOST_DECIMALS = 20
LONGEST_EMAIL = 320  # RFC 3696: 64 + 1 + 255
LONGEST_PHONE = 40
LONGEST_LOCALE = 35  # RFC 5646, 4.4.1

# What tables hold where there is no value.
EMPTY_LIKE = frozenset(
    {"", "-", "--", "?", "n/a", "n.a.", "#n/a", "nan", "nil", "none", "not set", "(not set)",
     "null", "(null)", "\\n", "undefined", "unknown", "anonymous", "{}", "[]", "[object object]"}
)  # fmt: skip

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_EMAIL = re.compile(r"[^\s@,;<>()\[\]\"]+@[^\s@,;<>()\[\]\"]+\.[^\s@,;<>()\[\]\".]+")
_PLAIN_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?e\+?[0-9]{1,2}|[0-9]+\.0", re.IGNORECASE)
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_COOKIE = re.compile(r"[\x21-\x7e]{4,256}")
_MACRO = re.compile(r"__[A-Z0-9_]+__|\{\{.*\}\}")
_IPV4_WITH_PORT = re.compile(r"([0-9.]+):[0-9]{1,5}")
_IPV6_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?")
_ONE_ADDRESS = re.compile(r"/(?:32|128)$")  # how PostgreSQL writes an inet as text
_EXTENSION = re.compile(r"\s*(?:;ext=|ext\.?|extension|x|#)\s*[0-9]{1,7}$", re.IGNORECASE)
_KEPT_CATEGORIES = frozenset("LMN")  # letters, marks that belong to them, numbers

# Ranges for documentation (RFC 5737, RFC 3849) count as public: samples and the sandbox use them,
# and no visitor has one.
_DOCUMENTATION = tuple(
    ipaddress.ip_network(network)
    for network in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)


class InvalidValueError(ValueError):
    """The value cannot be this signal. `reason` is a word for the receipt."""

    def __init__(self, reason: str = "invalid") -> None:
        """Keep the reason only: the value must reach no log."""
        super().__init__(reason)
        self.reason = reason


def is_empty_like(text: str) -> bool:
    """True for what tables hold in place of nothing: blanks, null, n/a, none, undefined."""
    return text.strip().lower() in EMPTY_LIKE


def clean(value: object) -> str:
    """Return a column's value as text without outer blanks and invisible characters.

    Whole numbers that a column of another type made into `12.0` or `1.2e1` are whole again.
    Raises `InvalidValueError` for what cannot be text: booleans, objects.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise InvalidValueError
    if not isinstance(value, str):
        return digits(value)
    text = value
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return text.strip()


def has_at_most(most_digits: int, number: Decimal) -> bool:
    """True for a number with so many digits before its point, and not smaller than the decimals.

    By its exponent: arithmetic with 1e1000000 overflows, and its digits fill the memory.
    """
    return number.is_finite() and (not number or -MOST_DECIMALS <= number.adjusted() < most_digits)


def digits(value: float | Decimal) -> str:
    """Return a number as its digits, a whole one without a point.

    Raises `InvalidValueError` for what is no id or measure: NaN, or longer than any of them.
    """
    number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not has_at_most(MOST_DIGITS, number):
        raise InvalidValueError
    whole = number.to_integral_value()
    if whole == number:
        return str(int(whole)) if number else "0"
    return format(number, "f")


def email(text: str, _region: str | None) -> str:
    """Return the address in lower case. Dots and tags stay: TikTok does not ask to drop them."""
    text = _lower(text)
    if len(text) > LONGEST_EMAIL or not _EMAIL.fullmatch(text):
        raise InvalidValueError
    return text


def phone(text: str, region: str | None) -> str:
    """Return the number in E.164; `region` (two letters) is used where it has no country code."""
    if _PLAIN_NUMBER.fullmatch(text):
        text = format(Decimal(text).to_integral_value(), "f")
    return _e164(text, region)


@lru_cache(maxsize=65_536)
def _e164(text: str, region: str | None) -> str:
    text = _EXTENSION.sub("", text)
    text = "+" + text[2:] if text.startswith("00") else text
    if len(text) > LONGEST_PHONE or any(mark in text for mark in ",;/|@"):
        raise InvalidValueError
    # A country code in brackets, as in TikTok's own sample: (+1)2133734253
    text = text.replace("(+", "+", 1).replace(")", "", 1) if text.startswith("(+") else text
    if not text.startswith("+") and region is None:
        raise InvalidValueError("no_country")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise InvalidValueError from None
    if region is not None and not text.startswith("+"):
        number = _with_its_own_country_code(text, region, number) or number
    if not phonenumbers.is_possible_number(number):
        raise InvalidValueError
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if len(set(str(number.national_number))) == 1:  # 0000000000, 9999999999
        raise InvalidValueError
    return e164


def _with_its_own_country_code(
    text: str, region: str, national: phonenumbers.PhoneNumber
) -> phonenumbers.PhoneNumber | None:
    """Return the number that the digits are with a plus before them, if that reads better.

    A column of whole numbers has no plus: 4915112345678 is +49 151 12345678 and no national number
    of Germany, which begins with 0 where it is written in full.
    """
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region.upper())
    prefix = metadata.national_prefix if metadata else None
    lacks_prefix = prefix is not None and not text.lstrip("( ").startswith(prefix)
    if phonenumbers.is_valid_number(national) and not lacks_prefix:
        return None
    try:
        number = phonenumbers.parse(f"+{text}", None)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number_for_region(number, region.upper()) else None


def external_id(text: str, _region: str | None) -> str:
    """Return the id as it is: TikTok states no rule, and keeps case in its own tag."""
    return _bounded(text, 512)


@lru_cache(maxsize=16_384)
def name(text: str, _region: str | None) -> str:
    """Return a first or last name in lower case without punctuation and blanks."""
    return _letters_and_numbers(text)


@lru_cache(maxsize=16_384)
def place(text: str, _region: str | None) -> str:
    """Return a city, a region, a country or a postal code in lower case, no blanks, no dashes."""
    return _letters_and_numbers(text)


def ttclid(text: str, _region: str | None) -> str:
    """Return the click id unchanged; a literal macro such as __CLICKID__ is none, nor an e-mail."""
    if len(text) > LONGEST_TTCLID or not text.isascii() or re.search(r"[\s@]", text):
        raise InvalidValueError
    if _MACRO.fullmatch(text) or _CONTROL.search(text):
        raise InvalidValueError
    return text


def ttp(text: str, _region: str | None) -> str:
    """Return the value of the _ttp cookie unchanged."""
    if not _COOKIE.fullmatch(text) or _MACRO.fullmatch(text) or "@" in text:
        raise InvalidValueError
    return text


@lru_cache(maxsize=65_536)
def ip(text: str, _region: str | None) -> str:
    """Return a public IPv4 or IPv6 address; of a forwarded list the first, without its port."""
    text = text.split(",", 1)[0].strip()
    text = _ONE_ADDRESS.sub("", text)
    for with_port in (_IPV4_WITH_PORT, _IPV6_WITH_PORT):
        found = with_port.fullmatch(text)
        text = found[1] if found else text
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise InvalidValueError from None
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id:
            raise InvalidValueError("private")
        address = address.ipv4_mapped or address
    is_sample = any(address in network for network in _DOCUMENTATION)
    if not (address.is_global or is_sample) or address.is_multicast:
        raise InvalidValueError("private")
    return str(address)


def user_agent(text: str, _region: str | None) -> str:
    """Return the browser's own name unchanged."""
    if _CONTROL.search(text):
        raise InvalidValueError
    return _bounded(text, LONGEST_TEXT)


def locale(text: str, _region: str | None) -> str:
    """Return a BCP 47 tag, with hyphens where a system writes underscores."""
    text = text.split(".", 1)[0]  # en_US.UTF-8
    if len(text) > LONGEST_LOCALE or not _LOCALE.fullmatch(text):
        raise InvalidValueError
    return text.replace("_", "-")


def _lower(text: str) -> str:
    text = text.lower()
    return text if text.isascii() else unicodedata.normalize("NFKC", text).lower()


def _letters_and_numbers(text: str) -> str:
    text = _lower(text)
    if text.isascii():
        kept = "".join(filter(str.isalnum, text))
    else:
        kept = "".join(mark for mark in text if unicodedata.category(mark)[0] in _KEPT_CATEGORIES)
        kept = _lower(kept)  # what stood on both sides of a blank may compose
    if not kept:
        raise InvalidValueError("empty")
    return _bounded(kept, 256)


def _bounded(text: str, longest: int) -> str:
    if not text or len(text) > longest:
        raise InvalidValueError
    return text
