"""One call: the quota is waited for, what may succeed is repeated, secrets stay inside."""

from __future__ import annotations

from datetime import timedelta

import pytest

from airflow_provider_tiktok.api.errors import (
    ErrorClass,
    TikTokAnswerError,
    TikTokConfigurationError,
    TikTokReauthoriseError,
    TikTokRetryableError,
    TikTokShrinkError,
    TikTokThrottledError,
)
from airflow_provider_tiktok.api.messages import ApiRequest, ApiResponse, Failure, TransportError
from tests.unit.api.flow import Script, Time, client_of, coded, late, ok

READ = ApiRequest("GET", "user/info/")
WRITE = ApiRequest("POST", "oauth2/access_token/", body={"auth_code": "c0de-of-the-test"})
EVENTS = ApiRequest("POST", "event/track/", body=b"{}", group="events")
HTML = ApiResponse(200, {}, b"<html></html>")
RESET = TransportError(Failure.RESET, "the connection broke before an answer came")


def test_call_once_returns_every_answer_and_never_repeats() -> None:
    for answer in (ok(), coded(50000), coded(40100), coded(40105), HTML, RESET, late()):
        script = Script([answer])
        client_of(script).call_once(EVENTS)
        assert len(script.requests) == 1


def test_who_asks_is_told_when_bytes_are_about_to_leave_and_only_then() -> None:
    script = Script([coded(40100)])
    client = client_of(script)
    told: list[int] = []
    client.call_once(EVENTS, leaving=lambda: told.append(len(script.requests)))
    assert told == [0]
    assert not client.call_once(EVENTS, leaving=lambda: told.append(1)).was_sent
    assert told == [0]


def test_a_transient_failure_is_repeated_until_it_succeeds() -> None:
    time, script = Time(), Script([coded(50000), RESET, coded(51010), ok({"a": 1})])
    assert client_of(script, time).call(READ) == {"a": 1}
    assert len(time.slept) == 3
    assert time.slept[0] <= 2
    assert time.slept[1] <= 4


def test_a_failure_that_lasts_ends_in_a_retryable_error() -> None:
    script = Script(lambda _: coded(50000, "System error."))
    with pytest.raises(TikTokRetryableError, match=r"R1: user/info/: .*50000 .*System error"):
        client_of(script).call(READ)
    assert len(script.requests) == 5


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (40105, TikTokReauthoriseError),
        (40001, TikTokConfigurationError),
        (20001, TikTokAnswerError),
    ],
)
def test_what_cannot_succeed_is_sent_once(code: int, error: type[Exception]) -> None:
    script = Script(lambda _: coded(code))
    with pytest.raises(error):
        client_of(script).call(READ)
    assert len(script.requests) == 1


@pytest.mark.parametrize("answer", [RESET, late(), HTML, ApiResponse(502, {}, b"")])
def test_a_write_that_may_have_arrived_is_not_repeated(
    answer: ApiResponse | TransportError,
) -> None:
    script = Script([answer])
    with pytest.raises(TikTokAnswerError):
        client_of(script).call(WRITE)
    assert len(script.requests) == 1


def test_a_write_that_never_arrived_is_repeated() -> None:
    refused = TransportError(Failure.CONNECT, "no connection to TikTok")
    script = Script([refused, refused, ok({})])
    client_of(script).call(WRITE)
    assert len(script.requests) == 3


def test_after_a_throttle_nothing_of_the_app_leaves_for_five_minutes() -> None:
    time, script = Time(), Script([coded(40100), ok(1), ok(2)])
    client = client_of(script, time)
    began = time.now()
    assert client.call_once(READ).error_class is ErrorClass.THROTTLE
    held_back = client.call_once(ApiRequest("GET", "ad/get/"))
    assert (held_back.error_class, held_back.was_sent) == (ErrorClass.THROTTLE, False)
    assert held_back.retry_after == pytest.approx(300)
    assert len(script.requests) == 1
    assert client.call(READ) == 1
    assert time.now() - began >= timedelta(seconds=300)


def test_events_still_leave_while_the_general_quota_cools_down() -> None:
    script = Script([coded(40100), ok({})])
    client = client_of(script)
    client.call_once(READ)
    assert client.call_once(EVENTS).is_success


