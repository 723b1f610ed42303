"""The commands about events, on a warehouse whose events were delivered by the real DAG."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from .conftest import set_stage

if TYPE_CHECKING:
    from sandbox.world import World

    from .conftest import Command, Sent, Stage

US, EUROPE = "CUS00000000000000001", "CEU00000000000000001"
REJECTED = "select event_id from tiktok_ops.event_outbox where reason = 'rejected_by_tiktok'"
OF_PERSON = """
select outbox.event_id, payloads.subject_key
from tiktok_ops.event_outbox as outbox
inner join tiktok_ops.event_payloads as payloads using (outbox_id)
where outbox.state = 'delivered' and outbox.kind = 'conversion'
order by 1 limit 1
"""


def order_of(world: World, case: str) -> str:
    return f"ord_{world.special_cases[case].order_id}"


@pytest.fixture
def rejected(sent: Sent) -> str:
    ((event_id,),) = sent.stage.rows(REJECTED)
    return str(event_id)


def test_the_quarantine_names_reason_answer_and_fix(
    sent: Sent, command: Command, rejected: str
) -> None:
    code, said = command("quarantine", "--reason", "rejected_by_tiktok")
    assert code == 0
    assert f"{rejected} CompletePayment to {US}" in said
    assert "quarantined rejected_by_tiktok" in said
    assert re.search(r"TikTok 40002 Batch\.0\.properties\.currency: .* \(request \w+\)", said)
    assert "Convert value and prices to one on its list" in said
    assert f"airflow tiktok replay --event-id {rejected} --yes" in said
    assert command("quarantine", "--pixel", EUROPE)[1] == "0 events quarantined."


def test_a_receipt_shows_every_attempt_and_answer(
    sent: Sent, command: Command, rejected: str
) -> None:
    code, said = command("receipt", rejected, "--payload")
    assert code == 0
    assert "state quarantined" in said
    # In a batch first, then alone, because only then TikTok's word is about this event.
    assert re.search(r" 1 2026-11-03 \S+ UTC rejected 40002 \w+ manual__", said)
    assert re.search(r" 2 2026-11-03 \S+ UTC rejected 40002 \w+ manual__", said)
    assert '"currency": "XXX"' in said
    assert re.search(r'"email": "sha256 [0-9a-f]{8}…"', said)


def test_a_receipt_says_what_was_withheld_without_consent_and_why(
    sent: Sent, command: Command, world: World
) -> None:
    _, said = command("receipt", order_of(world, "consent_denied"), "--payload")
    assert "state delivered" in said
    assert "consent denied" in said
    assert "signals sent ip " in said
    assert re.search(r"withheld [a-z_, ]*user_agent[a-z_, ]* \(consent\)", said)
    assert re.search(r'"user": { "ip": "sha256 [0-9a-f]{8}…" }', said)


def test_an_unknown_event_is_said_to_be_unknown(sent: Sent, command: Command) -> None:
    code, said = command("receipt", "ord_none")
    assert code == 1
    assert "Never enqueued by tiktok_default: ord_none." in said


def test_a_receipt_of_another_pixel_is_not_called_never_enqueued_at_all(
    sent: Sent, command: Command, rejected: str
) -> None:
    code, said = command("receipt", rejected, "--pixel", EUROPE)
    assert code == 1
    assert f"Never enqueued by tiktok_default for {EUROPE}: {rejected}." in said


def test_no_command_prints_a_person(sent: Sent, command: Command) -> None:
    ids = [row[0] for row in sent.stage.rows("select event_id from tiktok_ops.event_outbox")]
    said = command("receipt", *ids, "--payload")[1] + command("preview", "--limit", "500")[1]
    people = sent.stage.rows("select email, phone from shop.customers")
    visitors = sent.stage.rows("select ip_address, visitor_id from web.page_views")
    planted = {value for row in [*people, *visitors] for value in row if value}
    payloads = sent.stage.rows("select payload from tiktok_ops.event_payloads")
    hashes = set(re.findall(r'"([0-9a-f]{64})"', repr(payloads)))
    assert len(planted) > 100
    assert len(hashes) > 100
    assert [value for value in planted | hashes if value in said] == []


def test_a_preview_shows_what_would_leave_and_writes_nothing(
    exported: Stage, world: World, command: Command
) -> None:
    exported.at(world.end)
    event_id = order_of(world, "full_refund")
    code, said = command("preview", "--event-id", event_id, "--count")
    assert code == 0
    assert f"{event_id} CompletePayment to web {US} would be pending" in said
    assert '"ttclid": "as it is, ' in said
    assert re.search(r"exp_tiktok__conversion_events: (\d+) read, \d+ enqueued", said)
    assert exported.rows("select count(*) from tiktok_ops.event_outbox") == [(0,)]
    assert exported.sandbox.events() == []


def test_a_preview_shows_all_that_was_asked_for_and_names_the_rest(
    exported: Stage, world: World, command: Command
) -> None:
    exported.at(world.end)
    some = exported.rows("select event_id from analytics.exp_tiktok__conversion_events limit 5")
    ids = [row[0] for row in some]
    code, said = command("preview", "--event-id", *ids, "ord_none")
    assert code == 1
    assert [event_id for event_id in ids if f"{event_id} " not in said] == []
    assert "exp_tiktok__refund_events: ord_none. Model rpt_quarantined_rows says" in said
    assert re.search(r'"value": [\d.]+ }', said)
    exported.write("truncate analytics.exp_tiktok__refund_events")
    code, said = command("preview", "--relation", "analytics.exp_tiktok__refund_events")
    assert (code, said) == (0, "No events in analytics.exp_tiktok__refund_events.")


@pytest.mark.parametrize("code", ["", " ", "$CODE"])
def test_without_a_test_event_code_nothing_is_sent(
    exported: Stage, world: World, command: Command, code: str
) -> None:
    exported.at(world.end)
    ended, said = command("send-test", code)
    assert ended == 1
    assert "is no test event code, so nothing was sent" in said
    assert exported.sandbox.events() == []


def test_test_events_go_to_the_test_tab_only(
    exported: Stage, world: World, command: Command
) -> None:
    exported.at(world.end)
    code, said = command("send-test", "TEST12345", "--limit", "4")
    assert code == 0
    assert "sent with TEST12345" in said
    accepted = exported.sandbox.events()
    assert {event["test_event_code"] for event in accepted} == {"TEST12345"}
    assert {event["decision"] for event in accepted} == {"test"}
    assert exported.rows("select count(*) from tiktok_ops.event_outbox") == [(0,)]


def test_a_replay_counts_first(sent: Sent, command: Command, rejected: str) -> None:
    code, said = command("replay", "--state", "quarantined", "--reason", "rejected_by_tiktok")
    assert (code, said) == (
        0,
        "1 event would wait for delivery again. Nothing was changed; add --yes to do it.",
    )
    assert ("quarantined",) in sent.stage.rows("select state from tiktok_ops.event_outbox")
    code, said = command("replay", "--event-id", "ord_none", "--yes")
    assert (code, said.split(".")[0]) == (0, "No event that has ended matches")
    code, said = command("replay")
    assert code == 1
    assert "Say which events to replay" in said


def test_past_48_hours_a_replay_takes_a_flag(sent: Sent, world: World, command: Command) -> None:
    sent.stage.at(world.end + timedelta(hours=49))
    some = ("replay", "--state", "delivered", "--pixel", US)
    _, said = command(*some)
    assert re.match(r"0 events would wait for delivery again\. \d+ events stay: TikTok", said)
    assert re.match(r"\d+ events would", command(*some, "--past-48-hours")[1])
    sent.stage.at(world.end)
    assert re.match(r"\d+ events would", command(*some)[1])


def test_whom_an_event_is_about_is_forgotten(
    exported: Stage, world: World, command: Command
) -> None:
    exported.run("tiktok_events", world.end)
    ((event_id, subject_key),) = exported.rows(OF_PERSON)
    kept = "select count(*) from tiktok_ops.event_payloads where subject_key = %s"
    _, said = command("forget", "--event-id", event_id)
    assert "of 1 person, 0 of them still waiting. Nothing was changed" in said
    assert exported.rows(kept, subject_key) != [(0,)]
    code, said = command("forget", "--event-id", "ord_none", event_id, "--yes")
    assert code == 1
    assert "No person is known for ord_none, so nothing was changed" in said
    assert exported.rows(kept, subject_key) != [(0,)]
    _, said = command("forget", "--event-id", event_id, "--yes")
    assert "Delete them at the source as well" in said
    assert exported.rows(kept, subject_key) == [(0,)]
    assert command("forget", "--event-id", event_id)[0] == 1
    assert subject_key not in said


def test_of_an_event_that_is_new_when_corrected_nothing_is_to_be_replayed(
    exported: Stage, world: World, command: Command
) -> None:
    exported.write("update analytics.exp_tiktok__refund_events set event_id = null")
    exported.run("tiktok_events", world.end)
    assert "(no event_id) CancelOrder to web" in command("preview")[1]
    said = command("quarantine", "--reason", "missing_event_id")[1]
    assert "replay not needed: the corrected row is a new event" in said
    assert "airflow tiktok replay" not in said


def test_a_code_that_nobody_knows_is_told_when_it_is_paused(
    imported: Stage, command: Command
) -> None:
    assert "check the code" in command("pause", "TYPO")[1]
    assert "check the code" in command("resume", "TYPO")[1]
    assert "check the code" not in command("pause", EUROPE)[1]


@pytest.mark.usefixtures("_airflow_database")
@pytest.mark.parametrize(
    "words", [["preview"], ["receipt", "ord_1"], ["alerts"], ["pause", US], ["retain"]], ids=str
)
def test_before_its_tables_are_there_a_command_says_how_to_make_them(
    empty_database: str, world: World, command: Command, words: list[str]
) -> None:
    with set_stage(empty_database, world):
        code, said = command(*words)
    assert code == 1
    assert "Run `airflow tiktok init` once" in said


def test_retention_follows_the_settings_and_refuses_unsafe_ones(
    stage: Stage, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "0 payloads older than 7 days (30 in quarantine)" in command("retain")[1]
    monkeypatch.setenv("AIRFLOW__TIKTOK__RETENTION_RECEIPT_DAYS", "5")
    code, said = command("retain")
    assert code == 1
    assert "[tiktok] retention_receipt_days is '5'; it takes a number of at least 30." in said


def test_a_paused_pixel_is_an_alert_until_it_is_resumed(
    exported: Stage, world: World, command: Command
) -> None:
    assert f"{EUROPE} is paused." in command("pause", EUROPE)[1]
    run = exported.run("tiktok_events", world.end)
    assert run.state == "success"
    assert EUROPE not in {event["event_source_id"] for event in exported.sandbox.events()}
    exported.at(world.end + timedelta(hours=7))
    code, said = command("alerts")
    assert code == 1
    assert f"paused this pixel: airflow tiktok resume {EUROPE}" in said
    command("resume", EUROPE)
    exported.run("tiktok_events", world.end + timedelta(hours=7))
    assert EUROPE in {event["event_source_id"] for event in exported.sandbox.events()}
