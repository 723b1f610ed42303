"""Read numbers, times, texts and items of a row, or say which column cannot be read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, urlencode, urlsplit

from airflow_provider_tiktok.events.normalise import (
    MOST_DECIMALS,
    InvalidValueError,
    digits,
    has_at_most,
    is_empty_like,
)
from airflow_provider_tiktok.events.reasons import Reason

MOST_DIGITS = 15  # a reader with doubles loses cents of larger numbers
MOST_ITEMS = 1000
LONGEST_ID = 256
LONGEST_NAME = 1024
LONGEST_URL = 4096
FIRST_SECOND = 946_684_800  # 2000-01-01: nobody sold through TikTok before
FIRST_MILLISECOND = 100_000_000_000  # as seconds this is the year 5138

ITEM_TEXTS = ("content_id", "content_name", "content_category", "brand")
ITEM_KEYS = frozenset((*ITEM_TEXTS, "quantity", "price"))
CONTENT_TYPES = ("product", "product_group")

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_HALF_PAIR = re.compile("[\ud800-\udfff]")  # half of a surrogate pair, which UTF-8 cannot hold
# %2540: in an address inside an address; the last two are a full-width @.
_EMAIL_IN_URL = re.compile(r"@|%(?:25)*40|\uff20|%(?:25)*EF%(?:25)*BC%(?:25)*A0", re.IGNORECASE)
_PERSONAL_NAME = re.compile(
    r"e-?mail|phone|mobile|(?:first|last|full|sur|given|family)[-_]?name", re.IGNORECASE
)

_is_key = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}").fullmatch


class UnreadableError(ValueError):
    """A column of the row cannot be read. Holds the reason code and never the value."""

    def __init__(self, reason: Reason, detail: str | None = None) -> None:
        """Keep the reason, and a sentence where the reason alone does not say enough."""
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def number(value: object) -> Decimal | None:
    """Return a column's number exactly, or None for NULL and ''.

    Raises UnreadableError for text that is no number ('12,34', '$12'), NaN, infinities, booleans
    and what a reader with doubles could not hold.
    """
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        result = value
    elif isinstance(value, int) and not isinstance(value, bool):
        result = Decimal(value)
    elif isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        try:
            result = Decimal(value.strip())
        except InvalidOperation:
            raise UnreadableError(Reason.INVALID_VALUE) from None
    else:
        raise UnreadableError(Reason.INVALID_VALUE)
    if not has_at_most(MOST_DIGITS, result):
        raise UnreadableError(Reason.INVALID_VALUE)
    exponent = result.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MOST_DECIMALS:
        raise UnreadableError(Reason.INVALID_VALUE)
    return result


def currency(value: object) -> str | None:
    """Return a code of three letters in upper case, or None.

    TikTok's own list is not checked: it changes, and TikTok says so itself.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value.strip()):
        raise UnreadableError(Reason.INVALID_CURRENCY)
    return value.strip().upper()


def moment(value: object) -> datetime:
    """Return an event's time in UTC, whole seconds.

    Takes ISO 8601 with a zone and Unix seconds; fractions are dropped. Raises UnreadableError for
    NULL, milliseconds, times without a zone and times before 2000.
    """
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        try:
            found = datetime.fromisoformat(value.strip())
        except ValueError:
            raise UnreadableError(Reason.INVALID_EVENT_TIME) from None
        if found.tzinfo is None:
            raise UnreadableError(
                Reason.INVALID_EVENT_TIME, "event_time has no time zone: cast it to timestamptz."
            )
        try:
            found = found.astimezone(UTC)
        except OverflowError:
            raise UnreadableError(Reason.INVALID_EVENT_TIME) from None
    else:
        try:
            seconds = number(value)
        except UnreadableError:
            raise UnreadableError(Reason.INVALID_EVENT_TIME) from None
        if seconds is None:
            raise UnreadableError(Reason.INVALID_EVENT_TIME, "event_time is NULL: fill it.")
        if seconds >= FIRST_MILLISECOND:
            raise UnreadableError(
                Reason.INVALID_EVENT_TIME, "event_time is in milliseconds: divide it by 1000."
            )
        if seconds < 0:
            raise UnreadableError(Reason.INVALID_EVENT_TIME)
        found = datetime.fromtimestamp(int(seconds), UTC)
    if found.timestamp() < FIRST_SECOND:
        raise UnreadableError(Reason.INVALID_EVENT_TIME)
    return found.replace(microsecond=0)


