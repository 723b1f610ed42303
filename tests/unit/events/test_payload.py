"""The payload: strict keys, canonical bytes, exact numbers."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.events.canonical import canonical_json, payload_hash
from airflow_provider_tiktok.events.payload import Ad, EventPayload, Lead, Page, Properties

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), DECIMALS, st.text(st.characters(codec="utf-8"))
)
JSON_VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4),
    ),
    max_leaves=15,
)


def read(text: str) -> Any:
    """Return a JSON text's value with exact numbers."""
    return json.loads(text, parse_float=Decimal)


@given(JSON_VALUES)
def test_canonical_json_says_the_same_when_read_and_written_again(value: Any) -> None:
    text = canonical_json(value)
    assert read(text) == value
    assert canonical_json(read(text)) == text


@given(st.dictionaries(st.text(max_size=5), st.integers(), min_size=2, max_size=6), st.randoms())
def test_the_order_of_keys_does_not_show(members: dict[str, int], random: Any) -> None:
    keys = list(members)
    random.shuffle(keys)
    assert canonical_json({key: members[key] for key in keys}) == canonical_json(members)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("120.5000", "120.5"),
        ("120.00", "120"),
        ("1E+3", "1000"),
        ("1E-7", "0.0000001"),
        ("-0.0", "0"),
        ("0.12345678901234567891", "0.12345678901234567891"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_one_number_has_one_text(number: str, text: str) -> None:
    assert canonical_json(Decimal(number)) == text


@pytest.mark.parametrize("value", [1.5, math.nan, object(), {1: "a"}, {"a"}, b"a"])
def test_what_has_no_exact_json_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical_json(value)


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_json_has_no_nan(number: str) -> None:
    with pytest.raises(ValueError, match="NaN"):
        canonical_json(Decimal(number))


def whole() -> EventPayload:
    """Return an event with everything in it."""
    return EventPayload(
        event="CompletePayment",
        event_id="ord_1",
        event_time=NOON,
        user={"email": ["a", "b"], "ttclid": "E.C.P.1"},
        properties=Properties(
            value=Decimal("120.50"),
            currency="USD",
            contents=({"content_id": "p1", "quantity": 2, "price": Decimal("60.25")},),
            content_type="product",
            order_id="1",
        ),
        page=Page("https://a.example", "https://b.example"),
        ad=Ad(campaign_id="1", ad_group_id="2", ad_id="3"),
        lead=Lead("l1", "web form"),
        limited_data_use=True,
    )


def test_every_member_leaves_under_the_name_that_tiktok_has_for_it() -> None:
    assert read(whole().to_json()) == {
        "event": "CompletePayment",
        "event_id": "ord_1",
        "event_time": 1793620800,
        "user": {"email": ["a", "b"], "ttclid": "E.C.P.1"},
        "properties": {
            "value": Decimal("120.5"),
            "currency": "USD",
            "contents": [{"content_id": "p1", "quantity": 2, "price": Decimal("60.25")}],
            "content_type": "product",
            "order_id": "1",
        },
        "page": {"url": "https://a.example", "referrer": "https://b.example"},
        "ad": {"campaign_id": "1", "ad_id": "2", "creative_id": "3"},
        "lead": {"lead_id": "l1", "lead_event_source": "web form"},
        "limited_data_use": True,
    }


def test_what_is_not_there_leaves_no_key() -> None:
    payload = EventPayload("Lead", "l1", NOON, {"ip": "73.162.0.1"}, ad=Ad())
    assert read(payload.to_json()) == {
        "event": "Lead",
        "event_id": "l1",
        "event_time": 1793620800,
        "user": {"ip": "73.162.0.1"},
    }


def test_a_misspelt_key_cannot_leave() -> None:
    with pytest.raises(ValueError, match="ttclidX"):
        EventPayload("Lead", "l1", NOON, {"ttclidX": "E.C.P.1"})
    misspelt = Properties(contents=({"contentid": "p1"},))
    with pytest.raises(ValueError, match="contentid"):
        EventPayload("Lead", "l1", NOON, {}, misspelt)
    with pytest.raises(TypeError):
        EventPayload("Lead", "l1", NOON, {}, evnt="Lead")  # type: ignore[call-arg]


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        EventPayload("Lead", "l1", NOON.replace(tzinfo=None), {})


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_the_hash_is_the_same_in_every_process(seed: str) -> None:
    code = (
        "from tests.unit.events.test_payload import whole;"
        "from airflow_provider_tiktok.events.canonical import payload_hash;"
        "print(payload_hash(whole().to_json()))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": seed, "LC_ALL": "tr_TR.UTF-8", "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == payload_hash(whole().to_json())
