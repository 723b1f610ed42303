"""The control endpoints: set the clock, cause faults, turn switches, read what happened.

They are the sandbox's own and exist at TikTok nowhere. Bodies and answers are plain JSON; what is
wrong with a body comes back as {"error": ...} with HTTP 400.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.server.envelope import ApiError
from sandbox.server.events import check_batch, ingest
from sandbox.server.fault_kinds import KINDS
from sandbox.server.faults import AREAS, storm
from sandbox.server.messages import Response, json_response
from sandbox.server.ports import open_port
from sandbox.server.switches import Switches
from sandbox.server.tokens import Grant

if TYPE_CHECKING:
    from sandbox.server.messages import Request
    from sandbox.server.state import State

Body = dict[str, Any]
RESETTABLE = ("events", "faults", "quota", "tokens", "switches", "requests", "tasks")


def handle(state: State, request: Request) -> Response:
    """Answer a control request."""
    name = request.path.removeprefix("/control/").strip("/")
    handler = HANDLERS.get((request.method, name))
    if handler is None:
        known = sorted(f"{method} /control/{one}" for method, one in HANDLERS)
        return json_response(
            {"error": f"no {request.method} {request.path}", "known": known}, status=404
        )
    try:
        return json_response(handler(state, _body(request), request))
    except ApiError as error:
        return json_response({"error": error.message, "code": error.code}, status=400)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return json_response({"error": f"{type(error).__name__}: {error}"}, status=400)


def _body(request: Request) -> Body:
    body = orjson.loads(request.body) if request.body.strip() else {}
    if not isinstance(body, dict):
        raise TypeError("the body is not a JSON object")
    return body


def show_state(state: State, _body: Body, _request: Request) -> object:
    """Clock, counts, quotas, faults and switches."""
    now = state.clock.now()
    return {
        "now": now.isoformat(),
        "clock_speed": state.clock.speed,
        "world": {"start": state.world.start.isoformat(), "end": state.world.end.isoformat()},
        "requests": dict(state.served),
        "codes": dict(state.codes),
        "events": {"accepted": len(state.truth), **state.decisions},
        "quota": state.quota.described(now.timestamp()),
        "faults": {
            "struck": state.faults.struck,
            "rules": [rule.described() for rule in state.faults.rules],
        },
        "switches": {one["name"]: one["value"] for one in state.switches.described()},
        "report_tasks": {key: task.status(now) for key, task in state.tasks.items()},
    }


def set_clock(state: State, body: Body, _request: Request) -> object:
    """Set `now` (ISO 8601 with a zone), or `advance_seconds`; `speed` 0 stops the clock."""
    for name in body:
        if name not in {"now", "advance_seconds", "speed"}:
            raise ValueError(f"the clock has no {name}; there are now, advance_seconds and speed")
    now = datetime.fromisoformat(body["now"]) if "now" in body else None
    if now is not None and now.tzinfo is None:
        raise ValueError("now needs a zone, for example 2026-11-01T00:00:00+00:00")
    if "advance_seconds" in body:
        now = (now or state.clock.now()) + timedelta(seconds=float(body["advance_seconds"]))
    speed = float(body["speed"]) if "speed" in body else None
    state.clock.set(now=now, speed=speed)
    return {"now": state.clock.now().isoformat(), "speed": state.clock.speed}


def show_events(state: State, _body: Body, request: Request) -> object:
    """Accepted events, oldest first; query: after, limit, event_id, event_source_id, decision."""
    query = request.query
    limit = int(query.get("limit", "0")) or None
    chosen = []
    for entry in state.truth.entries(after=int(query.get("after", "0"))):
        narrow = ("event_id", "event_source_id", "decision", "event", "request_id")
        if all(query.get(name, entry[name]) == entry[name] for name in narrow):
            chosen.append(entry)
            if len(chosen) == limit:
                break
    return {"events": chosen, "total": len(state.truth)}


def show_requests(state: State, _body: Body, request: Request) -> object:
    """The latest requests to the API, oldest first; query: endpoint, limit."""
    wanted = request.query.get("endpoint")
    rows = [one for one in state.requests if wanted in {None, one["endpoint"]}]
    limit = int(request.query.get("limit", "0"))
    return {"requests": rows[-limit:] if limit else rows}


def show_faults(state: State, _body: Body, _request: Request) -> object:
    """Kinds of faults, and the rules in force."""
    return {
        "kinds": {
            one.name: {"says": one.says, "processed": one.processed} for one in KINDS.values()
        },
        "endpoints": ["*", *AREAS, "a path such as event/track/"],
        "rules": [rule.described() for rule in state.faults.rules],
        "struck": state.faults.struck,
    }


def add_faults(state: State, body: Body, _request: Request) -> object:
    """Add rules: one rule, or {"faults": [...]}, {"profile": "storm"}, {"clear": true}."""
    if body.pop("clear", False):
        state.faults.clear()
    seed = int(body.pop("storm_seed", 1))
    if body.pop("profile", None) == "storm":
        state.faults.add(storm(seed))
    rules = body.pop("faults", [])
    state.faults.add([*rules, *([body] if body else [])])
    return {"rules": [rule.described() for rule in state.faults.rules]}


def show_switches(state: State, _body: Body, _request: Request) -> object:
    """Every switch with its value, default and meaning."""
    return {"switches": state.switches.described()}


def set_switches(state: State, body: Body, _request: Request) -> object:
    """Set switches by name."""
    state.switches = state.switches.changed(body)
    return {one["name"]: one["value"] for one in state.switches.described()}


def reset(state: State, body: Body, _request: Request) -> object:
    """Forget: {"what": ["events", "faults", ...]}, everything if it is empty."""
    what = body.get("what") or list(RESETTABLE)
    for name in what:
        if name not in RESETTABLE:
            raise ValueError(f"{name} is none of {', '.join(RESETTABLE)}")
    actions: dict[str, tuple[Callable[[], object], ...]] = {
        "events": (state.truth.clear, state.dedup.clear, state.decisions.clear),
        "faults": (state.faults.clear,),
        "quota": (state.quota.clear, state.penalties.clear),
        "requests": (state.requests.clear, state.served.clear, state.codes.clear),
        "tasks": (state.tasks.clear, state.links.clear),
    }
    for name in what:
        for action in actions.get(name, ()):
            action()
    if "tokens" in what:
        state.tokens = state.fresh_tokens()
    if "switches" in what:
        state.switches = Switches(tier=state.switches.tier)
    return {"reset": what}


def revoke(state: State, body: Body, _request: Request) -> object:
    """End a token at once: {"access_token": ...}."""
    if state.tokens.find(body["access_token"]) is None:
        raise ValueError("no such access token")
    return {"revoked": state.tokens.revoke(body["access_token"]).revoked}


def change_grant(state: State, body: Body, _request: Request) -> object:
    """Make or change a token: {"access_token", "advertiser_ids", "scopes", "app_id"}."""
    old = state.tokens.find(body["access_token"])
    grant = old or Grant(body["access_token"], state.app_id, ())
    grant = replace(
        grant,
        advertiser_ids=tuple(body.get("advertiser_ids", grant.advertiser_ids)),
        scopes=tuple(body.get("scopes", grant.scopes)),
        app_id=body.get("app_id", grant.app_id),
        revoked=False,
    )
    for advertiser_id in grant.advertiser_ids:
        if advertiser_id not in state.advertisers:
            raise ValueError(f"the world has no advertiser {advertiser_id}")
    state.tokens.put(grant)
    return {
        "access_token": grant.access_token,
        "advertiser_ids": grant.advertiser_ids,
        "scopes": grant.scopes,
    }


def approve(state: State, body: Body, _request: Request) -> object:
    """Return an authorization code as the page would: {"family": "advertiser" or "account"}."""
    family = body.get("family", "advertiser")
    if family not in {"advertiser", "account"}:
        raise ValueError("family is advertiser or account")
    ids = body.get("advertiser_ids") or state.tokens.all()[0].advertiser_ids
    code = state.tokens.new_code(family, ids, state.clock.now())
    return {"auth_code": code.code, "expires_at": code.expires_at.isoformat()}


def browser_events(state: State, body: Body, request: Request) -> object:
    """Receive events as the browser pixel sends them: {"event_source_id", "data": [...]}."""
    del request
    now = state.clock.now()
    if body["event_source_id"] not in state.pixels:
        raise ValueError(f"the world has no pixel {body['event_source_id']}")
    check_batch(state, "web", body["data"], now)
    batch = ingest(
        state,
        body["data"],
        request_id=state.request_ids.next(now),
        now=now,
        channel="browser",
        event_source="web",
        event_source_id=body["event_source_id"],
        test_event_code=None,
    )
    return {"decisions": batch.decisions}


def ports(state: State, body: Body, _request: Request) -> object:
    """Open a port that fails before a request exists: {"kind": "T01", "T03" or "T04"}."""
    return open_port(state, body["kind"], body.get("certificate", "self-signed"))


Handler = Callable[["State", Body, "Request"], object]
HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "state"): show_state,
    ("POST", "clock"): set_clock,
    ("GET", "events"): show_events,
    ("GET", "requests"): show_requests,
    ("GET", "faults"): show_faults,
    ("POST", "faults"): add_faults,
    ("GET", "switches"): show_switches,
    ("POST", "switches"): set_switches,
    ("POST", "reset"): reset,
    ("POST", "revoke"): revoke,
    ("POST", "grant"): change_grant,
    ("POST", "approve"): approve,
    ("POST", "browser_events"): browser_events,
    ("POST", "ports"): ports,
}
