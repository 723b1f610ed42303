"""Whatever comes back, or does not, ends in exactly one class."""

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.api.errors import (
    ErrorClass,
    TikTokAnswerError,
    TikTokConfigurationError,
    TikTokReauthoriseError,
    TikTokRequestError,
    TikTokRetryableError,
    TikTokThrottledError,
    classify,
    error_for,
)
from airflow_provider_tiktok.api.messages import ApiResponse, Failure, TransportError
from airflow_provider_tiktok.api.return_codes import CODES, meaning_of

C = ErrorClass
HTML = b"<html><body>Bad gateway</body></html>"


def answered(code: object, *, status: int = 200, **more: object) -> ApiResponse:
    envelope = {"code": code, "message": "said", "request_id": "R1", "data": {"a": "1"}} | more
    return ApiResponse(status, {}, json.dumps(envelope).encode())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "code": st.sampled_from([*CODES, 1, 49999, 59999]) | json_values,
        "message": st.text(max_size=5) | json_values,
        "request_id": json_values,
        "data": json_values,
    },
)
bodies = (
    st.binary(max_size=40)
    | json_values.map(lambda value: json.dumps(value).encode())
    | envelopes.map(lambda value: json.dumps(value).encode())
)


@given(status=st.integers(-1, 1000), body=bodies, is_read=st.booleans())
def test_the_classifier_is_total(status: int, body: bytes, is_read: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    outcome = classify(ApiResponse(status, {}, body), is_read=is_read)
    assert isinstance(outcome.error_class, ErrorClass)
    assert outcome.next_step
    try:
        envelope = json.loads(body)
        code = envelope["code"]
    except (ValueError, TypeError, KeyError):
        code = None
    if outcome.error_class is C.SUCCESS:
        assert type(code) is int
        assert code == 0
        assert not 300 <= status < 400
    if outcome.code is not None:
        assert outcome.error_class is meaning_of(outcome.code).error_class


@pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 429, 500, 502, 503])
@pytest.mark.parametrize("code", [0, 20001, 40001, 40100, 40105, 40002, 50000])
def test_a_code_in_the_body_decides_whatever_the_status(status: int, code: int) -> None:
    for is_read in (True, False):
        outcome = classify(answered(code, status=status), is_read=is_read)
        assert outcome.error_class is meaning_of(code).error_class
        assert (outcome.code, outcome.request_id, outcome.http_status) == (code, "R1", status)


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
def test_a_redirect_is_never_a_success(status: int) -> None:
    outcome = classify(answered(0, status=status))
    assert outcome.error_class is C.CONFIGURATION
    assert "redirect" in outcome.message


@pytest.mark.parametrize(
    ("status", "for_a_read", "for_a_write"),
    [
        (200, C.UNKNOWN, C.UNKNOWN),
        (204, C.UNKNOWN, C.UNKNOWN),
        (400, C.CONFIGURATION, C.CONFIGURATION),
        (401, C.CONFIGURATION, C.CONFIGURATION),
        (404, C.CONFIGURATION, C.CONFIGURATION),
        (407, C.CONFIGURATION, C.CONFIGURATION),
        (408, C.RETRY, C.UNKNOWN),
        (413, C.SPLIT, C.SPLIT),
        (429, C.THROTTLE, C.THROTTLE),
        (500, C.RETRY, C.UNKNOWN),
        (502, C.RETRY, C.UNKNOWN),
        (503, C.RETRY, C.RETRY),
        (504, C.RETRY, C.UNKNOWN),
    ],
)
@pytest.mark.parametrize("body", [b"", HTML, b"[]", b'{"message":"no code"}'])
def test_without_a_code_the_status_decides(
    status: int, body: bytes, for_a_read: ErrorClass, for_a_write: ErrorClass
) -> None:
    answer = ApiResponse(status, {}, body)
    assert classify(answer, is_read=True).error_class is for_a_read
    assert classify(answer, is_read=False).error_class is for_a_write


@pytest.mark.parametrize("code", ["0", 0.0, "", None, True, False, [], {"code": 0}, "40105"])
def test_a_code_that_is_no_whole_number_is_no_success(code: object) -> None:
    outcome = classify(answered(code))
    assert outcome.error_class is C.UNKNOWN
    assert outcome.code is None