def identifier(value: object, reason: Reason) -> str | None:
    """Return an id as text, or None for NULL and ''. Whole numbers are ids too."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > LONGEST_ID or _CONTROL.search(value):
        raise UnreadableError(reason)
    if value != value.strip():
        raise UnreadableError(reason)
    return value


def contents(value: object) -> list[dict[str, str | int | Decimal]]:
    """Return the items of an order as TikTok takes them; NULL is an empty list.

    Raises UnreadableError for what is no list of objects and for any key that TikTok does not
    know, because TikTok would take it without a word.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_float=Decimal) if value.strip() else None
        except (ValueError, RecursionError):
            raise UnreadableError(Reason.INVALID_CONTENTS) from None
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MOST_ITEMS:
        raise UnreadableError(Reason.INVALID_CONTENTS)
    return [item for item in map(_item, value) if item]


def _item(value: object) -> dict[str, str | int | Decimal]:
    if not isinstance(value, Mapping):
        raise UnreadableError(Reason.INVALID_CONTENTS)
    if unknown := value.keys() - ITEM_KEYS:
        named = [key for key in sorted(unknown) if _is_key(key)]  # others may be a value
        raise UnreadableError(
            Reason.INVALID_CONTENTS,
            f"contents has the key {named[0]!r}, which TikTok does not know." if named else None,
        )
    item: dict[str, str | int | Decimal] = {}
    for key in ITEM_TEXTS:
        text = _item_text(value.get(key))
        if text:
            item[key] = text
    try:
        price, quantity = number(value.get("price")), number(value.get("quantity"))
    except UnreadableError:
        raise UnreadableError(Reason.INVALID_CONTENTS) from None
    if price is not None:
        item["price"] = price
    if quantity is not None:
        if quantity < 0 or quantity % 1 != 0:
            raise UnreadableError(Reason.INVALID_CONTENTS)
        item["quantity"] = int(quantity)
    return item


def _item_text(value: object) -> str:
    """Return a text of an item; a number as its digits, because TikTok refuses numbers here."""
    if value is None:
        return ""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        try:
            return digits(value)
        except InvalidValueError:
            raise UnreadableError(Reason.INVALID_CONTENTS) from None
    if not isinstance(value, str) or len(value) > LONGEST_NAME:
        raise UnreadableError(Reason.INVALID_CONTENTS)
    return _HALF_PAIR.sub("\ufffd", value)


def content_type(value: object) -> str | None:
    """Return product or product_group, or None."""
    if value is None or value == "":
        return None
    if value not in CONTENT_TYPES:
        raise UnreadableError(Reason.INVALID_CONTENT_TYPE)
    return str(value)


def web_address(value: object, *, with_query: bool) -> str | None:
    """Return an http(s) address that may leave, or None where the value is none.

    Without its fragment and login; without its query where consent was not granted, because a
    query holds click ids; without parameters that hold an e-mail address, or are named after one, a
    phone number or a person's name, in any case.
    """
    if not isinstance(value, str) or is_empty_like(value) or _CONTROL.search(value):
        return None
    try:
        parts = urlsplit(value.strip())
        host = parts.hostname
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host or " " in value.strip():
        return None
    netloc = f"[{host}]" if ":" in host else host
    netloc = f"{netloc}:{port}" if port else netloc
    query = _clean_query(parts.query) if with_query else ""
    path = "" if _EMAIL_IN_URL.search(parts.path) else parts.path
    address = parts._replace(netloc=netloc, path=path, query=query, fragment="").geturl()
    if len(address) > LONGEST_URL:
        address = parts._replace(netloc=netloc, path=path, query="", fragment="").geturl()
    return address if len(address) <= LONGEST_URL else None


def _clean_query(query: str) -> str:
    if not (_EMAIL_IN_URL.search(query) or _PERSONAL_NAME.search(query)):
        return query
    return urlencode([pair for pair in parse_qsl(query, keep_blank_values=True) if _may_go(*pair)])


def _may_go(name: str, value: str) -> bool:
    is_personal = _PERSONAL_NAME.search(name) or any(map(_EMAIL_IN_URL.search, (name, value)))
    return not is_personal
