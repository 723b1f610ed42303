"""An answer is one JSON text that every reader reads the same, or it is none."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.api.errors import ErrorClass, classify
from airflow_provider_tiktok.api.messages import ApiResponse
from airflow_provider_tiktok.api.strict_json import (
    LARGEST_BYTES,
    NotStrictJsonError,
    parse,
    without_decimals,
)

OK = b'{"code":0,"message":"OK","request_id":"R","data":{}}'
REFUSED = {
    "UTF-16": OK.decode().encode("utf-16"),
    "invalid UTF-8": b'{"code":0,"message":"\xff"}',
    "gzip that was not unpacked": gzip.compress(OK),
    "20 MB": b'{"code":0,"x":"' + b"x" * 20_000_000 + b'"}',
    "depth 10,000": b'{"code":0,"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "depth 65": b'{"x":' * 65 + b"0" + b"}" * 65,
    "duplicate keys": b'{"code":40105,"code":0}',
    "duplicate keys inside": b'{"code":0,"data":{"a":1,"a":2}}',
    "duplicate keys of which one is escaped": b'{"code":0,"ab":1,"a\\u0062":2}',
    "duplicate keys and colons in text": b'{"code":0,"a":"::","a":"\\":"}',
    "NaN": b'{"code":0,"x":NaN}',
    "Infinity": b'{"code":0,"x":-Infinity}',
    "trailing comma": b'{"code":0,}',
    "concatenated JSON": OK + OK,
    "HTML with 200": b"<html>OK</html>",
    "empty": b"",
    "blanks": b" \r\n",
    "cut off": OK[:-3],
    "a string without an end": b'{"code":0,"message":"OK',
    "unbalanced brackets": b'{"code":0,"x":[1,2}]',
    "a number of 5,000 digits": b'{"code":0,"x":' + b"9" * 5000 + b"}",
    "single quotes": b"{'code':0}",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_strict_json_is_refused_and_never_a_success(name: str) -> None:
    with pytest.raises(NotStrictJsonError) as caught:
        parse(REFUSED[name])
    assert len(str(caught.value)) < 80
    assert classify(ApiResponse(200, {}, REFUSED[name])).error_class is ErrorClass.UNKNOWN


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("BOM", b"\xef\xbb\xbf" + OK, ErrorClass.SUCCESS),
        ("code as string", b'{"code":"0"}', ErrorClass.UNKNOWN),
        ("data null", b'{"code":0,"message":"OK","data":null}', ErrorClass.SUCCESS),
        ("request_id missing", b'{"code":0,"message":"OK","data":{}}', ErrorClass.SUCCESS),
        ("message missing", b'{"code":40105}', ErrorClass.REAUTHORISE),
        ("blanks around", b" \n" + OK + b"\n ", ErrorClass.SUCCESS),
        ("depth 64", b'{"code":0,"x":' + b"[" * 62 + b"]" * 62 + b"}", ErrorClass.SUCCESS),
        ("brackets in text", b'{"code":0,"x":"' + b"[{" * 100 + b'"}', ErrorClass.SUCCESS),
        ("colons in text", b'{"code":0,"x:":"a:b","y":"\\":"}', ErrorClass.SUCCESS),
        ("escaped quotes", b'{"code":0,"x":"\\"[[\\\\"}', ErrorClass.SUCCESS),
        ("code as fraction", b'{"code":0.0}', ErrorClass.UNKNOWN),
        ("an array", b"[0]", ErrorClass.UNKNOWN),
    ],
)
def test_an_odd_envelope_has_one_class(name: str, body: bytes, expected: ErrorClass) -> None:
    assert classify(ApiResponse(200, {}, body)).error_class is expected


def test_numbers_do_not_pass_through_a_float() -> None:
    value = parse(b'{"a":0.1,"b":1678604629756978123,"c":1e2,"d":20.999999999999999999}')
    assert value == {
        "a": Decimal("0.1"),
        "b": 1678604629756978123,
        "c": Decimal("1e2"),
        "d": Decimal("20.999999999999999999"),
    }


def test_characters_that_no_database_stores_are_replaced() -> None:
    value = parse(b'{"a\\u0000":["\\ud800x","\\uD83D\\uDE00","\\u0000"]}')
    assert value == {"a\ufffd": ["\ufffdx", "\U0001f600", "\ufffd"]}


def test_the_size_cap_is_inclusive() -> None:
    body = b'{"x":"' + b"x" * (LARGEST_BYTES - 8) + b'"}'
    assert len(body) == LARGEST_BYTES
    assert isinstance(parse(body), dict)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('abc{["\\'), inner),
    max_leaves=20,
)


@given(value=json_values)
def test_what_json_writes_is_read_back(value: object) -> None:
    body = json.dumps(value, ensure_ascii=False).encode()
    if b"\\u0000" not in body:
        assert parse(body) == value


@given(body=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        parse(body)
    except NotStrictJsonError:
        outcome = classify(ApiResponse(200, {}, body))
    else:
        outcome = classify(ApiResponse(500, {}, body))
    assert outcome.error_class in {ErrorClass.UNKNOWN, ErrorClass.RETRY}


@given(text=st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_become_their_digits_in_a_json_column(text: Decimal) -> None:
    assert json.loads(json.dumps(without_decimals({"x": [text]}))) == {"x": [str(text)]}
