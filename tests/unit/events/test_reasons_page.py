"""The reference page of states and reasons is what the code says."""

from __future__ import annotations

from pathlib import Path

from airflow_provider_tiktok.events.reasons import HINTS, Reason
from airflow_provider_tiktok.events.reasons_page import STATES, page

PAGE = Path(__file__).parents[3] / "docs/reference/event-states-and-reasons.md"


def test_the_page_in_the_repository_is_the_generated_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_reason_belongs_to_one_state_and_has_a_hint() -> None:
    listed = [reason for reasons in STATES.values() for reason in reasons]
    assert sorted(listed) == sorted(Reason)
    assert HINTS.keys() == set(Reason)
