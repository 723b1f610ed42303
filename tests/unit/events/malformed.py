"""Values as bad as they come, by column, each with what becomes of it.

As the engine reads them from PostgreSQL: a number with a point is a Decimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.events.signals import sha256
from tests.unit.events.rows import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping

EPOCH = int(NOW.timestamp())
HEX = "a1" * 32
ADA = "ada@shop.example"
NUMBER = "+12133734253"


@dataclass(frozen=True)
class Ended:
    """The event ends at once, with this state and reason."""

    words: str


@dataclass(frozen=True)
class Withheld:
    """The event goes without this signal; the receipt says why."""

    reason: str


@dataclass(frozen=True)
class Leaves:
    """The event goes, with this value."""

    value: Any


@dataclass(frozen=True)
class Hashed:
    """The event goes, with the hash of this text."""

    text: str


Outcome = Ended | Withheld | Leaves | Hashed
ABSENT = Leaves(None)


def _ago(**time: float) -> str:
    return (NOW - timedelta(**time)).isoformat()


def _item(**changes: Any) -> list[dict[str, Any]]:
    return [{"content_id": "p1", "quantity": 1, "price": 5, **changes}]


NO_ID = Ended("quarantined missing_event_id")
BAD_ID = Ended("quarantined invalid_event_id")
BAD_TIME = Ended("quarantined invalid_event_time")
AHEAD = Ended("quarantined event_time_in_future")
TOO_OLD = Ended("expired too_old")
BAD_VALUE = Ended("quarantined invalid_value")
BAD_ITEMS = Ended("quarantined invalid_contents")
EMPTY, INVALID, PRIVATE = Withheld("empty"), Withheld("invalid"), Withheld("private")
MINIMUM = Leaves(["ip"])  # the signals that leave without consent

MALFORMED: dict[str, list[tuple[str, Any, Outcome]]] = {
    "event_id": [
        ("null", None, NO_ID),
        ("empty", "", NO_ID),
        ("blanks", "   ", BAD_ID),
        ("one character", "a", Leaves("a")),
        ("4,096 characters", "a" * 4096, BAD_ID),
        ("NUL byte", "a\0b", BAD_ID),
        ("lone surrogate", "a\ud800", BAD_ID),
        ("emoji", "\U0001f600", Leaves("\U0001f600")),
        ("right-to-left mark", "\u200fa", Leaves("\u200fa")),
        ("trailing newline", "a\n", BAD_ID),
    ],
    "event_time": [
        ("null", None, BAD_TIME),
        ("0", 0, BAD_TIME),
        ("negative", -5, BAD_TIME),
        ("milliseconds", EPOCH * 1000, BAD_TIME),
        ("microseconds", EPOCH * 1_000_000, BAD_TIME),
        ("ISO text", _ago(hours=1), Leaves(EPOCH - 3600)),
        ("naive", NOW.replace(tzinfo=None).isoformat(), BAD_TIME),
        ("offset", "2026-11-02T23:00:00+05:30", Leaves(EPOCH - 23_400)),
        ("8 days old", _ago(days=8), TOO_OLD),
        ("29 days old", _ago(days=29), TOO_OLD),
        ("5 minutes ahead", _ago(minutes=-5), Leaves(EPOCH + 300)),
        ("1 day ahead", _ago(days=-1), AHEAD),
        ("year 9999", "9999-12-31T00:00:00+00:00", AHEAD),
        ("fraction of a second", Decimal(f"{EPOCH - 60}.5"), Leaves(EPOCH - 60)),
    ],
    "value": [
        ("null", None, ABSENT),
        ("0", 0, Leaves(0)),
        ("negative", -1, BAD_VALUE),
        ("NaN", "NaN", BAD_VALUE),
        ("Infinity", "Infinity", BAD_VALUE),
        ("-0", "-0", Leaves(0)),
        ("1e309", "1e309", BAD_VALUE),
        ("1E-7", "1E-7", Leaves(1e-07)),
        ("comma", "12,34", BAD_VALUE),
        ("dot and comma", "1.234,56", BAD_VALUE),
        ("dollar sign", "$12", BAD_VALUE),
        ("24 decimals", "3.333333333333333333333333", BAD_VALUE),
        ("20 decimals", "1.12345678901234567890", Leaves(1.1234567890123457)),
        ("10^15", 10**15, BAD_VALUE),
        ("boolean", True, BAD_VALUE),
    ],
    "currency": [
        ("null", None, Ended("quarantined missing_currency")),
        ("lower case", "usd", Leaves("USD")),
        ("no currency", "XXX", Leaves("XXX")),
        ("not on TikTok's list", "BGN", Leaves("BGN")),
    ],
    "email": [
        ("null", None, ABSENT),
        ("empty", "", EMPTY),
        ("blanks", "  ", EMPTY),
        ("n/a", "n/a", EMPTY),
        ("the word null", "null", EMPTY),
        ("upper case", "ADA@SHOP.EXAMPLE", Hashed(ADA)),
        ("outer blanks", f" {ADA} ", Hashed(ADA)),
        ("inner blank", "a da@shop.example", INVALID),
        ("no-break space", f"{ADA}\u00a0", Hashed(ADA)),
        ("zero-width space", "ada\u200b@shop.example", Hashed(ADA)),
        ("full-width @", "ada\uff20shop.example", Hashed(ADA)),
        ("two @", "a@b@shop.example", INVALID),
        ("no @", "ada.shop.example", INVALID),
        ("plus tag", "ada+x@shop.example", Hashed("ada+x@shop.example")),
        ("Gmail dots", "a.d.a@gmail.com", Hashed("a.d.a@gmail.com")),
        ("IDN domain", "ada@m\u00fcnchen.example", Hashed("ada@m\u00fcnchen.example")),
        ("NFD accent", "ame\u0301lie@shop.example", Hashed("am\u00e9lie@shop.example")),
        ("dotted I", "\u0130pek@shop.example", Hashed("i\u0307pek@shop.example")),
        ("64 hex, lower case", HEX, Leaves(HEX)),
        ("64 hex, upper case", HEX.upper(), Leaves(HEX)),
        ("63 hex", HEX[:63], INVALID),
        ("hash of the empty text", sha256(""), EMPTY),
    ],
    "phone": [
        ("null", None, ABSENT),
        ("empty", "", EMPTY),
        ("no country code", "2133734253", Hashed(NUMBER)),
        ("00 prefix", "0012133734253", Hashed(NUMBER)),
        ("+ only", "+", INVALID),
        ("+0", "+0123456789", INVALID),
        ("parentheses", "+1 (213) 373-4253", Hashed(NUMBER)),
        ("dashes", "213-373-4253", Hashed(NUMBER)),
        ("dots", "213.373.4253", Hashed(NUMBER)),
        ("extension", "+1 213 373 4253 ext. 7", Hashed(NUMBER)),
        ("letters", "1-800-FLOWERS", Hashed("+18003569377")),
        ("full-width plus", "\uff0b12133734253", Hashed(NUMBER)),
        ("5 digits", "12345", INVALID),
        ("20 digits", "1" * 20, INVALID),
        ("integer", 12133734253, Hashed(NUMBER)),
        ("float", Decimal("12133734253.0"), Hashed(NUMBER)),
        ("float as text", "1.2133734253e10", Hashed(NUMBER)),
        (
            "Arabic-Indic digits",
            "+\u0661\u0662\u0661\u0663\u0663\u0667\u0663\u0664\u0662\u0665\u0663",
            Hashed(NUMBER),
        ),
        ("two numbers", f"{NUMBER}, +12133734254", INVALID),
        ("64 hex", HEX, Leaves(HEX)),
        ("zeros", "+1 (000) 000-0000", INVALID),
    ],
    "ip": [
        ("IPv4 with port", "73.162.0.1:443", Leaves("73.162.0.1")),
        ("IPv6", "2a00:1450:4001::1", Leaves("2a00:1450:4001::1")),
        ("mapped IPv6", "::ffff:73.162.0.1", Leaves("73.162.0.1")),
        ("private", "10.0.0.1", PRIVATE),
        ("loopback", "127.0.0.1", PRIVATE),
        ("list of addresses", "73.162.0.1, 10.0.0.1", Leaves("73.162.0.1")),
        ("octal", "073.0162.0.1", INVALID),
        ("inet as text", "73.162.0.1/32", Leaves("73.162.0.1")),
        ("inet of IPv6 as text", "2a00:1450:4001::1/128", Leaves("2a00:1450:4001::1")),
        ("a network", "73.162.0.0/16", INVALID),
        ("the word unknown", "unknown", EMPTY),
        ("empty", "", EMPTY),
    ],
    "user_agent": [
        ("2,000 characters", "M" * 2000, Leaves("M" * 2000)),
        ("control characters", "Mozilla\x07\n5.0", INVALID),
    ],
    "ttclid": [
        ("outer blanks", " E.C.P.1 ", Leaves("E.C.P.1")),
        ("1,001 characters", "a" * 1001, INVALID),
        ("literal macro", "__CLICKID__", INVALID),
        ("email", ADA, INVALID),
    ],
    "ttp": [("malformed", "not a ttp!", INVALID), ("email", ADA, INVALID)],
    "page_url": [
        ("no scheme", "shop.example/thanks", ABSENT),
        ("user and password", "https://ada:pw@shop.example/t", Leaves("https://shop.example/t")),
        ("email in the query", f"https://shop.example/t?e={ADA}", Leaves("https://shop.example/t")),
        (
            "email in an address in the query",
            "https://shop.example/t?u=%2F%3Fe%3Dada%2540shop.example",
            Leaves("https://shop.example/t"),
        ),
        (
            "phone and name in the query",
            "https://shop.example/t?customer_phone=1&x=2&First-Name=Ada",
            Leaves("https://shop.example/t?x=2"),
        ),
        ("javascript", "javascript:alert(1)", ABSENT),
        ("9,000 characters", "https://shop.example/" + "a" * 9000, ABSENT),
    ],
    "contents": [
        ("null", None, ABSENT),
        ("empty list", [], ABSENT),
        ("object", {"content_id": "p1"}, BAD_ITEMS),
        ("1,001 items", _item() * 1001, BAD_ITEMS),
        ("integer content_id", _item(content_id=7), Leaves(_item(content_id="7"))),
        ("decimal content_id", _item(content_id=Decimal("7.5")), Leaves(_item(content_id="7.5"))),
        ("null price", _item(price=None), Leaves([{"content_id": "p1", "quantity": 1}])),
        ("negative quantity", _item(quantity=-1), BAD_ITEMS),
        ("text quantity", _item(quantity="2"), Leaves(_item(quantity=2))),
        ("nested list", [_item()], BAD_ITEMS),
        ("unknown key", _item(sku="1"), BAD_ITEMS),
        ("invalid JSON text", "[{", BAD_ITEMS),
        ("JSON text, 10,000 deep", "[" * 10_000, BAD_ITEMS),
        (
            "half a character in JSON text",
            '[{"content_id": "\\ud83d"}]',
            Leaves([{"content_id": "\ufffd"}]),
        ),
    ],
    "content_type": [("unknown", "goods", Ended("quarantined invalid_content_type"))],
    "consent_state": [
        ("null", None, MINIMUM),
        ("empty", "", MINIMUM),
        ("maybe", "maybe", MINIMUM),
        ("0", "0", MINIMUM),
        ("1", "1", MINIMUM),
        ("JSON", '{"ads": true}', MINIMUM),
    ],
}

# Numbers whose digits would fill the memory; a json column may hold them.
ENDLESS: list[tuple[str, str, Outcome]] = [
    ("value", "1e1000000", BAD_VALUE),
    ("value", "1e-99999999999", BAD_VALUE),
    ("value", "0e1000000", Leaves(0)),
    ("event_time", "1e1000000", BAD_TIME),
    ("email", "1e1000000", INVALID),
    ("email", "1e-99999999999", INVALID),
    ("contents", '[{"content_id": "a", "price": 1e1000000}]', BAD_ITEMS),
    ("contents", '[{"content_id": 1e999999999999}]', BAD_ITEMS),
]


def assert_left(
    outcome: Outcome, column: str, payload: Mapping[str, Any], withheld: Mapping[str, str]
) -> None:
    """Check what left of a column of an event that was sent."""
    found = _sent(payload, column)
    match outcome:
        case Withheld(reason):
            assert (found, withheld[column]) == (None, reason)
        case Hashed(text):
            assert found == sha256(text)
        case Leaves(expected):
            assert found == expected


def _sent(payload: Mapping[str, Any], column: str) -> Any:
    if column in {"event_id", "event_time"}:
        return payload[column]
    if column in {"value", "currency", "contents", "content_type"}:
        return payload["properties"].get(column)
    if column == "page_url":
        return payload.get("page", {}).get("url")
    return sorted(payload["user"]) if column == "consent_state" else payload["user"].get(column)
