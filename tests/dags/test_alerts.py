"""tiktok_alerts, tiktok_upkeep, tiktok_replay: what is wrong fails, is put right, is sent again."""

from __future__ import annotations

import json
import urllib.request
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow_provider_tiktok.warehouse.delivery_checks import CHECKS

if TYPE_CHECKING:
    import pytest

    from sandbox.world import World

    from .conftest import Sent, Stage

US = "CUS00000000000000001"
REJECTED = "select event_id from tiktok_ops.event_outbox where reason = 'rejected_by_tiktok'"


def test_a_refused_event_fails_its_check_until_it_was_fixed_and_replayed(
    delivered: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__TIKTOK__ALERT_QUARANTINE_SHARE", "0")
    ((event_id,),) = delivered.rows(REJECTED)
    run = delivered.run("tiktok_alerts", world.end)
    assert {name: run.states[f"check_{name}", -1] for name in CHECKS} == {
        **dict.fromkeys(CHECKS, "success"),
        "quarantine": "failed",
    }
    assert "events were quarantined, most for" in run.log

    delivered.write(
        "update analytics.exp_tiktok__conversion_events set currency = 'USD' where event_id = %s",
        event_id,
    )
    run = delivered.run("tiktok_events", world.end + timedelta(hours=1))
    assert run.results["enqueue_conversions", -1]["corrected"] == 1
    wanted = {"event_ids": [event_id], "is_dry_run": True}
    hour = world.end + timedelta(hours=2)
    assert delivered.run("tiktok_replay", hour, **wanted).results["replay", -1]["replayed"] == 1
    assert delivered.rows(REJECTED) == [(event_id,)]
    delivered.run("tiktok_replay", hour + timedelta(minutes=1), **wanted | {"is_dry_run": False})
    delivered.run("tiktok_events", world.end + timedelta(hours=3))
    assert delivered.rows(
        "select state, replays from tiktok_ops.event_outbox where event_id = %s", event_id
    ) == [("delivered", 1)]
    who = delivered.rows("select requested_by, from_state from tiktok_ops.event_replays")
    assert [(by.split()[0], state) for by, state in who] == [("tiktok_replay", "quarantined")]
    hour = world.end + timedelta(hours=4)
    nobody = "delete from tiktok_ops.event_outbox where state = 'quarantined'"
    delivered.write(nobody)
    assert delivered.run("tiktok_alerts", hour).state == "success"


def test_a_dead_token_fails_its_check(exported: Stage, world: World) -> None:
    exported.connect_as(access_token="wrong-access-token")  # noqa: S106 - refused by the sandbox
    exported.run("tiktok_events", world.end)
    run = exported.run("tiktok_alerts", world.end + timedelta(minutes=5))
    assert run.states["check_blocked", -1] == "failed"
    assert "needs_reauth" in run.log


def test_thresholds_are_settings(sent: Sent, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__TIKTOK__ALERT_COVERAGE_DROP", "30%")
    run = sent.stage.run("tiktok_alerts", world.end)
    assert "[tiktok] alert_coverage_drop is '30%'; it takes a number from 0 to 1." in run.log


def test_receipts_agree_with_tiktoks_counts_and_a_gap_fails(delivered: Stage, world: World) -> None:
    two_days_on = world.end + timedelta(days=1, hours=1)
    run = delivered.run("tiktok_upkeep", two_days_on)
    assert run.state == "success"
    found = [run.results["reconcile", number] for number in range(3)]
    assert sum(one["receipts"] for one in found) > 100
    assert all(one["receipts"] == one["counted"] for one in found)
    kept = delivered.rows(
        "select sum(receipts), sum(counted_server), count(distinct event_day) "
        "from tiktok_ops.event_reconciliations"
    )
    assert kept == [(sum(one["receipts"] for one in found),) * 2 + (3,)]

    _send_past_us(delivered, world)
    run = delivered.run("tiktok_upkeep", two_days_on + timedelta(days=1))
    assert run.state == "failed"
    assert "1 have no receipt here: look for another sender with the same pixel." in run.log


def _send_past_us(stage: Stage, world: World) -> None:
    """Let another sender send a purchase to the same pixel."""
    event = {
        "event": "CompletePayment",
        "event_id": "from_elsewhere",
        "event_time": int((world.end - timedelta(hours=3)).timestamp()),
        "user": {"ttclid": "E.C.P.elsewhere"},
        "page": {"url": "https://us.northwind.example/thanks"},
    }
    body = {"event_source": "web", "event_source_id": US, "data": [event]}
    request = urllib.request.Request(  # noqa: S310 - the sandbox on this machine
        f"{stage.sandbox.url}/open_api/v1.3/event/track/",
        data=json.dumps(body).encode(),
        headers={"Access-Token": "sandbox-access-token", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
        assert json.load(answer)["code"] == 0
