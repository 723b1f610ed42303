"""Who may see and do what on the pages. Airflow's auth manager decides, route by route.

A plugin's app has no authentication of its own, and Airflow's dependencies for connections read a
JSON body where teams are on, which a page does not have: so the auth manager is asked directly.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import ConnectionDetails
from airflow.api_fastapi.core_api.security import get_user
from airflow.sdk import conf
from fastapi import Depends, HTTPException, Request

from airflow_provider_tiktok.plugin.airflow_connections import team_of

if TYPE_CHECKING:
    from collections.abc import Callable

Method = Literal["GET", "PUT"]
FORM_SECONDS = 8 * 3600
LARGEST_FORM = 16 * 1024
_CONNECTION_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")

# Airflow's own check of the session cookie or the bearer token; 401 without, 403 with a bad one.
SignedIn = Annotated[Any, Depends(get_user)]


def user_id(user: Any) -> str:
    """Return the name by which the auth manager knows this person."""
    return str(user.get_id())


def is_allowed(user: Any, method: Method, connection_id: str | None) -> bool:
    """Return whether the auth manager lets this person read or change the connection."""
    team = None
    if connection_id is not None and conf.getboolean("core", "multi_team", fallback=False):
        team = team_of(connection_id)
    return bool(
        get_auth_manager().is_authorized_connection(
            method=method,
            details=ConnectionDetails(conn_id=connection_id, team_name=team),
            user=user,
        )
    )


def require(user: Any, method: Method, connection_id: str | None) -> None:
    """Refuse with 403 what the auth manager does not allow, and with 404 what cannot exist."""
    if connection_id is not None and not _CONNECTION_ID.fullmatch(connection_id):
        raise HTTPException(404, "There is no such connection.")
    if not is_allowed(user, method, connection_id):
        verb = "see" if method == "GET" else "change"
        raise HTTPException(
            403, f"You may not {verb} Airflow's connections. Ask someone with that permission."
        )


def may(method: Method) -> Callable[..., None]:
    """Return the dependency that every route has: signed in, and allowed on its connection."""

    def check(request: Request, user: SignedIn) -> None:
        require(user, method, request.path_params.get("connection_id"))

    return check


def form_token(user: Any, *, now: Callable[[], float] = time.time) -> str:
    """Return what a form must bring back to prove that it came from one of our pages."""
    issued = str(int(now()))
    return f"{issued}.{_signed(user, issued)}"


async def own_form(request: Request, user: SignedIn) -> None:
    """Refuse a write that did not come from a form of ours, in this person's own browser.

    The session cookie alone proves nothing, so three things must fit: the browser's word on where
    the form was (Origin, and Sec-Fetch-Site where it is sent), and a token of the form itself.
    """
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise HTTPException(403, "This form was sent by another site.")
    if not _is_own_origin(request):
        raise HTTPException(
            403,
            "This form was sent by another site. If Airflow is behind a proxy, set [api] base_url "
            "to its public address.",
        )
    if int(request.headers.get("content-length") or 0) > LARGEST_FORM:
        raise HTTPException(413, "This form is too long.")
    form = await request.form(max_files=0, max_fields=20)
    issued, _, signature = str(form.get("form_token", "")).partition(".")
    is_ours = hmac.compare_digest(signature.encode(), _signed(user, issued).encode())
    if not is_ours or not issued.isdigit() or time.time() - int(issued) > FORM_SECONDS:
        raise HTTPException(403, "This form is too old or not ours. Load the page again.")


def _signed(user: Any, issued: str) -> str:
    key = conf.get_mandatory_value("api", "secret_key").encode()
    said = f"airflow-provider-tiktok form|{user_id(user)}|{issued}".encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()


def _is_own_origin(request: Request) -> bool:
    origin = request.headers.get("origin", "")
    parts = urlsplit(origin)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return False
    public = urlsplit(conf.get("api", "base_url", fallback="") or "")
    own = {request.headers.get("host", ""), public.netloc}
    return parts.netloc in own - {""}
