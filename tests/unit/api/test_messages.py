"""What goes over the wire, and what shows in a log."""

from __future__ import annotations

import json
import pickle
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.api.messages import ApiRequest, ApiResponse, Failure, TransportError

FILTERING = [
    {"field_name": "ad_status", "filter_type": "IN", "filter_value": json.dumps(["STATUS_ALL"])}
]


def sent(request: ApiRequest) -> dict[str, str]:
    return dict(parse_qsl(request.query_string(), strict_parsing=True))


def test_lists_and_objects_travel_as_json_and_texts_as_they_are() -> None:
    query = {"ids": ["1", "2"], "page": 3, "flag": True, "name": 'a "b"', "none": None}
    assert sent(ApiRequest("GET", "x/", query)) == {
        "ids": '["1","2"]',
        "page": "3",
        "flag": "true",
        "name": 'a "b"',
    }


def test_filtering_is_serialised_once_and_its_value_is_json_text() -> None:
    received = json.loads(sent(ApiRequest("GET", "x/", {"filtering": FILTERING}))["filtering"])
    assert received == FILTERING
    assert json.loads(received[0]["filter_value"]) == ["STATUS_ALL"]


@given(value=st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_text_survives_the_query(value: str) -> None:
    assert sent(ApiRequest("GET", "x/", {"v": value, "l": [value]})) == {
        "v": value,
        "l": json.dumps([value], ensure_ascii=False, separators=(",", ":")),
    }


def test_bytes_are_sent_as_they_are() -> None:
    body = b'{"data":[{"value":10.50}]}'
    assert ApiRequest("POST", "x/", body=body).body_bytes() is body


def test_neither_query_nor_body_shows_in_a_representation() -> None:
    request = ApiRequest("POST", "x/", {"secret": "s3cret"}, {"auth_code": "c0de-1"})
    assert repr(request) == "ApiRequest(POST x/)"
    assert request.secrets() == {"s3cret", "c0de-1"}
    assert "token" not in repr(ApiResponse(200, {}, b'{"access_token":"token"}')).lower()


@pytest.mark.parametrize(
    "other",
    [
        ApiRequest("POST", "x/", {"page": 1}),
        ApiRequest("GET", "y/", {"page": 1}),
        ApiRequest("GET", "x/", {"page": 2}),
        ApiRequest("GET", "x/", {"page": 1}, b"body"),
    ],
)
def test_a_fingerprint_tells_requests_apart(other: ApiRequest) -> None:
    request = ApiRequest("GET", "x/", {"page": 1})
    assert request.fingerprint() == ApiRequest("GET", "x/", {"page": 1}).fingerprint()
    assert request.fingerprint() != other.fingerprint()


def test_a_transport_error_survives_pickling() -> None:
    error = TransportError(Failure.TRUNCATED, "the answer broke off", 200)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes: Airflow pickles errors
    assert (again.failure, str(again), again.http_status) == (
        Failure.TRUNCATED,
        "the answer broke off",
        200,
    )