def test_a_throttled_call_waits_for_the_cool_down_and_goes_on() -> None:
    time, script = Time(), Script([coded(40100), coded(61000), ok(1)])
    assert client_of(script, time).call(READ) == 1
    assert 600 <= sum(time.slept) <= 603


def test_a_throttle_that_lasts_is_raised_after_three_tries() -> None:
    script = Script(lambda _: coded(40100))
    with pytest.raises(TikTokThrottledError):
        client_of(script).call(READ)
    assert len(script.requests) == 3


def test_retry_after_of_a_503_is_waited_for() -> None:
    time = Time()
    script = Script([ApiResponse(503, {"retry-after": "40"}, b""), ok(1)])
    client_of(script, time).call(READ)
    assert 40 <= time.slept[0] <= 41


def test_maintenance_is_waited_for() -> None:
    time, script = Time(), Script([coded(60001), coded(60001), ok(1)])
    client_of(script, time).call(READ)
    assert 1200 <= sum(time.slept) <= 1202


def test_a_quota_used_up_for_longer_than_patience_holds_the_call_back() -> None:
    time = Time()
    script = Script(lambda _: ok())
    client = client_of(script, time)
    client._limiter.cool_down("general", 3600)
    with pytest.raises(TikTokThrottledError, match="nothing was sent"):
        client.call(READ)
    assert script.requests == []


def test_calls_are_spread_by_the_quota_and_the_injected_sleep() -> None:
    time, script = Time(), Script(lambda _: ok())
    client, began = client_of(script, time), time.now()
    for _ in range(100):
        client.call(READ)
    assert 9 <= (time.now() - began).total_seconds() <= 10.6


def test_creating_a_report_task_counts_against_both_quotas() -> None:
    time, script = Time(), Script(lambda _: ok())
    client, began = client_of(script, time), time.now()
    for _ in range(5):
        client.call(ApiRequest("POST", "report/task/create/", group="report_task"))
    assert (time.now() - began).total_seconds() >= 4


def test_a_time_out_is_raised_as_shrink_where_the_caller_can_shrink() -> None:
    script = Script([late()])
    with pytest.raises(TikTokShrinkError):
        client_of(script).call(READ, can_shrink=True)
    assert len(script.requests) == 1


def test_a_request_that_timed_out_three_times_is_not_sent_again_for_ten_minutes() -> None:
    time, script = Time(), Script(lambda _: late())
    client = client_of(script, time)
    outcomes = [client.call_once(EVENTS) for _ in range(6)]
    assert len(script.requests) == 3
    assert [outcome.was_sent for outcome in outcomes] == [True] * 3 + [False] * 3
    assert outcomes[-1].error_class is ErrorClass.RETRY
    client.call_once(ApiRequest("POST", "event/track/", body=b"{ }", group="events"))
    assert len(script.requests) == 4, "a smaller request is another request"
    time.sleep(600)
    client.call_once(EVENTS)
    assert len(script.requests) == 5


def test_a_token_is_asked_for_before_every_call_and_only_where_needed() -> None:
    tokens = iter(["first", "second"])
    script = Script([ok(), ok(), ok()])
    client = client_of(script)
    client._access_token = lambda: next(tokens)
    client.call(READ)
    client.call(READ)
    client.call(ApiRequest("POST", "oauth2/access_token/", body={}, needs_token=False))
    assert script.tokens == ["first", "second", None]


def test_no_secret_and_no_person_is_in_what_a_log_would_show(
    caplog: pytest.LogCaptureFixture,
) -> None:
    leaky = "bad token-of-the-test for c0de-of-the-test of ada@example.com, +12133734253"
    answers = [coded(50000, leaky), coded(40110, leaky)]
    with caplog.at_level("DEBUG"), pytest.raises(TikTokReauthoriseError) as caught:
        client_of(Script(answers)).call(WRITE)
    shown = f"{caught.value} {caught.value!r} {caplog.text}"
    for secret in ("token-of-the-test", "c0de-of-the-test", "ada@example.com", "2133734253"):
        assert secret not in shown
    assert "asking again" in caplog.text
