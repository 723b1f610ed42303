"""tiktok_events: each event reaches TikTok once, a refund after its purchase, or says why not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world import World

    from .conftest import Sent, Stage

US, INDIA, EUROPE = "CUS00000000000000001", "CIN00000000000000001", "CEU00000000000000001"
TERMINAL = {"delivered", "quarantined", "suppressed", "expired", "expired_unknown"}


def test_every_event_ends_in_one_state_and_tiktok_has_what_was_delivered(sent: Sent) -> None:
    assert sent.run.state == "success"
    found = dict(sent.stage.rows("select event_id, state from tiktok_ops.event_outbox"))
    assert set(found.values()) <= TERMINAL
    exported = sent.stage.rows(
        "select event_id from analytics.exp_tiktok__conversion_events "
        "union all select event_id from analytics.exp_tiktok__refund_events"
    )
    assert sorted(found) == sorted(event_id for (event_id,) in exported)
    accepted = [event["event_id"] for event in sent.stage.sandbox.events()]
    assert sorted(accepted) == sorted(name for name, state in found.items() if state == "delivered")
    assert len(accepted) > 100


def test_a_refund_arrives_after_its_purchase(sent: Sent) -> None:
    accepted = sent.stage.sandbox.events()
    places = {event["event_id"]: place for place, event in enumerate(accepted)}
    refunds = sent.stage.rows(
        "select event_id, purchase_event_id from tiktok_ops.event_outbox "
        "where kind = 'refund' and state = 'delivered'"
    )
    assert len(refunds) > 3
    assert all(places[purchase] < places[refund] for refund, purchase in refunds)


def test_an_order_of_nobody_is_counted_with_what_to_do(sent: Sent) -> None:
    ((state, reason),) = sent.stage.rows(
        "select state, reason from tiktok_ops.event_outbox where event_id = 'ord_nobody'"
    )
    assert state in {"quarantined", "suppressed"}
    assert f"events: {reason}. " in sent.run.log


def test_neither_logs_nor_results_hold_a_person_or_a_secret(sent: Sent) -> None:
    said = sent.run.log + repr(sent.run.results)
    assert "list_pixels" in said
    people = sent.stage.rows("select email, phone from shop.customers where email is not null")
    visitors = sent.stage.rows("select distinct ip_address from web.page_views")
    secrets = {"sandbox-access-token", "sandbox-app-secret", "warehouse-password"}
    planted = {value for row in [*people, *visitors] for value in row if value} | secrets
    assert len(planted) > 50
    assert [value for value in planted if value in said] == []


def test_a_second_run_sends_nothing(sent: Sent, world: World) -> None:
    accepted = len(sent.stage.sandbox.events())
    run = sent.stage.run("tiktok_events", world.end)
    assert run.state == "success"
    assert len(sent.stage.sandbox.events()) == accepted
    for number in range(3):
        counts = run.results["deliver", number]
        assert (counts["calls"], counts["delivered"]) == (0, 0)
    for task_id in ("enqueue_conversions", "enqueue_refunds"):
        assert set(run.results[task_id, -1].values()) == {0}


def test_a_pixel_code_with_a_blank_is_named_and_the_others_are_served(
    exported: Stage, world: World
) -> None:
    exported.connect_as(pixel_codes=f"{US}, CIN 00000000000000001, {EUROPE}")
    run = exported.run("tiktok_events", world.end)
    assert run.state == "failed"
    deliveries = [run.states["deliver", number] for number in range(3)]
    assert deliveries == ["success", "failed", "success"]
    assert run.states["publish", -1] == "success"
    assert "Pixel code 'CIN 00000000000000001' has a blank in it" in run.log
    assert {event["event_source_id"] for event in exported.sandbox.events()} == {US, EUROPE}
    waiting = "select distinct state from tiktok_ops.event_outbox where event_source_id = %s"
    assert ("pending",) in exported.rows(waiting, INDIA)


def test_a_wrong_token_keeps_every_event_and_a_right_one_sends_them(
    exported: Stage, world: World
) -> None:
    exported.connect_as(access_token="wrong-access-token")  # noqa: S106 - refused by the sandbox
    run = exported.run("tiktok_events", world.end)
    assert run.state == "failed"
    assert {run.states["deliver", number] for number in range(3)} == {"failed"}
    assert "event/track/: TikTok answered 40105" in run.log
    assert "wrong-access-token" not in run.log
    assert exported.sandbox.events() == []
    exported.connect_as()
    assert exported.run("tiktok_events", world.end + timedelta(hours=1)).state == "success"
    assert len(exported.sandbox.events()) > 100


def test_events_that_wait_are_delivered_although_an_export_view_is_gone(
    exported: Stage, world: World
) -> None:
    exported.write("alter table analytics.exp_tiktok__refund_events rename to elsewhere")
    run = exported.run("tiktok_events", world.end)
    assert run.state == "failed"
    assert run.states["enqueue_conversions", -1] == "success"
    assert run.states["enqueue_refunds", -1] == "failed"
    assert "no table or view analytics.exp_tiktok__refund_events in database" in run.log
    assert [run.states["deliver", number] for number in range(3)] == ["success"] * 3
    assert len(exported.sandbox.events()) > 100
