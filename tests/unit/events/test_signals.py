"""The 14 signals: TikTok's own vectors, and of each input what is sent, or why it is withheld."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from airflow_provider_tiktok.events.signals import (
    ALL,
    HASHES_OF_NOTHING,
    SIGNALS,
    Collected,
    allowed_signals,
    collect,
    region_of,
    sha256,
)

EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def send(
    name: str,
    value: Any,
    *,
    region: str | None = "US",
    event_source: str = "web",
    hash_location: bool = True,
) -> Collected:
    """Return what leaves of a row that has one signal."""
    return collect(
        {name: value},
        event_source=event_source,
        region=region,
        allowed=ALL,
        hash_location=hash_location,
    )


def outcome(name: str, value: Any, region: str | None = "US") -> str | None:
    """Return what leaves unhashed, or `!` and the reason, or None where there is nothing."""
    found = send(name, value, region=region)
    return f"!{found.withheld[name]}" if name in found.withheld else found.user.get(name)


@pytest.mark.parametrize(
    ("name", "value", "digest"),
    [
        (
            "email",
            " ALICE_abc@gmail.com ",
            "848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f",
        ),
        (
            "phone",
            "(+1)2133734253",
            "9f7ec22d72092cd3c0b58726ed9c2d91b92e51a3f29837508fb2948bb22dd2fd",
        ),
        (
            "external_id",
            "user_123",
            "80fba0ae1c48e3978e43e4efc365e14e12ea0c830ba8ba5b9a2dafc7e3f2ab8b",
        ),
    ],
)
def test_the_examples_of_tiktok_get_the_hashes_of_tiktok(
    name: str, value: str, digest: str
) -> None:
    assert send(name, value).user == {name: digest}


def test_every_signal_leaves_under_the_name_that_tiktok_has_for_it() -> None:
    assert {signal.name: signal.wire_name for signal in SIGNALS} == {
        "ttclid": "ttclid",
        "ttp": "ttp",
        "email": "email",
        "phone": "phone",
        "external_id": "external_id",
        "first_name": "first_name",
        "last_name": "last_name",
        "ip": "ip",
        "user_agent": "user_agent",
        "locale": "locale",
        "country": "country",
        "region": "state",
        "city": "city",
        "zip": "zip_code",
    }


EMAILS = [
    ("upper case", "Ann@Shop.Example", "ann@shop.example"),
    ("outer blanks", "\t ann@shop.example\n", "ann@shop.example"),
    ("no-break space", "\u00a0ann@shop.example\u00a0", "ann@shop.example"),
    ("zero-width space", "ann\u200b@shop.example", "ann@shop.example"),
    ("byte order mark", "\ufeffann@shop.example", "ann@shop.example"),
    ("full-width at sign", "ann\uff20shop.example", "ann@shop.example"),
    ("plus tag stays", "ann+ads@shop.example", "ann+ads@shop.example"),
    ("gmail dots stay", "a.n.n@gmail.com", "a.n.n@gmail.com"),
    ("internationalised domain", "ann@b\u00fccher.example", "ann@b\u00fccher.example"),
    ("decomposed accent", "andre\u0301@shop.example", "andr\u00e9@shop.example"),
    ("inner blank", "ann lee@shop.example", None),
    ("two at signs", "ann@lee@shop.example", None),
    ("no at sign", "ann.shop.example", None),
    ("no domain", "ann@", None),
    ("no dot in the domain", "ann@localhost", None),
    ("63 hexadecimal digits", "a" * 63, None),
    ("too long", f"{'a' * 320}@shop.example", None),
    ("boolean", True, None),
    ("object", {"email": "ann@shop.example"}, None),
]


@pytest.mark.parametrize(
    ("value", "normalised"),
    [pytest.param(value, result, id=name) for name, value, result in EMAILS],
)
def test_an_email_leaves_as_the_hash_of_its_normal_form(value: Any, normalised: str | None) -> None:
    expected = "!invalid" if normalised is None else sha256(normalised)
    assert outcome("email", value) == expected


def test_a_dotted_capital_i_has_one_hash_in_every_form() -> None:
    assert outcome("email", "\u0130rem@shop.example") == outcome("email", "i\u0307rem@shop.example")


PHONES = [
    ("parentheses", "(213) 373-4253", "US", "+12133734253"),
    ("dashes", "213-373-4253", "US", "+12133734253"),
    ("dots", "213.373.4253", "US", "+12133734253"),
    ("country code without a plus", "12133734253", "US", "+12133734253"),
    ("00 prefix", "0049 30 901820", "US", "+4930901820"),
    ("extension", "+1 213 373 4253 ext. 12", None, "+12133734253"),
    ("extension with x", "+1 213 373 4253x12", None, "+12133734253"),
    ("Arabic-Indic digits", "+\u0661\u0662\u0661\u0663\u0663\u0667\u0663\u0664\u0662\u0665\u0663",
     None, "+12133734253"),
    ("full-width plus", "\uff0b12133734253", None, "+12133734253"),
    ("whole number", 12133734253, "US", "+12133734253"),
    ("number with a point", Decimal("12133734253.0"), "US", "+12133734253"),
    ("number with an exponent", "1.2133734253e10", "US", "+12133734253"),
    ("country code without a plus, Germany", 4915112345678, "DE", "+4915112345678"),
    ("country code without a plus, India", "919811012345", "IN", "+919811012345"),
    ("what looks like another country's", "5511987654321", "US", "!invalid"),
    ("national, India", "098110 12345", "IN", "+919811012345"),
    ("national, Germany", "030 901820", "DE", "+4930901820"),
    ("lower-case region", "2133734253", "US", "+12133734253"),
    ("letters", "call me", "US", "!invalid"),
    ("plus only", "+", "US", "!invalid"),
    ("country code 0", "+0123456789", "US", "!invalid"),
    ("5 digits", "12345", "US", "!invalid"),
    ("20 digits", "+12345678901234567890", "US", "!invalid"),
    ("two numbers", "2133734253 / 2133734254", "US", "!invalid"),
    ("all zeros", "+1 (000) 000-0000", "US", "!invalid"),
    ("an address", "ann@shop.example", "US", "!invalid"),
    ("national without a country", "2133734253", None, "!no_country"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "region", "expected"),
    [pytest.param(*case, id=name) for name, *case in PHONES],
)
def test_a_phone_leaves_as_the_hash_of_its_e164_form(
    value: Any, region: str | None, expected: str
) -> None:
    expected = expected if expected.startswith("!") else sha256(expected)
    assert outcome("phone", value, region) == expected


PLAIN = [
    ("IPv4", "ip", "73.162.0.1", "73.162.0.1"),
    ("IPv4 with a port", "ip", "73.162.0.1:443", "73.162.0.1"),
    ("IPv6", "ip", "2600:1700:0:0::1", "2600:1700::1"),
    ("IPv6 with a port", "ip", "[2600:1700::1]:443", "2600:1700::1"),
    ("mapped IPv6", "ip", "::ffff:73.162.0.1", "73.162.0.1"),
    ("first of a list", "ip", "73.162.0.1, 10.0.0.1", "73.162.0.1"),
    ("documentation range", "ip", "203.0.113.7", "203.0.113.7"),
    ("private", "ip", "10.1.2.3", "!private"),
    ("loopback", "ip", "127.0.0.1", "!private"),
    ("IPv6 loopback", "ip", "::1", "!private"),
    ("link-local with a scope", "ip", "fe80::1%eth0", "!private"),
    ("carrier-grade NAT", "ip", "100.64.0.1", "!private"),
    ("multicast", "ip", "224.0.0.1", "!private"),
    ("octal", "ip", "073.0162.0.01", "!invalid"),
    ("no address", "ip", "house", "!invalid"),
    ("unknown", "ip", "unknown", "!empty"),
    ("long", "user_agent", "M" * 2000, "M" * 2000),
    ("control characters", "user_agent", "Mozilla\x0b5.0", "!invalid"),
    ("endless", "user_agent", "M" * 5000, "!invalid"),
    ("unchanged", "ttclid", "E.C.P.CuIBabc-_", "E.C.P.CuIBabc-_"),
    ("outer blanks", "ttclid", " E.C.P.abc ", "E.C.P.abc"),
    ("inner blank", "ttclid", "E.C.P abc", "!invalid"),
    ("1,000 characters", "ttclid", "a" * 1000, "a" * 1000),
    ("1,001 characters", "ttclid", "a" * 1001, "!invalid"),
    ("literal macro", "ttclid", "__CLICKID__", "!invalid"),
    ("template", "ttclid", "{{ttclid}}", "!invalid"),
    ("cookie", "ttp", "2a5BY4wzGJrrsJBTsXlRq7zXhPb", "2a5BY4wzGJrrsJBTsXlRq7zXhPb"),
    ("blanks in it", "ttp", "2a5B Y4wz", "!invalid"),
    ("too short", "ttp", "ab", "!invalid"),
    ("tag", "locale", "en-US", "en-US"),
    ("underscore", "locale", "en_US", "en-US"),
    ("with an encoding", "locale", "de_DE.UTF-8", "de-DE"),
    ("a list", "locale", "en-US,en;q=0.9", "!invalid"),
]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [pytest.param(*case, id=f"{case[0]} {name}") for name, *case in PLAIN],
)
def test_a_plain_signal_leaves_as_it_is_or_not_at_all(name: str, value: str, expected: str) -> None:
    assert outcome(name, value) == expected


LETTERS = [
    ("first_name", " Anne-Marie ", "annemarie"),
    ("last_name", "O'Connor", "oconnor"),
    ("last_name", "St. John", "stjohn"),
    ("first_name", "Zo\u00eb", "zo\u00eb"),
    ("first_name", "Zoe\u0308", "zo\u00eb"),
    ("first_name", "\u0930\u093e\u0939\u0941\u0932", "\u0930\u093e\u0939\u0941\u0932"),
    ("city", "New York", "newyork"),
    ("city", "S\u00e3o Paulo", "s\u00e3opaulo"),
    ("region", "CA", "ca"),
    ("country", "US", "us"),
    ("country", "NA", "na"),
    ("zip", "98101-2304", "981012304"),
    ("zip", "SW1A 1AA", "sw1a1aa"),
    ("zip", 90012, "90012"),
    ("first_name", "...", None),
]


@pytest.mark.parametrize(("name", "value", "normalised"), LETTERS)
def test_names_and_places_leave_hashed_without_case_blanks_and_punctuation(
    name: str, value: Any, normalised: str | None
) -> None:
    found = send(name, value)
    if normalised is None:
        assert found.withheld == {name: "empty"}
    else:
        assert list(found.user.values()) == [sha256(normalised)]


def test_places_leave_plain_where_the_setting_says_so() -> None:
    row = {"country": "US", "region": "CA", "city": "Los Angeles", "zip": "90012-1234"}
    found = collect(row, event_source="web", region=None, allowed=ALL, hash_location=False)
    assert found.user == {
        "country": "us",
        "state": "ca",
        "city": "losangeles",
        "zip_code": "900121234",
    }


@pytest.mark.parametrize("name", ["email", "phone", "external_id", "first_name", "zip"])
def test_a_hash_passes_in_lower_case(name: str) -> None:
    digest = sha256("somebody")
    assert list(send(name, f" {digest.upper()} ").user.values()) == [digest]


@pytest.mark.parametrize("digest", [EMPTY_HASH, EMPTY_HASH.upper(), sha256("null"), sha256("N/A")])
def test_the_hash_of_nothing_is_not_sent(digest: str) -> None:
    assert digest.lower() in HASHES_OF_NOTHING
    assert outcome("email", digest) == "!empty"


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
@pytest.mark.parametrize(
    "value", ["", "  ", "null", "NULL", "None", "n/a", "N/A", "undefined", "-"]
)
def test_what_stands_for_nothing_is_left_out(signal: Any, value: str) -> None:
    found = send(signal.name, value)
    assert found.user == {}
    assert found.withheld == {signal.name: "empty"}


def test_null_is_neither_sent_nor_withheld() -> None:
    found = collect(
        dict.fromkeys(ALL), event_source="web", region=None, allowed=ALL, hash_location=True
    )
    assert (found.user, found.signals, found.withheld) == ({}, (), {})


def test_several_addresses_of_a_person_leave_as_a_list_in_one_order() -> None:
    one = send("email", ["b@shop.example", "A@shop.example", None, "a@shop.example", "n/a"])
    other = send("email", ["a@shop.example", "b@shop.example"])
    assert one.user == other.user
    assert one.user["email"] == sorted([sha256("a@shop.example"), sha256("b@shop.example")])


def test_a_list_of_one_is_a_text() -> None:
    assert send("email", ["ann@shop.example"]).user == {"email": sha256("ann@shop.example")}


def test_several_values_where_tiktok_takes_one_are_withheld() -> None:
    assert outcome("ttp", ["cookie-one", "cookie-two"]) == "!invalid"


@pytest.mark.parametrize(
    ("event_source", "expected"),
    [
        ("web", ALL),
        ("crm", {"email", "phone", "external_id"}),
        ("offline", {"email", "phone"}),
    ],
)
def test_a_source_gets_the_signals_that_tiktok_documents_for_it(
    event_source: str, expected: set[str]
) -> None:
    row = {
        "ttclid": "E.C.P.abc",
        "ttp": "cookie-value",
        "email": "ann@shop.example",
        "phone": "+12133734253",
        "external_id": "c1",
        "first_name": "Ann",
        "last_name": "Lee",
        "ip": "73.162.0.1",
        "user_agent": "Mozilla/5.0",
        "locale": "en",
        "country": "US",
        "region": "CA",
        "city": "Chicago",
        "zip": "60601",
    }
    found = collect(row, event_source=event_source, region=None, allowed=ALL, hash_location=True)
    assert set(found.signals) == set(expected)
    assert found.withheld == dict.fromkeys(ALL - set(expected), "not_for_source")


def test_the_country_of_the_row_comes_before_the_account() -> None:
    assert region_of("de", "US") == "DE"
    assert region_of(" ", "us") == region_of("n/a", "us") == "US"
    assert region_of("Germany", "US") is None
    assert region_of(None, None) is None


def test_a_list_of_signals_is_all_that_may_leave() -> None:
    assert allowed_signals("all") == ALL
    assert allowed_signals("ttclid, ip") == {"ttclid", "ip"}
    assert allowed_signals("no_pii") == {"ttclid", "ttp", "user_agent", "locale"}
    with pytest.raises(ValueError, match=r"'mail' is no signal.*email"):
        allowed_signals("ttclid, mail")
