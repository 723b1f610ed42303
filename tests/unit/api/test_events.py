"""One call of the Events API: the bytes of the events leave exactly as they are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.api.errors import ErrorClass
from airflow_provider_tiktok.api.events import track
from airflow_provider_tiktok.api.messages import (
    ApiResponse,
    Failure,
    TransportError,
)
from tests.unit.api.flow import Script, client_of, coded, late, ok

EVENT = b'{"event":"CompletePayment","properties":{"value":10.50}}'
PIXEL = "CUS00000000000000001"


def sent(script: Script) -> bytes:
    body = script.requests[-1].body_bytes()
    assert body is not None
    return body


def test_the_bytes_of_an_event_leave_unchanged() -> None:
    script = Script([ok({})])
    track(client_of(script), event_source="web", event_source_id=PIXEL, data=[EVENT, EVENT])
    assert sent(script) == (
        b'{"event_source":"web","event_source_id":"CUS00000000000000001","data":['
        + EVENT
        + b","
        + EVENT
        + b"]}"
    )
    assert script.requests[-1].group == "events"


def test_a_test_event_code_goes_to_the_top_level() -> None:
    script = Script([ok({})])
    track(
        client_of(script),
        event_source="web",
        event_source_id=PIXEL,
        data=[EVENT],
        test_event_code="TEST1",
    )
    envelope = json.loads(sent(script))
    assert envelope["test_event_code"] == "TEST1"
    assert list(envelope["data"][0]) == ["event", "properties"]


@given(
    items=st.lists(
        st.dictionaries(st.text(max_size=5), st.text(max_size=5)).map(
            lambda item: json.dumps(item, ensure_ascii=False).encode(errors="replace")
        ),
        min_size=1,
        max_size=20,
    ),
    source_id=st.text(max_size=10),
)
def test_any_batch_is_one_json_text(items: list[bytes], source_id: str) -> None:
    script = Script([ok({})])
    track(client_of(script), event_source="web", event_source_id=source_id, data=items)
    envelope = json.loads(sent(script))
    assert envelope["event_source_id"] == source_id
    assert envelope["data"] == [json.loads(item) for item in items]


@pytest.mark.parametrize("count", [0, 1001])
def test_a_call_takes_one_to_a_thousand_events(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 1000 events"):
        track(client_of(Script([])), event_source="web", event_source_id="C", data=[EVENT] * count)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ok({}), ErrorClass.SUCCESS),
        (coded(20001), ErrorClass.PARTIAL),
        (coded(50000), ErrorClass.RETRY),
        (coded(40100), ErrorClass.THROTTLE),
        (coded(40105), ErrorClass.REAUTHORISE),
        (coded(40001), ErrorClass.CONFIGURATION),
        (coded(40002, "Batch.0.event: bad"), ErrorClass.QUARANTINE),
        (coded(40061), ErrorClass.SPLIT),
        (late(), ErrorClass.UNKNOWN),
        (TransportError(Failure.RESET, "broke"), ErrorClass.UNKNOWN),
        (TransportError(Failure.CONNECT, "refused"), ErrorClass.RETRY),
        (ApiResponse(502, {}, b"<html>"), ErrorClass.UNKNOWN),
        (ApiResponse(200, {}, b"OK"), ErrorClass.UNKNOWN),
        (ApiResponse(503, {"retry-after": "2"}, b""), ErrorClass.RETRY),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_outcome_is_unknown_only_when_no_code_came_and_bytes_may_have_left(
    answer: ApiResponse | TransportError, expected: ErrorClass
) -> None:
    script = Script([answer])
    outcome = track(client_of(script), event_source="web", event_source_id=PIXEL, data=[EVENT])
    assert outcome.error_class is expected
    assert len(script.requests) == 1
