"""What a backfill may be asked for, and how it is cut into slices."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.events.reasons import Reason
from airflow_provider_tiktok.warehouse.backfill_outcomes import OUTCOMES, outcome_of
from airflow_provider_tiktok.warehouse.backfill_request import (
    MOST_SLICES,
    BackfillError,
    BackfillRequest,
    check_age,
    read_chosen,
    read_days,
    read_event_source,
    read_pace,
    read_what,
    slices_of,
)

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
VIEWS = {"conversions": "analytics.conversions", "refunds": "analytics.refunds"}
REQUEST = BackfillRequest(
    connection_id="tiktok_default",
    what=("spend", "conversions", "refunds"),
    first_day=date(2026, 11, 1),
    last_day=date(2026, 11, 10),
    advertiser_ids=("1", "2"),
    event_source_ids=("CUS", "CIN", "CEU"),
)
DAYS = st.dates(date(2025, 9, 1), TODAY)


def test_what_is_read_in_one_order_whatever_the_form_says() -> None:
    assert read_what(" refunds, spend,spend ") == ("spend", "refunds")


@pytest.mark.parametrize(
    ("read", "text", "sentence"),
    [
        (read_what, "", "choose some of spend, conversions, refunds"),
        (read_what, "spend,clicks", "choose some of"),
        (read_pace, "0", "it is a share of the quota"),
        (read_pace, "1.5", "it is a share of the quota"),
        (read_pace, "nan", "it is a share of the quota"),
        (read_pace, "half", "it is a share of the quota"),
        (read_event_source, "app", "choose all, web, offline, crm"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(read, text, sentence) -> None:
    with pytest.raises(BackfillError, match=sentence):
        read(text)


@pytest.mark.parametrize(("text", "source"), [("", None), ("all", None), ("Web", "web")])
def test_no_event_source_is_every_source(text: str, source: str | None) -> None:
    assert read_event_source(text) == source


def test_a_range_ends_today_at_the_latest() -> None:
    assert read_days("2026-11-20", str(TODAY), today=TODAY) == (date(2026, 11, 20), TODAY)
    with pytest.raises(BackfillError, match="ends on 2027-01-01, a day that has begun nowhere"):
        read_days("2026-11-20", "2027-01-01", today=TODAY)
    with pytest.raises(BackfillError, match="begins on 2027-01-01"):
        read_days("2027-01-01", "2027-01-02", today=TODAY)


def test_nobody_chosen_is_everybody_known() -> None:
    known = ["1", "2"]
    assert read_chosen("", known, what="pixel", where="") == ("1", "2")
    assert read_chosen("2, 2", known, what="pixel", where="") == ("2",)
    with pytest.raises(BackfillError, match="No pixel 3 is known and switched on; known are 1, 2"):
        read_chosen("3", known, what="pixel", where="")
    with pytest.raises(BackfillError, match="Import first"):
        read_chosen("", [], what="pixel", where="Import first.")


def of_a_day(days_ago: int, source: str | None) -> BackfillRequest:
    day = TODAY - timedelta(days=days_ago)
    return replace(REQUEST, first_day=day, last_day=day, event_source=source)


@pytest.mark.parametrize(("source", "days_ago"), [("web", 8), (None, 29), ("crm", 29)])
def test_events_are_refused_when_all_of_them_are_too_old(source: str | None, days_ago: int) -> None:
    with pytest.raises(BackfillError, match="Nothing of it could be sent"):
        check_age(of_a_day(days_ago, source), now=NOW)


@pytest.mark.parametrize(("source", "days_ago"), [("web", 7), (None, 8), ("offline", 28)])
def test_events_of_which_some_are_young_enough_are_taken(source: str | None, days_ago: int) -> None:
    check_age(of_a_day(days_ago, source), now=NOW)


def test_spend_has_no_age() -> None:
    check_age(replace(of_a_day(400, None), what=("spend",)), now=NOW)


def test_the_same_request_is_known_again_at_another_pace() -> None:
    assert replace(REQUEST, pace=0.1).request_hash == REQUEST.request_hash
    assert replace(REQUEST, event_source="web").request_hash != REQUEST.request_hash
    assert replace(REQUEST, advertiser_ids=("1",)).request_hash != REQUEST.request_hash


@given(st.tuples(DAYS, DAYS).map(sorted), st.integers(1, 300))
def test_slices_cover_every_day_of_everything_once(days: list[date], advertisers: int) -> None:
    first, last = days
    ids = tuple(str(number) for number in range(advertisers))
    slices = slices_of(replace(REQUEST, first_day=first, last_day=last, advertiser_ids=ids), VIEWS)
    spend = [piece for piece in slices if piece.kind == "spend"]
    assert len(spend) <= max(MOST_SLICES, advertisers)
    for subject in (*ids[:3], *VIEWS.values()):
        covered = sorted(
            piece.first_day + timedelta(days=number)
            for piece in slices
            if piece.subject == subject
            for number in range((piece.last_day - piece.first_day).days + 1)
        )
        assert covered == [first + timedelta(days=n) for n in range((last - first).days + 1)]
    deliveries = [piece.subject for piece in slices if piece.kind == "delivery"]
    assert deliveries == list(REQUEST.event_source_ids)


def test_the_newest_days_come_first() -> None:
    spend = [piece.last_day for piece in slices_of(REQUEST, VIEWS) if piece.kind == "spend"]
    assert spend == sorted(spend, reverse=True)


STATES = ("pending", "inflight", "delivered", "quarantined", "expired", "expired_unknown",
          "suppressed")  # fmt: skip


@pytest.mark.parametrize("reason", [None, *Reason])
@pytest.mark.parametrize("state", STATES)
def test_every_end_of_an_event_has_a_word(state: str, reason: str | None) -> None:
    assert outcome_of(state, reason) in OUTCOMES
    assert outcome_of(state, reason, was_settled=True) in OUTCOMES
