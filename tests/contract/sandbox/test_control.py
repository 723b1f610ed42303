"""The control endpoints, the page at / and the command line."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sandbox.server import SandboxControl, SandboxControlError
from sandbox.server.switches import Switches
from tests.contract.sandbox.caller import APP, NOW, US, Api, event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.server import RunningSandbox


def test_the_clock_can_be_set_moved_stopped_and_sped_up(
    start: Callable[..., RunningSandbox],
) -> None:
    sandbox = start(clock_speed=1.0)
    there = datetime(2027, 1, 1, tzinfo=UTC)
    sandbox.set_clock(there, speed=0)
    sandbox.advance(90)
    assert sandbox.state()["now"] == "2027-01-01T00:01:30+00:00"
    sandbox.set_clock(speed=10_000.0)
    assert datetime.fromisoformat(sandbox.state()["now"]) > there
    assert sandbox.state()["clock_speed"] == 10_000.0


def test_a_clock_without_a_zone_is_refused(sandbox: RunningSandbox) -> None:
    with pytest.raises(SandboxControlError, match="needs a zone"):
        sandbox.set_clock(datetime(2027, 1, 1))  # noqa: DTZ001 - what is refused


def test_the_clock_starts_at_the_end_of_the_world(
    start: Callable[..., RunningSandbox],
) -> None:
    assert start(now=None).state()["now"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"nonsense": 1}, "no switch nonsense"),
        ({"tier": "Gold"}, "tier is one of"),
        ({"check_ip": "yes"}, "check_ip takes a value of type bool"),
        ({"id_limit": True}, "id_limit takes a value of type int"),
    ],
)
def test_a_wrong_switch_is_refused(
    sandbox: RunningSandbox, values: dict[str, object], says: str
) -> None:
    with pytest.raises(SandboxControlError, match=says):
        sandbox.switch(**values)


def test_every_switch_is_listed_with_its_mark_and_meaning(sandbox: RunningSandbox) -> None:
    listed = requests.get(f"{sandbox.control_url}/switches", timeout=10).json()["switches"]
    assert {one["name"] for one in listed} == set(Switches.__dataclass_fields__)
    assert {one["mark"] for one in listed} == {"ours", "two sources", "documented"}
    assert all(one["says"] for one in listed)


def test_reset_forgets_what_is_named(sandbox: RunningSandbox, api: Api) -> None:
    api.track(event("ord_1"))
    sandbox.fault("A06", endpoint="reports")
    sandbox.reset("events")
    assert sandbox.events() == []
    assert sandbox.state()["faults"]["rules"]
    api.track(event("ord_1"))
    assert [(one["seq"], one["decision"]) for one in sandbox.events()] == [(1, "counted")]
    sandbox.switch(id_limit=5)
    sandbox.revoke("sandbox-access-token")
    sandbox.reset()
    state = sandbox.state()
    assert (state["faults"]["rules"], state["switches"]["id_limit"]) == ([], 20_000)
    assert api.get("user/info/")["code"] == 0
    with pytest.raises(SandboxControlError, match="is none of"):
        sandbox.reset("nonsense")


def test_a_revoked_token_stops_and_an_unknown_one_cannot_be(
    sandbox: RunningSandbox, api: Api
) -> None:
    sandbox.revoke(api.token or "")
    assert api.get("user/info/")["code"] == 40105
    with pytest.raises(SandboxControlError, match="no such access token"):
        sandbox.revoke("nonsense")


def test_an_unknown_control_request_lists_the_known_ones(sandbox: RunningSandbox) -> None:
    answer = requests.get(f"{sandbox.control_url}/nonsense", timeout=10)
    assert answer.status_code == 404
    assert "POST /control/clock" in answer.json()["known"]


@pytest.mark.parametrize("body", ["{", "[]", '{"speed": "x"}'])
def test_a_wrong_control_body_is_an_error_and_no_crash(sandbox: RunningSandbox, body: str) -> None:
    answer = requests.post(f"{sandbox.control_url}/clock", data=body, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_page_shows_what_is_served_and_what_happened(sandbox: RunningSandbox, api: Api) -> None:
    sandbox.switch(tier="Basic", id_limit=7)
    sandbox.fault("A06", times=3, endpoint="reports")
    api.track(event("ord_1"), event("ord_1"))
    api.get("oauth2/advertiser/get/", **APP)
    page = requests.get(sandbox.url, timeout=10)
    assert page.headers["Content-Type"].startswith("text/html")
    for shown in (
        "event/track/",
        "report/integrated/get/",
        "2026-11-03 00:00:00 UTC",
        "CUS00000000000000001",
        "Northwind India",
        "3 left",
        "<b>Basic</b>",
        '<code class="changed">7</code>',
        sandbox.requests()[0]["request_id"],
    ):
        assert shown in page.text
    assert APP["secret"] not in page.text


def test_two_sandboxes_do_not_know_each_other(start: Callable[..., RunningSandbox]) -> None:
    one, other = start(), start()
    Api(one).track(event("ord_1"))
    assert (len(one.events()), len(other.events())) == (1, 0)


def test_a_taken_port_is_said(start: Callable[..., RunningSandbox]) -> None:
    port = int(start().url.rsplit(":", 1)[1])
    with pytest.raises(RuntimeError, match=f"did not start on 127.0.0.1:{port}"):
        start(port=port)


def run(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sandbox", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    log = tmp_path / "truth.jsonl"
    process = run(
        "--port",
        "0",
        "--seed",
        "2",
        "--tier",
        "Basic",
        "--start",
        "2026-10-30",
        "--days",
        "4",
        "--now",
        "2026-11-02T12:00:00",
        "--clock-speed",
        "0",
        "--switch",
        "id_limit=9",
        "--truth-log",
        str(log),
    )
    try:
        assert process.stdout is not None
        control = SandboxControl(process.stdout.readline().strip())
        state: dict[str, Any] = control.state()
        assert state["now"] == "2026-11-02T12:00:00+00:00"
        assert state["world"]["start"] == "2026-10-30T00:00:00+00:00"
        assert (state["switches"]["tier"], state["switches"]["id_limit"]) == ("Basic", 9)
        headers = {"Access-Token": "sandbox-access-token"}
        answer = requests.get(
            f"{control.api_url}pixel/list/",
            params={"advertiser_id": US},
            headers=headers,
            timeout=10,
        )
        assert answer.json()["code"] == 0
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert log.exists()


def test_help_explains_itself() -> None:
    process = run("--help")
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    for word in ("--faults storm", "sandbox-access-token", "/control/", "--tier"):
        assert word in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--switch", "nonsense=1"], "no switch nonsense"),
        (["--days", "1"], "a world needs"),
    ],
)
def test_a_wrong_option_is_one_clear_line(arguments: list[str], says: str) -> None:
    process = run("--port", "0", *arguments)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert says in err
    assert err.count("\n") == 1
