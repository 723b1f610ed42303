"""Event names: TikTok's of today and of before, one's own, and slips that TikTok would take."""

from __future__ import annotations

import pytest

from airflow_provider_tiktok.events.names import (
    LEGACY_EVENTS,
    REFUND_EVENT,
    STANDARD_EVENTS,
    TIKTOK_EVENTS,
    EventNameError,
    resolve,
    type_of,
)


@pytest.mark.parametrize("name", sorted(TIKTOK_EVENTS - {"Purchase", "CompletePayment"}))
@pytest.mark.parametrize("event_source", ["web", "offline", "crm"])
def test_a_name_of_tiktok_leaves_as_it_is(name: str, event_source: str) -> None:
    assert resolve(name, event_source=event_source) == name


def test_the_lists_are_those_of_tiktok() -> None:
    assert len(STANDARD_EVENTS) == 18
    assert sorted(LEGACY_EVENTS) == [
        "ClickButton",
        "CompletePayment",
        "Pageview",
        "PlaceAnOrder",
        "SubmitForm",
    ]


@pytest.mark.parametrize("name", ["CompletePayment", "Purchase"])
@pytest.mark.parametrize("setting", ["CompletePayment", "Purchase"])
def test_a_purchase_leaves_under_the_name_of_the_setting(name: str, setting: str) -> None:
    assert resolve(name, event_source="web", purchase_event=setting) == setting


def test_a_purchase_is_one_event_under_both_names() -> None:
    assert type_of("CompletePayment") == type_of("Purchase") == "Purchase"
    assert type_of("SubmitForm") == type_of("Lead") == "Lead"
    assert type_of("offer_clicked") == "offer_clicked"


@pytest.mark.parametrize("name", [REFUND_EVENT, "offer_clicked", "Lead sold", "a2", "A-b_c 9"])
def test_a_name_of_ones_own_leaves_as_it_is(name: str) -> None:
    assert resolve(name, event_source="web") == name


@pytest.mark.parametrize(
    ("name", "event_source", "says"),
    [
        ("purchase", "web", "'Purchase'"),
        ("Complete Payment", "web", "'CompletePayment'"),
        ("add_to_cart", "web", "'AddToCart'"),
        ("PageView", "web", "'Pageview'"),
        ("cancelorder", "web", "'CancelOrder'"),
        ("", "web", "2 to 50"),
        ("x", "web", "2 to 50"),
        ("9lives", "web", "2 to 50"),
        ("a" * 51, "web", "2 to 50"),
        ("drop;table", "web", "2 to 50"),
        ("ends with a blank ", "web", "2 to 50"),
        ("CancelOrder", "offline", "standard events only"),
        ("offer_clicked", "offline", "standard events only"),
    ],
)
def test_a_slip_is_named_with_what_was_meant(name: str, event_source: str, says: str) -> None:
    with pytest.raises(EventNameError, match=says):
        resolve(name, event_source=event_source)
