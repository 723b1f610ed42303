"""The page at `/`: what the sandbox serves, and what has happened so far."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sandbox.server.fault_kinds import KINDS
from sandbox.server.html import document, table
from sandbox.server.messages import HTML, Response
from sandbox.server.tokens import SCOPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.server.routes import Endpoint
    from sandbox.server.state import State

LATEST = 15


def show(state: State, endpoints: Sequence[Endpoint], base: str) -> Response:
    """Return the page; `base` is the address it was reached at."""
    parts = (
        _lead(state, base),
        _cards(state),
        _try_it(base),
        "<h2>Endpoints</h2>",
        table(
            ["", "path under /open_api/v1.3/", "what", "scope", "calls"],
            [_endpoint(state, one) for one in endpoints],
            numeric=frozenset({4}),
        ),
        "<h2>Advertisers</h2>",
        _advertisers(state),
        "<h2>Quota</h2>",
        _quota(state),
        "<h2>Faults</h2>",
        _faults(state),
        "<h2>Latest calls</h2>",
        _latest(state),
        "<h2>Switches</h2>",
        (
            "<p>What TikTok leaves open, or says in two ways. Set one with "
            "<code>POST /control/switches</code>.</p>"
        ),
        _switches(state),
    )
    return Response(document("TikTok Business API", "".join(parts)), 200, HTML)


def _lead(state: State, base: str) -> str:
    speed = state.clock.speed
    runs = "stands still" if speed == 0 else f"runs at {speed:g} s a second"
    return (
        f'<p class="lead">A local sandbox of <code>{escape(base)}/open_api/v1.3/</code>. '
        f"Its clock says <b>{state.clock.now():%Y-%m-%d %H:%M:%S} UTC</b> and {runs}. "
        f"Its world lasts from {state.world.start:%Y-%m-%d} to {state.world.end:%Y-%m-%d}.</p>"
    )


def _cards(state: State) -> str:
    counts = [
        ("calls", sum(state.served.values())),
        ("events accepted", len(state.truth)),
        ("counted once", state.decisions["counted"]),
        ("repeats merged or discarded", state.decisions["merged"] + state.decisions["discarded"]),
        ("test events", state.decisions["test"]),
        ("faults struck", sum(state.faults.struck.values())),
    ]
    cards = "".join(
        f'<div class="card"><b>{count:,}</b><span>{name}</span></div>' for name, count in counts
    )
    return f'<div class="cards">{cards}</div>'


def _try_it(base: str) -> str:
    command = (
        f"curl -H 'Access-Token: sandbox-access-token' -G '{base}/open_api/v1.3/advertiser/info/' "
        "\\\n     --data-urlencode 'advertiser_ids=[\"7000000000000000001\"]'\n"
        f"curl '{base}/control/events?limit=1'\n"
        f"curl '{base}/control/clock' -d '{{\"advance_seconds\": 3600}}'\n"
        f'curl \'{base}/control/faults\' -d \'{{"kind": "A06", "endpoint": "reports", '
        '"times": 3}\''
    )
    return f"<h2>Try it</h2><pre>{escape(command)}</pre>"


def _endpoint(state: State, one: Endpoint) -> list[str]:
    scope = SCOPES.get(one.scope, "") if one.scope else ("" if one.needs_token else "no token")
    calls = state.served[one.path]
    return [one.method, f"<code>{escape(one.path)}</code>", escape(one.says), scope, f"{calls:,}"]


def _advertisers(state: State) -> str:
    granted = {one for grant in state.tokens.all() for one in grant.advertiser_ids}
    rows = [
        [
            f"<code>{escape(one.advertiser_id)}</code>",
            escape(one.name),
            escape(one.display_timezone),
            escape(one.currency),
            "<br>".join(
                f"<code>{escape(pixel.pixel_code)}</code>"
                for pixel in state.world.pixels
                if pixel.advertiser_id == one.advertiser_id
            ),
            "" if one.advertiser_id in granted else "no token opens it (40001)",
        ]
        for one in state.world.advertisers
    ]
    heads = ["advertiser_id", "name", "display_timezone", "currency", "pixel_code", ""]
    return table(heads, rows)


def _quota(state: State) -> str:
    usage = state.quota.described(state.clock.now().timestamp())
    if state.switches.tier == "unlimited" and not usage:
        return "<p>Not counted: the tier is <code>unlimited</code>.</p>"
    rows = [
        [
            escape(str(one["app_id"])),
            escape(str(one["group"])),
            f"{one['allowed']:,}",
            f"{one['refused']:,}",
            f"{one['last_minute']:,}",
            f"{one['today']:,}",
            f"{one['restricted_seconds']} s" if one["restricted_seconds"] else "no",
        ]
        for one in usage
    ]
    heads = ["app", "endpoints", "allowed", "refused", "last minute", "today", "restricted"]
    return f"<p>Tier <b>{escape(state.switches.tier)}</b>.</p>" + table(
        heads, rows, numeric=frozenset({2, 3, 4, 5})
    )


def _faults(state: State) -> str:
    in_force: dict[str, list[str]] = {}
    for rule in state.faults.rules:
        told = rule.described()
        left = "" if told["left"] is None else f", {told['left']} left"
        line = f"{told['endpoint']}, chance {rule.probability:g}, struck {rule.hits}{left}"
        for kind in dict.fromkeys(rule.kinds):
            in_force.setdefault(kind, []).append(escape(line))
    rows = [
        [
            kind.name,
            escape(kind.says),
            "<br>".join(in_force.get(kind.name, [])) or "-",
            f"{state.faults.struck.get(kind.name, 0):,}",
        ]
        for kind in KINDS.values()
    ]
    heads = ["kind", "what happens", "rules in force", "struck"]
    return table(heads, rows, numeric=frozenset({3}))


def _latest(state: State) -> str:
    rows = [
        [
            f"{one['method']} <code>{escape(one['endpoint'])}</code>",
            "-" if one["code"] is None else str(one["code"]),
            "-" if one["status"] is None else str(one["status"]),
            escape(one["fault"] or ""),
            f"<code>{escape(one['request_id'])}</code>",
        ]
        for one in list(state.requests)[-LATEST:][::-1]
    ]
    if not rows:
        return "<p>None yet.</p>"
    return table(["call", "code", "HTTP", "fault", "request_id"], rows)


def _switches(state: State) -> str:
    rows = []
    for one in state.switches.described():
        changed = one["value"] != one["default"]
        value = f'<code class="{"changed" if changed else ""}">{escape(str(one["value"]))}</code>'
        rows.append(
            [
                f"<code>{escape(str(one['name']))}</code>",
                value,
                f'<span class="mark">{escape(str(one["mark"]))}</span>',
                escape(str(one["says"])),
            ]
        )
    return table(["switch", "value", "", "what it decides"], rows)
