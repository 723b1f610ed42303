"""From a row to an event: what leaves, and the reason and hint of what does not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.events.build import OPTIONAL_COLUMNS, REQUIRED_COLUMNS, build
from airflow_provider_tiktok.events.consent import ConsentPolicy
from airflow_provider_tiktok.events.reasons import HINTS, Reason
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.events.signals import PRESETS, sha256
from tests.unit.events.rows import NOW, export_row

SETTINGS = EventSettings()


def payload_of(settings: EventSettings = SETTINGS, **changes: Any) -> dict[str, Any]:
    """Return what leaves of a row."""
    event = build(export_row(**changes), settings, NOW)
    assert event.state == "pending", event
    assert event.payload is not None
    payload: dict[str, Any] = json.loads(event.payload, parse_float=Decimal)
    return payload


def test_a_whole_row_becomes_a_whole_event() -> None:
    assert set(export_row()) == set(REQUIRED_COLUMNS)
    payload = payload_of()
    assert sorted(payload) == [
        *("ad", "event", "event_id", "event_time", "page", "properties", "user"),
    ]
    assert len(payload["user"]) == 14
    assert payload["ad"] == {"campaign_id": "61", "ad_id": "51", "creative_id": "41"}


BAD_ROWS = [
    ("event_id", None, Reason.MISSING_EVENT_ID),
    ("event_id", "", Reason.MISSING_EVENT_ID),
    ("event_id", "  ", Reason.INVALID_EVENT_ID),
    ("event_id", "ord_1\n", Reason.INVALID_EVENT_ID),
    ("event_id", "a" * 4096, Reason.INVALID_EVENT_ID),
    ("event_source", "fax", Reason.INVALID_EVENT_SOURCE),
    ("event_source_id", None, Reason.INVALID_EVENT_SOURCE),
    ("event_source_id", "CUS 1", Reason.INVALID_EVENT_SOURCE),
    ("kind", "order", Reason.INVALID_KIND),
    ("kind", "refund", Reason.MISSING_PURCHASE),
    ("event", "purchase", Reason.INVALID_EVENT),
    ("event", None, Reason.INVALID_EVENT),
    ("event_time", None, Reason.INVALID_EVENT_TIME),
    ("event_time", 1793620800000, Reason.INVALID_EVENT_TIME),
    ("event_time", "2026-11-03T00:11:00+00:00", Reason.EVENT_TIME_IN_FUTURE),
    ("event_time", "9999-12-31T00:00:00+00:00", Reason.EVENT_TIME_IN_FUTURE),
    ("value", "NaN", Reason.INVALID_VALUE),
    ("value", Decimal(-1), Reason.INVALID_VALUE),
    ("currency", "US Dollar", Reason.INVALID_CURRENCY),
    ("currency", None, Reason.MISSING_CURRENCY),
    ("contents", {"content_id": "p1"}, Reason.INVALID_CONTENTS),
    ("content_type", "goods", Reason.INVALID_CONTENT_TYPE),
    ("order_id", "a" * 300, Reason.INVALID_ORDER_ID),
]


@pytest.mark.parametrize(("column", "value", "reason"), BAD_ROWS)
def test_a_row_that_cannot_be_read_is_quarantined_with_a_reason_and_a_hint(
    column: str, value: Any, reason: Reason
) -> None:
    event = build(export_row(**{column: value}), SETTINGS, NOW)
    assert (event.state, event.reason) == ("quarantined", reason)
    assert event.payload is None
    assert HINTS[reason] in str(event.hint)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"event": "add_to_cart"}, "Event 'add_to_cart' is not TikTok's name: write 'AddToCart'. "),
        ({"event": "LeadSold", "event_source": "offline"}, "Event 'LeadSold' is a custom event, "),
    ],
)
def test_the_hint_about_a_name_has_the_name_letter_by_letter(
    changes: dict[str, Any], says: str
) -> None:
    assert str(build(export_row(**changes), SETTINGS, NOW).hint).startswith(says)


def test_every_reason_has_a_hint() -> None:
    assert set(HINTS) == set(Reason)


@pytest.mark.parametrize(("event_source", "days"), [("web", 7), ("offline", 28), ("crm", 28)])
def test_an_event_too_old_for_its_source_expires_unsent(event_source: str, days: int) -> None:
    for age, state in (
        (timedelta(days=days), "pending"),
        (timedelta(days=days, seconds=1), "expired"),
    ):
        row = export_row(
            event_source=event_source,
            event_time=(NOW - age).isoformat(),
            lead_id="l1",
        )
        assert build(row, SETTINGS, NOW).state == state


def test_the_age_is_a_setting() -> None:
    longest_age = {**SETTINGS.longest_age, "web": timedelta(days=28)}
    row = export_row(event_time=(NOW - timedelta(days=20)).isoformat())
    assert build(row, replace(SETTINGS, longest_age=longest_age), NOW).state == "pending"


def test_a_currency_that_tiktok_may_refuse_leaves() -> None:
    assert payload_of(currency="XXX")["properties"]["currency"] == "XXX"


def test_without_consent_the_hashed_ip_address_leaves_and_no_click_id() -> None:
    event = build(export_row(consent_state="denied"), SETTINGS, NOW)
    payload = json.loads(event.payload or "")
    assert payload["user"] == {"ip": sha256("73.162.0.1")}
    assert payload["page"] == {"url": "https://us.northwind.example/thanks"}
    assert "ad" not in payload
    assert "E.C.P.1" not in (event.payload or "")
    assert event.withheld["email"] == "consent"
    assert "ip" not in event.withheld


SUPPRESSED = [
    ("strict and denied", {"consent_state": "denied"}, "strict", Reason.CONSENT_DENIED),
    ("strict and unknown", {"consent_state": None}, "strict", Reason.CONSENT_UNKNOWN),
    (
        "no address without consent",
        {"consent_state": "denied", "ip": None},
        "minimal",
        Reason.CONSENT_LEAVES_NOTHING,
    ),
    (
        "limited data use that crm cannot say",
        {"event_source": "crm", "limited_data_use": True, "lead_id": "l1"},
        "strict",
        Reason.LIMITED_DATA_USE,
    ),
]


@pytest.mark.parametrize(
    ("changes", "policy", "reason"), [pytest.param(*case, id=name) for name, *case in SUPPRESSED]
)
def test_what_may_not_leave_is_suppressed(
    changes: dict[str, Any], policy: str, reason: Reason
) -> None:
    settings = replace(SETTINGS, consent_policy=ConsentPolicy(policy))
    event = build(export_row(**changes), settings, NOW)
    assert (event.state, event.reason, event.payload) == ("suppressed", reason, None)


def test_limited_data_use_travels_with_the_event() -> None:
    assert payload_of(limited_data_use=True)["limited_data_use"] is True
    assert "limited_data_use" not in payload_of()
    assert payload_of(limited_data_use="what?")["limited_data_use"] is True


def test_the_list_of_signals_cuts_what_leaves() -> None:
    payload = payload_of(replace(SETTINGS, signals=PRESETS["no_pii"]))
    assert sorted(payload["user"]) == ["locale", "ttclid", "ttp", "user_agent"]


def test_an_event_that_the_list_of_signals_empties_is_suppressed() -> None:
    settings = replace(SETTINGS, signals=frozenset({"locale"}))
    event = build(export_row(), settings, NOW)
    assert (event.state, event.reason) == ("suppressed", Reason.SIGNALS_LEAVE_NOTHING)


def test_an_event_by_which_nobody_can_be_found_is_quarantined() -> None:
    keys = ("ttclid", "ttp", "email", "phone", "external_id", "ip")
    event = build(export_row(**dict.fromkeys(keys)), SETTINGS, NOW)
    assert (event.state, event.reason) == ("quarantined", Reason.NO_SIGNAL)


REFUND = {
    "kind": "refund",
    "event": "CancelOrder",
    "event_id": "refund_1",
    "purchase_event_id": "ord_1",
}


def test_a_refund_waits_and_is_sent_as_cancel_order() -> None:
    event = build(export_row(**REFUND), SETTINGS, NOW)
    assert event.waits_for_purchase
    assert event.event == "CancelOrder"


def test_refunds_stay_in_the_warehouse_where_the_setting_says_so() -> None:
    event = build(export_row(**REFUND), replace(SETTINGS, refund_event=None), NOW)
    assert (event.state, event.reason) == ("suppressed", Reason.REFUNDS_OFF)


def test_a_crm_event_needs_its_lead() -> None:
    assert payload_of(event_source="crm", lead_id="l1")["lead"] == {"lead_id": "l1"}
    event = build(export_row(event_source="crm"), SETTINGS, NOW)
    assert event.reason == Reason.MISSING_LEAD_ID


def test_phones_are_read_by_the_rows_country_then_the_accounts() -> None:
    settings = replace(SETTINGS, countries={"CUS00000000000000001": "IN"}, default_country="DE")
    indian = sha256("+919811012345")
    assert payload_of(settings, phone="09811012345", country=None)["user"]["phone"] == indian
    american = payload_of(settings, phone="2133734253", country="US")["user"]["phone"]
    assert american == sha256("+12133734253")


def test_macros_that_nobody_replaced_are_no_ad_ids() -> None:
    row = {"campaign_id": "__CAMPAIGN_ID__", "ad_group_id": "__AID__", "ad_id": "41"}
    assert payload_of(**row)["ad"] == {"creative_id": "41"}


COLUMN_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(),
    st.text(),
    st.datetimes().map(str),
    st.lists(st.one_of(st.text(), st.dictionaries(st.text(), st.text(), max_size=2)), max_size=3),
    st.dictionaries(st.text(), st.one_of(st.text(), st.none(), st.integers()), max_size=3),
)


@given(
    st.dictionaries(
        st.sampled_from([*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS]), COLUMN_VALUES, max_size=8
    ),
    st.sampled_from(ConsentPolicy),
)
def test_no_row_is_too_wrong_to_be_kept(changes: dict[str, Any], policy: ConsentPolicy) -> None:
    settings = replace(SETTINGS, consent_policy=policy)
    row = export_row(**changes)
    event = build(row, settings, NOW)
    assert (event.payload is None) == (event.state != "pending")
    assert (event.reason is None) == (event.state == "pending")
    assert build(dict(reversed(row.items())), settings, NOW) == event


@given(st.dictionaries(st.sampled_from(REQUIRED_COLUMNS), COLUMN_VALUES, max_size=3))
def test_nothing_leaves_of_a_person_who_denied_but_the_hashed_address(
    changes: dict[str, Any],
) -> None:
    row = export_row(**{**changes, "consent_state": "denied"})
    event = build(row, SETTINGS, NOW)
    if event.payload is not None:
        user = json.loads(event.payload)["user"]
        assert list(user) == ["ip"]
        assert len(user["ip"]) == 64
