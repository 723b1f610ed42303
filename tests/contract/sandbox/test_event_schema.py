"""event/track checks every item, and its message points at the item and the path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.sandbox.caller import NOW, SHA256, Api, event

if TYPE_CHECKING:
    from sandbox.server import RunningSandbox

SECONDS = int(NOW.timestamp())
DAY = 86_400

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "event missing": ({"event": None}, "event: Missing data for required field."),
    "event a number": ({"event": 5}, "event: Not a valid string."),
    "event blank": ({"event": "  "}, "event: Must not be blank."),
    "event_id a number": ({"event_id": 7}, "event_id: Not a valid string."),
    "event_time missing": ({"event_time": None}, "event_time: Missing data for required field."),
    "event_time text": ({"event_time": "1"}, "event_time: Not a valid integer."),
    "event_time float": ({"event_time": SECONDS - 0.5}, "event_time: Not a valid integer."),
    "event_time boolean": ({"event_time": True}, "event_time: Not a valid integer."),
    "event_time in milliseconds": (
        {"event_time": SECONDS * 1000},
        "event_time: Not a valid Unix time in seconds.",
    ),
    "8 days old": ({"event_time": SECONDS - 8 * DAY}, "event_time: The event is too old."),
    "an hour ahead": ({"event_time": SECONDS + 3600}, "event_time: The event lies in the future."),
    "user a list": ({"user": []}, "user: Not a valid object."),
    "ttclid a number": ({"user": {"ttclid": 1}}, "user.ttclid: Not a valid string."),
    "ttclid too long": (
        {"user": {"ttclid": "x" * 1001}},
        "user.ttclid: Longer than maximum length 1000.",
    ),
    "email a number": ({"user": {"email": 1}}, "user.email: Not a valid string."),
    "phone list with a number": (
        {"user": {"phone": [SHA256, 5]}},
        "user.phone.1: Not a valid string.",
    ),
    "country a list": ({"user": {"country": ["us"]}}, "user.country: Not a valid string."),
    "ad a text": ({"ad": "1"}, "ad: Not a valid object."),
    "ad id a number": ({"ad": {"creative_id": 1}}, "ad.creative_id: Not a valid string."),
    "properties text": ({"properties": "x"}, "properties: Not a valid object."),
    "currency lower case": (
        {"properties": {"currency": "usd"}},
        "properties.currency: usd is not a supported currency.",
    ),
    "currency XXX": (
        {"properties": {"currency": "XXX"}},
        "properties.currency: XXX is not a supported currency.",
    ),
    "currency BGN": (
        {"properties": {"currency": "BGN"}},
        "properties.currency: BGN is not a supported currency.",
    ),
    "value text": ({"properties": {"value": "1.5"}}, "properties.value: Not a valid number."),
    "value boolean": ({"properties": {"value": True}}, "properties.value: Not a valid number."),
    "content_type unknown": (
        {"properties": {"content_type": "thing"}},
        "properties.content_type: Must be one of: product, product_group.",
    ),
    "num_items text": (
        {"properties": {"num_items": "2"}},
        "properties.num_items: Not a valid integer.",
    ),
    "content_ids text": (
        {"properties": {"content_ids": "a"}},
        "properties.content_ids: Not a valid list.",
    ),
    "content_ids with a number": (
        {"properties": {"content_ids": ["a", 2]}},
        "properties.content_ids.1: Not a valid string.",
    ),
    "contents an object": (
        {"properties": {"contents": {}}},
        "properties.contents: Not a valid list.",
    ),
    "content_id a number": (
        {"properties": {"contents": [{"content_id": 77}]}},
        "properties.contents.0.content_id: Not a valid string.",
    ),
    "content a text": (
        {"properties": {"contents": [{}, "x"]}},
        "properties.contents.1: Not a valid object.",
    ),
    "price text": (
        {"properties": {"contents": [{"price": "9"}]}},
        "properties.contents.0.price: Not a valid number.",
    ),
    "quantity float": (
        {"properties": {"contents": [{"quantity": 1.5}]}},
        "properties.contents.0.quantity: Not a valid integer.",
    ),
    "order_id a number": (
        {"properties": {"order_id": 5}},
        "properties.order_id: Not a valid string.",
    ),
    "page without url": ({"page": {}}, "page.url: Missing data for required field."),
    "page a text": ({"page": "http://x"}, "page: Not a valid object."),
    "referrer a number": (
        {"page": {"url": "http://x", "referrer": 1}},
        "page.referrer: Not a valid string.",
    ),
    "limited_data_use text": (
        {"limited_data_use": "yes"},
        "limited_data_use: Not a valid boolean.",
    ),
}


@pytest.mark.parametrize(("changes", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_item_rejects_the_batch_and_is_named(
    sandbox: RunningSandbox, api: Api, changes: dict[str, Any], reason: str
) -> None:
    envelope = api.track(event("ord_1"), event("ord_2"), event(**{"event_id": "ord_3", **changes}))
    assert (envelope["code"], envelope["message"]) == (40002, f"Batch.2.{reason}")
    assert "data" not in envelope
    assert sandbox.events() == []


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ({"email": "alice@example.com"}, "user.email"),
        ({"phone": "+12133734253"}, "user.phone"),
        ({"external_id": ["user_123"]}, "user.external_id.0"),
        ({"email": [SHA256, SHA256[:-1]]}, "user.email.1"),
        ({"first_name": "alice"}, "user.first_name"),
        ({"zip_code": "94105"}, "user.zip_code"),
    ],
)
def test_what_is_not_hashed_is_40062_by_switch(
    sandbox: RunningSandbox, api: Api, field: dict[str, Any], path: str
) -> None:
    envelope = api.track(event(user=field))
    assert (envelope["code"], envelope["message"]) == (
        40062,
        f"Batch.0.{path}: Must be hashed with SHA-256.",
    )
    sandbox.switch(unhashed_pii="accept")
    assert api.track(event(user=field))["code"] == 0


GOOD: dict[str, dict[str, Any]] = {
    "as small as can be": {"user": None, "properties": None, "event_id": None},
    "custom event": {"event": "CancelOrder"},
    "today's name": {"event": "Purchase"},
    "7 days old to the second": {"event_time": SECONDS - 7 * DAY},
    "10 minutes ahead": {"event_time": SECONDS + 600},
    "lists of hashes": {"user": {"email": [SHA256], "phone": [SHA256, SHA256]}},
    "unknown keys": {"user": {"ttclidX": "misspelled"}, "surprise": 1},
    "IPv6": {"user": {"ip": "2001:db8::1", "locale": "en-US", "user_agent": "x"}},
    "long ttclid": {"user": {"ttclid": "E_C_P_" + "x" * 994, "ttp": "abc"}},
    "plain place": {"user": {"city": "berlin", "state": "be", "country": "de"}},
    "hashed place": {"user": {"city": SHA256, "state": SHA256, "country": SHA256}},
    "contents": {
        "properties": {
            "currency": "INR",
            "value": 100,
            "content_type": "product",
            "num_items": 2,
            "content_ids": ["a"],
            "order_id": "7",
            "query": "shoe",
            "contents": [{"content_id": "a", "quantity": 2, "price": 50, "brand": "b"}],
        }
    },
    "negative value": {"properties": {"currency": "USD", "value": -5}},
    "page": {"page": {"url": "https://us.northwind.example/?ttclid=x", "referrer": "https://x"}},
    "limited data use": {"limited_data_use": True},
    "ad object on web": {"ad": {"campaign_id": "1", "ad_id": "2", "creative_id": "3"}},
}


@pytest.mark.parametrize("changes", GOOD.values(), ids=GOOD.keys())
def test_a_good_item_is_accepted(
    sandbox: RunningSandbox, api: Api, changes: dict[str, Any]
) -> None:
    assert api.track(event(**changes)) | {"request_id": ""} == {
        "code": 0,
        "message": "OK",
        "request_id": "",
        "data": {},
    }
    assert len(sandbox.events()) == 1


@pytest.mark.parametrize(
    ("switches", "changes", "code"),
    [
        ({"unlisted_currency": "accept"}, {"properties": {"currency": "BGN"}}, 0),
        ({"negative_value": "reject"}, {"properties": {"value": -1}}, 40002),
        ({}, {"user": {"ip": "1.2.3"}}, 0),
        ({"check_ip": True}, {"user": {"ip": "1.2.3"}}, 40002),
        ({"check_ip": True}, {"user": {"ip": "203.0.113.7:80"}}, 40002),
        ({"user_required": True}, {"user": None}, 40002),
        ({"page_required": True}, {}, 40002),
        ({"event_days_web": 28}, {"event_time": SECONDS - 20 * DAY}, 0),
        ({"event_future_seconds": 0}, {"event_time": SECONDS + 1}, 40002),
    ],
)
def test_what_tiktok_leaves_open_is_a_switch(
    sandbox: RunningSandbox,
    api: Api,
    switches: dict[str, object],
    changes: dict[str, Any],
    code: int,
) -> None:
    sandbox.switch(**switches)
    assert api.track(event(**changes))["code"] == code


@pytest.mark.parametrize(
    ("source", "item", "code"),
    [
        ("offline", {"event": "Purchase"}, 0),
        ("offline", {"event": "CancelOrder"}, 40002),
        ("offline", {"event_time": SECONDS - 27 * DAY}, 0),
        ("offline", {"event_time": SECONDS - 29 * DAY}, 40002),
        ("crm", {"event": "lead_sold", "lead": {"lead_id": "5"}}, 0),
        ("crm", {"event": "Lead", "lead": {"lead_id": "5"}}, 0),
        ("crm", {"event": "lead_sold"}, 40002),
        ("crm", {"event": "lead_sold", "lead": {"lead_event_source": "x"}}, 40002),
    ],
    ids=[
        "offline standard",
        "offline custom",
        "offline 27 days",
        "offline 29 days",
        "crm custom",
        "crm standard",
        "crm without lead",
        "crm without lead_id",
    ],
)
def test_other_sources_have_rules_of_their_own(
    api: Api, source: str, item: dict[str, Any], code: int
) -> None:
    event_set = {"offline": "7300000000000000001", "crm": "7400000000000000001"}[source]
    envelope = api.track(event(**item), event_source=source, event_source_id=event_set)
    assert envelope["code"] == code, envelope


def test_crm_may_be_narrowed_to_custom_events(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.switch(crm_standard_events=False)
    item = event(event="Lead", lead={"lead_id": "5"})
    envelope = api.track(item, event_source="crm", event_source_id="7400000000000000001")
    assert envelope["message"] == "Batch.0.event: Lead is not a custom event."
