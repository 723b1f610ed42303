"""Numbers, times, ids, items and addresses: what each malformed column comes to."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from airflow_provider_tiktok.events import values
from airflow_provider_tiktok.events.reasons import Reason
from airflow_provider_tiktok.events.values import UnreadableError

NUMBERS = [
    ("null", None, None),
    ("empty", "", None),
    ("zero", 0, Decimal(0)),
    ("negative", Decimal("-3.5"), Decimal("-3.5")),
    ("negative zero", Decimal("-0.0"), Decimal(0)),
    ("small exponent", "1E-7", Decimal("0.0000001")),
    ("20 decimals", Decimal("0.12345678901234567891"), Decimal("0.12345678901234567891")),
    ("text", " 12.50 ", Decimal("12.50")),
]
NO_NUMBERS = [
    *("NaN", "Infinity", "-inf", "12,34", "1.234,56", "$12", "twelve", "1e309", "0x10", "1_000"),
    *(True, [1], {"value": 1}, Decimal("NaN"), Decimal("Infinity"), 10**15, "1e15"),
    *(Decimal("0.123456789012345678901"), "\u0661\u0662"),
]


@pytest.mark.parametrize(
    ("value", "expected"), [pytest.param(value, result, id=name) for name, value, result in NUMBERS]
)
def test_a_number_is_exact(value: Any, expected: Decimal | None) -> None:
    assert values.number(value) == expected


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
def test_what_is_no_number_is_unreadable(value: Any) -> None:
    with pytest.raises(UnreadableError) as caught:
        values.number(value)
    assert caught.value.reason is Reason.INVALID_VALUE


@pytest.mark.parametrize(
    ("value", "expected"),
    [("usd", "USD"), (" EUR ", "EUR"), ("XXX", "XXX"), ("BGN", "BGN"), (None, None), ("", None)],
)
def test_a_currency_is_three_letters_whether_tiktok_takes_it_or_not(
    value: Any, expected: str | None
) -> None:
    assert values.currency(value) == expected


@pytest.mark.parametrize("value", ["$", "US Dollar", "US", "USD EUR", 840, "U$D"])
def test_what_is_no_currency_is_unreadable(value: Any) -> None:
    with pytest.raises(UnreadableError) as caught:
        values.currency(value)
    assert caught.value.reason is Reason.INVALID_CURRENCY


NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-02T12:00:00+00:00",
        "2026-11-02T07:00:00-05:00",
        "2026-11-02 12:00:00.987654+00",
        "2026-11-02T12:00:00Z",
        1793620800,
        "1793620800",
        Decimal("1793620800.9"),
    ],
    ids=repr,
)
def test_a_moment_is_whole_seconds_in_utc(value: Any) -> None:
    assert values.moment(value) == NOON


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "NULL"),
        ("", None),
        ("2026-11-02T12:00:00", "no time zone"),
        ("2026-11-02", "no time zone"),
        (1793620800000, "milliseconds"),
        (1793620800000000, None),
        (0, None),
        (-1, None),
        ("infinity", None),
        ("-infinity", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (True, None),
        ("1999-12-31T00:00:00Z", None),
    ],
)
def test_what_is_no_moment_says_why(value: Any, says: str | None) -> None:
    with pytest.raises(UnreadableError) as caught:
        values.moment(value)
    assert caught.value.reason is Reason.INVALID_EVENT_TIME
    assert says is None or says in str(caught.value.detail)


def test_the_year_9999_is_a_moment() -> None:
    assert values.moment("9999-12-31T23:59:59+00:00").year == 9999


@pytest.mark.parametrize("value", ["a", "a" * 256, "\U0001f600", "\u200fabc", 12])
def test_an_id_is_kept_as_it_is(value: Any) -> None:
    assert values.identifier(value, Reason.INVALID_EVENT_ID) == str(value)


@pytest.mark.parametrize("value", [" a", "a\n", "a" * 257, "a\x00b", "a\ud800", 1.5, True, ["a"]])
def test_what_is_no_id_is_unreadable(value: Any) -> None:
    with pytest.raises(UnreadableError):
        values.identifier(value, Reason.INVALID_EVENT_ID)


ITEM = {"content_id": "p1", "price": Decimal("9.90"), "quantity": 2}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        ([], []),
        ("", []),
        ([ITEM], [ITEM]),
        ('[{"content_id": "p1", "price": 9.90, "quantity": 2}]', [ITEM]),
        ([{"content_id": 17}], [{"content_id": "17"}]),
        ([{"content_id": "p1", "price": None, "brand": ""}], [{"content_id": "p1"}]),
        ([{"price": "9.90", "quantity": "2"}], [{"price": Decimal("9.90"), "quantity": 2}]),
        ([{}], []),
    ],
)
def test_items_are_what_tiktok_takes(value: Any, expected: list[dict[str, Any]]) -> None:
    assert values.contents(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"content_id": "p1"},
        [["p1"]],
        ["p1"],
        [{"content_id": "p1"}] * 1001,
        [{"content_id": ["p1"]}],
        [{"content_id": "a" * 2000}],
        [{"quantity": -1}],
        [{"quantity": "1.5"}],
        [{"price": "9,90"}],
        [{"content_id": "p1", "contentid": "p1"}],
        "[{",
        "[" * 100_000,
        17,
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_list_of_items_is_unreadable(value: Any) -> None:
    with pytest.raises(UnreadableError) as caught:
        values.contents(value)
    assert caught.value.reason is Reason.INVALID_CONTENTS


def test_an_unknown_key_of_an_item_is_named() -> None:
    with pytest.raises(UnreadableError) as caught:
        values.contents([{"contentid": "p1"}])
    assert "'contentid'" in str(caught.value.detail)


URLS = [
    ("query and fragment", "https://a.example/b?ttclid=1#top", "https://a.example/b?ttclid=1"),
    ("login", "https://ann:secret@a.example/b", "https://a.example/b"),
    ("port", "http://a.example:8080/b", "http://a.example:8080/b"),
    ("e-mail in the query", "https://a.example/?e=ann@b.example&x=1", "https://a.example/?x=1"),
    ("encoded e-mail", "https://a.example/?e=ann%40b.example&x=1", "https://a.example/?x=1"),
    (
        "e-mail in an address in the query",
        "https://a.example/?next=https%3A%2F%2Fb.example%2F%3Fe%3Dann%2540b.example&x=1",
        "https://a.example/?x=1",
    ),
    ("full-width @", "https://a.example/?e=ann%EF%BC%A0b.example&x=1", "https://a.example/?x=1"),
    (
        "a username is no name",
        "https://a.example/?username=1&name=x",
        "https://a.example/?username=1&name=x",
    ),
    ("e-mail in the path", "https://a.example/u/ann@b.example/x", "https://a.example"),
    ("very long query", "https://a.example/b?x=" + "a" * 9000, "https://a.example/b"),
    ("IPv6 host", "https://[2600::1]:8443/b", "https://[2600::1]:8443/b"),
    ("no scheme", "a.example/b", None),
    ("javascript", "javascript:alert(1)", None),
    ("very long path", "https://a.example/" + "a" * 9000, None),
    ("broken host", "https://[a.example/b", None),
    ("blank in it", "https://a.example/b c", None),
    ("null", None, None),
    ("stands for nothing", "(not set)", None),
]


@pytest.mark.parametrize(
    ("value", "expected"), [pytest.param(value, result, id=name) for name, value, result in URLS]
)
def test_an_address_leaves_without_what_is_nobodys_business(
    value: Any, expected: str | None
) -> None:
    assert values.web_address(value, with_query=True) == expected


def test_an_address_leaves_without_its_query_where_consent_is_missing() -> None:
    address = "https://a.example/b?ttclid=E.C.P.1"
    assert values.web_address(address, with_query=False) == "https://a.example/b"
