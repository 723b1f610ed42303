"""The application: from a request to its answer, in TikTok's order of checks."""

from __future__ import annotations

import contextlib
import sys
import traceback
from typing import TYPE_CHECKING

import orjson

from sandbox.server import control, oauth, page
from sandbox.server.envelope import ApiError, Code, answer
from sandbox.server.fault_kinds import bend
from sandbox.server.messages import Request, Response, json_response
from sandbox.server.params import read_body
from sandbox.server.report_tasks import serve_file
from sandbox.server.routes import ENDPOINTS, PREFIX, Endpoint, find_endpoint
from sandbox.server.state import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.server.messages import Delivery
    from sandbox.server.state import State

EMPTY_OR_TOO_FREQUENT = (Code.REQUEST_TOO_FREQUENT, Code.EMPTY_ACCESS_TOKEN)
TIMEOUT_CODES = (b'"code":51010', b'"code":50002')


class SandboxApplication:
    """Serves the API under /open_api/v1.3/, the pages, and the control endpoints."""

    def __init__(self, state: State) -> None:
        self.state = state

    def before_body(self, method: str, target: str) -> Delivery | None:
        """Return the reset that hits this request before its body is read, or None."""
        if not target.startswith(PREFIX):
            return None
        request = Request(method, target, {})
        endpoint = find_endpoint(method, request.path)
        now = self.state.clock.now()
        strike = self.state.faults.choose_before_body(endpoint.path, endpoint.area, now)
        if strike is None:
            return None
        request_id = self.state.request_ids.next(now)
        self._log(Call(self.state, request, request_id, now, strike), endpoint, None)
        return strike.kind.travel(strike.rule.options) if strike.kind.travel else None

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        path = request.path
        if path.startswith("/open_api/"):
            return self._api(request)
        if path.startswith("/control/"):
            return control.handle(self.state, request)
        if path.startswith("/files/"):
            return serve_file(self.state, request)
        if path in oauth.PAGES:
            return oauth.PAGES[path](self.state, request)
        if path == "/":
            host = request.headers.get("host", "127.0.0.1")
            return page.show(self.state, ENDPOINTS, f"{self.state.scheme}://{host}")
        return json_response({"error": f"nothing at {path}; / lists what there is"}, status=404)

    def delivered(self, response: Response, *, sent: bool) -> None:
        """Note in the truth log whether the answer left whole."""
        if response.request_id is not None:
            self.state.truth.answered(response.request_id, sent=sent)

    def _api(self, request: Request) -> Response:
        now = self.state.clock.now()
        call = Call(self.state, request, self.state.request_ids.next(now), now)
        endpoint = find_endpoint(request.method, request.path)
        call.strike = self.state.faults.choose(
            endpoint.path,
            endpoint.area,
            now,
            advertiser_id=lambda: _advertiser_id(request),
            event_ids=lambda: _event_ids(request),
        )
        if call.strike is None or call.strike.processed:
            response = self._answer(call, endpoint)
        else:
            response = answer(Code.OK, "OK", call.request_id)
        if call.strike is not None:
            response = bend(call.strike.kind, response, call.strike.occasion(call.request_id, now))
        self._count_timeout(call, endpoint, response)
        self._log(call, endpoint, response)
        return response

    def _answer(self, call: Call, endpoint: Endpoint) -> Response:
        try:
            return self._checked(call, endpoint)
        except ApiError as error:
            return self._refusal(call, endpoint, error)
        except Exception:  # noqa: BLE001 - the sandbox's own mistake must not end the sandbox
            traceback.print_exc(file=sys.stderr)
            return self._refusal(call, endpoint, ApiError(50000, "System error."))

    def _checked(self, call: Call, endpoint: Endpoint) -> Response:
        if endpoint.refuses is not None:
            raise endpoint.refuses
        now = call.now.timestamp()
        state = self.state
        if not endpoint.needs_token:
            state.quota.spend(state.app_id, endpoint.group, now, state.switches)
            return endpoint.handler(call)
        grant = call.authenticate()
        if state.switches.timeout_penalties:
            state.penalties.check_request(_fingerprint(call.request), now)
            ceiling = state.penalties.ceiling(grant.app_id, now)
        else:
            ceiling = None
        state.quota.spend(grant.app_id, endpoint.group, now, state.switches, ceiling)
        if endpoint.scope and endpoint.scope not in grant.scopes:
            message = "Permission error: The access token lacks the required scope for endpoint."
            raise ApiError(Code.SCOPE_NOT_AUTHORIZED, message)
        return endpoint.handler(call)

    def _refusal(self, call: Call, endpoint: Endpoint, error: ApiError) -> Response:
        switches = self.state.switches
        status = error.status
        if error.code in EMPTY_OR_TOO_FREQUENT and (
            switches.auth_status == "always"
            or (switches.auth_status == "events" and endpoint.area == "events")
        ):
            status = 401
        data: dict[str, object] | None = {} if switches.error_data == "empty" else None
        return answer(error.code, error.message, call.request_id, data=data, status=status)

    def _count_timeout(self, call: Call, endpoint: Endpoint, response: Response) -> None:
        if not self.state.switches.timeout_penalties or endpoint.area != "reports":
            return
        unanswered = response.delivery.kind in {"late", "black_hole"}
        if unanswered or any(code in response.body[:40] for code in TIMEOUT_CODES):
            grant = self.state.tokens.find(call.request.headers.get("access-token", ""))
            app_id = grant.app_id if grant is not None else self.state.app_id
            now = call.now.timestamp()
            self.state.penalties.timed_out(app_id, _fingerprint(call.request), now)

    def _log(self, call: Call, endpoint: Endpoint, response: Response | None) -> None:
        code: object = None
        if response is not None and response.body.startswith(b'{"code":'):
            with contextlib.suppress(ValueError):
                code = int(response.body[8 : response.body.index(b",")])
        self.state.served[endpoint.path] += 1
        self.state.codes[str(code if code is not None else "no code")] += 1
        token = call.request.headers.get("access-token")
        grant = self.state.tokens.find(token) if token else None
        self.state.requests.append(
            {
                "at": call.now.timestamp(),
                "request_id": call.request_id,
                "app_id": grant.app_id if grant else None,
                "method": call.request.method,
                "endpoint": endpoint.path,
                "group": endpoint.group,
                "code": code,
                "status": response.status if response else None,
                "fault": call.struck_by,
                "query": _without_secret(call.request),
            }
        )


def _without_secret(request: Request) -> dict[str, str]:
    return {k: v for k, v in request.query.items() if k != "secret"}


def _fingerprint(request: Request) -> str:
    return f"{request.method} {request.target} {hash(request.body)}"


def _advertiser_id(request: Request) -> str | None:
    with contextlib.suppress(ApiError):
        value = request.query.get("advertiser_id") or read_body(request).get("advertiser_id")
        return str(value) if value is not None else None
    return None


def _event_ids(request: Request) -> Sequence[str]:
    try:
        items = orjson.loads(request.body).get("data", [])
    except (orjson.JSONDecodeError, AttributeError):
        return []
    return [str(item.get("event_id")) if isinstance(item, dict) else "" for item in items]
