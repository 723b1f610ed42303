"""Whatever arrives, the sandbox answers with a code of its own, and never 50000."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.server import STATIC_TOKEN
from sandbox.server.app import SandboxApplication
from sandbox.server.messages import Request
from sandbox.server.routes import ENDPOINTS, PREFIX
from sandbox.server.running import new_state
from sandbox.world import World
from tests.contract.sandbox.caller import APP, NOW, US, US_PIXEL, event

HEADERS = {"access-token": STATIC_TOKEN, "content-type": "application/json"}
NAMES = st.sampled_from(
    [
        "event",
        "event_id",
        "event_time",
        "user",
        "properties",
        "page",
        "lead",
        "limited_data_use",
        "email",
        "phone",
        "external_id",
        "first_name",
        "ip",
        "ttclid",
        "ttp",
        "currency",
        "value",
        "contents",
        "content_ids",
        "content_type",
        "num_items",
        "content_id",
        "price",
        "quantity",
        "url",
        "referrer",
        "query",
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.just("USD"),
    st.just("a" * 64),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def application() -> SandboxApplication:
    return SandboxApplication(new_state(World(seed=1), now=NOW, clock_speed=0))


def code(application: SandboxApplication, request: Request) -> int:
    answer = orjson.loads(application.handle(request).body)
    assert isinstance(answer["code"], int)
    return int(answer["code"])


@settings(max_examples=300)
@given(changes=st.dictionaries(NAMES, JSON, max_size=5))
def test_any_event_is_taken_or_refused(
    application: SandboxApplication, changes: dict[str, Any]
) -> None:
    body = {"event_source": "web", "event_source_id": US_PIXEL, "data": [{**event(), **changes}]}
    request = Request("POST", f"{PREFIX}event/track/", HEADERS, orjson.dumps(body))
    assert code(application, request) in {0, 40002, 40062}


@settings(max_examples=200)
@given(body=JSON, raw=st.binary(max_size=30), is_json=st.booleans())
@pytest.mark.parametrize("path", [one.path for one in ENDPOINTS if one.method == "POST"])
def test_any_body_is_answered(
    application: SandboxApplication,
    path: str,
    body: object,
    raw: bytes,
    is_json: bool,  # noqa: FBT001 - drawn
) -> None:
    content = orjson.dumps(body) if is_json else raw
    assert code(application, Request("POST", PREFIX + path, HEADERS, content)) != 50000


QUERY_VALUES = st.one_of(
    st.text(max_size=12),
    JSON.map(lambda value: orjson.dumps(value).decode()),
    st.sampled_from(
        [
            US,
            "1",
            "0",
            "-1",
            "2026-11-01",
            "9999-12-31",
            "0001-01-01",
            "true",
            "BASIC",
            "AUCTION_AD",
            '["ad_id"]',
            '["spend"]',
            '["stat_time_day"]',
            "spend",
            "DESC",
            '[{"field_name":"spend","filter_type":"BETWEEN","filter_value":"[1,2]"}]',
        ]
    ),
)
PARAMETERS = st.sampled_from(
    [
        "advertiser_id",
        "advertiser_ids",
        "page",
        "page_size",
        "fields",
        "filtering",
        "report_type",
        "data_level",
        "dimensions",
        "metrics",
        "start_date",
        "end_date",
        "query_lifetime",
        "order_field",
        "order_type",
        "enable_total_metrics",
        "pixel_ids",
        "date_range",
        "task_id",
        "order_by",
        "name",
        "exclude_field_types_in_response",
        "service_type",
    ]
)
GOOD = {
    **APP,
    "advertiser_id": US,
    "advertiser_ids": f'["{US}"]',
    "report_type": "BASIC",
    "data_level": "AUCTION_AD",
    "dimensions": '["ad_id"]',
    "metrics": '["spend"]',
    "start_date": "2026-11-01",
    "end_date": "2026-11-01",
}


@settings(max_examples=200)
@given(changes=st.dictionaries(PARAMETERS, QUERY_VALUES, max_size=3))
@pytest.mark.parametrize("path", [one.path for one in ENDPOINTS if one.method == "GET"])
def test_any_query_is_answered(
    application: SandboxApplication, path: str, changes: dict[str, str]
) -> None:
    target = f"{PREFIX}{path}?{urlencode({**GOOD, **changes}, errors='replace')}"
    assert code(application, Request("GET", target, HEADERS)) != 50000