@pytest.mark.parametrize(
    ("failure", "for_a_read", "for_a_write", "may_have_arrived"),
    [
        (Failure.CONNECT, C.RETRY, C.RETRY, False),
        (Failure.NAME, C.RETRY, C.RETRY, False),
        (Failure.CONNECT_TIMEOUT, C.RETRY, C.RETRY, False),
        (Failure.PROXY, C.RETRY, C.RETRY, False),
        (Failure.CERTIFICATE, C.CONFIGURATION, C.CONFIGURATION, False),
        (Failure.UNSENDABLE, C.CONFIGURATION, C.CONFIGURATION, False),
        (Failure.READ_TIMEOUT, C.RETRY, C.UNKNOWN, True),
        (Failure.RESET, C.RETRY, C.UNKNOWN, True),
        (Failure.TRUNCATED, C.RETRY, C.UNKNOWN, True),
        (Failure.UNDECODABLE, C.RETRY, C.UNKNOWN, True),
        (Failure.TOO_LARGE, C.UNKNOWN, C.UNKNOWN, True),
    ],
)
def test_a_failure_of_the_network_is_unknown_once_a_write_may_have_arrived(
    failure: Failure, for_a_read: ErrorClass, for_a_write: ErrorClass, *, may_have_arrived: bool
) -> None:
    error = TransportError(failure, "it broke")
    assert classify(error, is_read=True).error_class is for_a_read
    assert classify(error, is_read=False).error_class is for_a_write
    assert classify(error).may_have_arrived is may_have_arrived


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (TransportError(Failure.READ_TIMEOUT, "late"), True),
        (TransportError(Failure.CONNECT_TIMEOUT, "late"), False),
        (answered(50002), True),
        (answered(51010), True),
        (answered(50000), False),
        (ApiResponse(504, {}, HTML), True),
        (ApiResponse(502, {}, HTML), False),
    ],
    ids=["read", "connect", "50002", "51010", "50000", "504", "502"],
)
def test_time_outs_that_tiktok_counts_are_marked(
    answer: ApiResponse | TransportError, *, expected: bool
) -> None:
    assert classify(answer).is_timeout is expected


def test_data_may_be_absent_null_or_beside_the_envelope() -> None:
    absent = ApiResponse(200, {}, b'{"code":40105,"message":"revoked","request_id":"R"}')
    beside = ApiResponse(200, {}, b'{"code":0,"message":"OK","access_token":"t"}')
    assert classify(absent).data is None
    assert classify(answered(0, data=None)).data is None
    assert classify(beside).data == {"access_token": "t"}


def test_retry_after_overrides_the_wait_of_the_table() -> None:
    body = answered(40100).body
    assert classify(ApiResponse(200, {}, body)).retry_after == 300
    assert classify(ApiResponse(200, {"retry-after": "7"}, body)).retry_after == 7


def test_the_throttle_header_of_a_report_is_kept() -> None:
    answer = ApiResponse(200, {"x-tt-ads-throttle": "top 20k"}, answered(0).body)
    assert classify(answer).throttle_header == "top 20k"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (20001, TikTokAnswerError),
        (50000, TikTokRetryableError),
        (40100, TikTokThrottledError),
        (40105, TikTokReauthoriseError),
        (40001, TikTokConfigurationError),
        (40002, TikTokRequestError),
        (40011, TikTokRequestError),
        (7, TikTokAnswerError),
    ],
)
def test_an_error_says_what_happened_and_what_to_do(code: int, kind: type[Exception]) -> None:
    error = error_for(classify(answered(code)), "ad/get/")
    assert type(error) is kind
    assert str(error).startswith(f"Request R1: ad/get/: TikTok answered {code} (")
    assert str(error).endswith(meaning_of(code).next_step)


def test_an_error_survives_pickling_with_its_outcome() -> None:
    error = error_for(classify(answered(40105)), "user/info/")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes: Airflow pickles errors
    assert (str(again), again.outcome) == (str(error), error.outcome)


def test_data_shows_in_no_representation() -> None:
    outcome = classify(answered(0, data={"access_token": "s3cret-token"}))
    assert "s3cret-token" not in repr(outcome)
    assert "s3cret-token" not in repr(error_for(classify(answered(7)), "x/"))
