"""Talks to the control endpoints of a sandbox, in this process or another."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

TIMEOUT_SECONDS = 30


class SandboxControlError(Exception):
    """The sandbox refused a control request; the message is its reason."""


class SandboxControl:
    """The control endpoints as methods. `url` is the sandbox's origin, without a path."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.api_url = f"{self.url}/open_api/v1.3/"
        self.control_url = f"{self.url}/control"

    def state(self) -> dict[str, Any]:
        """Return clock, counts, quotas, faults and switches."""
        state: dict[str, Any] = self._call("GET", "state")
        return state

    def events(self, **narrow: object) -> list[dict[str, Any]]:
        """Return the accepted events; narrow by after, limit, event_id, decision and so on."""
        found: list[dict[str, Any]] = self._call("GET", "events", narrow)["events"]
        return found

    def requests(self, **narrow: object) -> list[dict[str, Any]]:
        """Return the latest calls to the API, oldest first."""
        found: list[dict[str, Any]] = self._call("GET", "requests", narrow)["requests"]
        return found

    def set_clock(self, now: datetime | None = None, *, speed: float | None = None) -> None:
        """Move the virtual clock, change its speed (0 stops it), or both."""
        body: dict[str, object] = {}
        if now is not None:
            body["now"] = now.isoformat()
        if speed is not None:
            body["speed"] = speed
        self._call("POST", "clock", body)

    def advance(self, seconds: float) -> None:
        """Move the virtual clock forward."""
        self._call("POST", "clock", {"advance_seconds": seconds})

    def fault(self, kind: str, **rule: object) -> None:
        """Add one fault rule; without `times` it holds for every request it speaks of."""
        self._call("POST", "faults", {"kind": kind, **rule})

    def script(self, kinds: Sequence[str], **rule: object) -> None:
        """Add a rule that gives each kind in turn; "ok" lets a request through."""
        self._call("POST", "faults", {"script": list(kinds), **rule})

    def clear_faults(self) -> None:
        """Drop every fault rule."""
        self._call("POST", "faults", {"clear": True})

    def switch(self, **values: object) -> None:
        """Set switches by name."""
        self._call("POST", "switches", values)

    def reset(self, *what: str) -> None:
        """Forget what is named, everything if nothing is."""
        self._call("POST", "reset", {"what": list(what)})

    def revoke(self, access_token: str) -> None:
        """End a token at once."""
        self._call("POST", "revoke", {"access_token": access_token})

    def grant(self, access_token: str, **changes: object) -> None:
        """Make or change a token: advertiser_ids, scopes, app_id."""
        self._call("POST", "grant", {"access_token": access_token, **changes})

    def approve(self, **wish: object) -> str:
        """Return an authorization code, as a person's approval would."""
        code: str = self._call("POST", "approve", wish)["auth_code"]
        return code

    def browser_events(self, event_source_id: str, data: Sequence[Mapping[str, Any]]) -> list[str]:
        """Receive events as the browser pixel sends them; return what became of each."""
        body = {"event_source_id": event_source_id, "data": list(data)}
        decisions: list[str] = self._call("POST", "browser_events", body)["decisions"]
        return decisions

    def open_port(self, kind: str, **wish: object) -> dict[str, Any]:
        """Open a port that fails as T01, T03 or T04; the answer has its `url`."""
        port: dict[str, Any] = self._call("POST", "ports", {"kind": kind, **wish})
        return port

    def _call(self, method: str, name: str, values: Mapping[str, object] | None = None) -> Any:
        address = urlsplit(self.url)
        secure = address.scheme == "https"
        connection: http.client.HTTPConnection
        if secure:
            # The sandbox signs its own certificate; a control call has no secret to protect.
            context = ssl._create_unverified_context()  # noqa: S323, SLF001 - see above
            connection = http.client.HTTPSConnection(
                address.netloc, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            connection = http.client.HTTPConnection(address.netloc, timeout=TIMEOUT_SECONDS)
        query = f"?{urlencode(values)}" if method == "GET" and values else ""
        body = None if method == "GET" else json.dumps(values or {})
        try:
            connection.request(method, f"/control/{name}{query}", body)
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise SandboxControlError(answer["error"])
        return answer
