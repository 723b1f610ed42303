"""Stand before every page: keep codes out of the access log, and tell the browser what is allowed.

Airflow's access log writes the query of every request, whoever sent it. The code in the query of a
callback is taken out before anything else reads it, for signed-in people and strangers alike.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CALLBACK = "/callback"
NONCE = "tiktok.nonce"
QUERY = "tiktok.query"
FORM_TARGETS = "tiktok.form_targets"
IS_FRAMED_BY_US = "tiktok.framed"

_FIXED = (
    (b"cache-control", b"no-store"),
    # Not no-referrer: with it a browser calls the origin of our own forms null.
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


class Guard:
    """Wrap the pages."""

    def __init__(self, app: ASGIApp) -> None:
        """Keep the pages to call."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request through the pages."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[QUERY] = scope.get("query_string", b"")
        if scope["path"].rstrip("/").endswith(CALLBACK) and scope[QUERY]:
            scope["query_string"] = b"hidden=***"
        scope[NONCE] = secrets.token_urlsafe(16)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name for name, _ in _FIXED}
                kept = [pair for pair in message["headers"] if pair[0].lower() not in named]
                frames = b"SAMEORIGIN" if scope.get(IS_FRAMED_BY_US) else b"DENY"
                message["headers"] = [
                    *kept,
                    *_FIXED,
                    (b"x-frame-options", frames),
                    (b"content-security-policy", _policy(scope).encode()),
                ]
            await send(message)

        await self._app(scope, receive, send_guarded)


def _policy(scope: Scope) -> str:
    nonce = scope[NONCE]
    ancestors = "'self'" if scope.get(IS_FRAMED_BY_US) else "'none'"
    targets = " ".join(["'self'", *scope.get(FORM_TARGETS, ())])
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
        f"img-src data:; form-action {targets}; base-uri 'none'; frame-ancestors {ancestors}"
    )
