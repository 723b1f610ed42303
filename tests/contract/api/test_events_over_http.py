"""Events as the sandbox takes them; what it logged is the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from airflow_provider_tiktok.api.errors import ErrorClass
from airflow_provider_tiktok.api.events import EVENTS_A_CALL, track
from airflow_provider_tiktok.api.messages import ApiRequest
from tests.contract.api.bench import US_PIXEL, Bench
from tests.contract.api.events_data import event

if TYPE_CHECKING:
    from airflow_provider_tiktok.api.errors import Outcome

C = ErrorClass


def send(bench: Bench, *data: bytes, source_id: str = US_PIXEL) -> Outcome:
    return track(bench.client, event_source="web", event_source_id=source_id, data=data)


def logged(bench: Bench) -> list[str]:
    return [entry["event_id"] for entry in bench.sandbox.events()]


def test_a_full_batch_is_accepted_whole(bench: Bench) -> None:
    outcome = send(bench, *(event(f"ord_{number}") for number in range(EVENTS_A_CALL)))
    assert outcome.is_success
    assert outcome.request_id
    assert logged(bench) == [f"ord_{number}" for number in range(EVENTS_A_CALL)]


def test_one_bad_event_rejects_the_batch_and_is_named(bench: Bench) -> None:
    bad = event("ord_2", event_time="now")
    outcome = send(bench, event("ord_0"), event("ord_1"), bad, event("ord_3"))
    assert outcome.error_class is C.QUARANTINE
    assert outcome.message.startswith("Batch.2.event_time")
    assert logged(bench) == []


def test_a_signal_in_clear_is_refused_and_not_shown(bench: Bench) -> None:
    outcome = send(bench, event("ord_0", user={"email": "ada@example.com"}))
    assert (outcome.error_class, outcome.code) == (C.QUARANTINE, 40062)
    assert "ada@example.com" not in repr(outcome)


def test_another_accounts_pixel_is_a_permission(bench: Bench) -> None:
    outcome = send(bench, event("ord_0"), source_id="CXX00000000000000001")
    assert (outcome.error_class, outcome.code) == (C.CONFIGURATION, 40001)
    assert "CXX00000000000000001" in outcome.message


def test_test_events_are_marked(bench: Bench) -> None:
    outcome = track(
        bench.client,
        event_source="web",
        event_source_id=US_PIXEL,
        data=[event("ord_0")],
        test_event_code="TEST123",
    )
    assert outcome.is_success
    assert [entry["decision"] for entry in bench.sandbox.events()] == ["test"]


@pytest.mark.parametrize(
    ("kind", "options", "arrived"),
    [
        ("T06", {}, True),
        ("T07", {}, True),
        ("T08", {"seconds": 1.5}, True),
        ("T05", {}, False),
        ("T10", {"seconds": 1.5}, False),
        ("A02", {}, False),
        ("A15", {}, False),
    ],
)
def test_a_lost_answer_is_unknown_and_sending_again_counts_once(
    kind: str, options: dict[str, object], *, arrived: bool, bench: Bench
) -> None:
    bench.sandbox.fault(kind, endpoint="events", times=1, options=options)
    outcome = send(bench, event("ord_1"))
    assert outcome.error_class is C.UNKNOWN
    assert outcome.may_have_arrived
    assert len(logged(bench)) == int(arrived)
    bench.sleep(600)
    assert send(bench, event("ord_1")).is_success
    counted = [one for one in bench.sandbox.events() if one["decision"] == "counted"]
    assert len(counted) == 1


def test_a_part_taken_is_recorded_as_such(bench: Bench) -> None:
    bench.sandbox.fault("A12", endpoint="events", times=1)
    outcome = send(bench, *(event(f"ord_{number}") for number in range(4)))
    assert (outcome.error_class, outcome.code) == (C.PARTIAL, 20001)
    assert logged(bench) == ["ord_0", "ord_1"]


def test_events_have_a_quota_of_their_own(bench: Bench) -> None:
    bench.sandbox.switch(tier="Basic")
    bench.sandbox.fault("A06", endpoint="accounts", times=1)
    user = ApiRequest("GET", "user/info/")
    bench.client.call_once(user)
    assert bench.client.call_once(user).was_sent is False
    assert send(bench, event("ord_1")).is_success
