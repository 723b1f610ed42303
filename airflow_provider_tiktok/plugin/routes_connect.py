"""The way to TikTok and back: begin, callback, review, confirm."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from airflow_provider_tiktok.hooks.authorisation import Authorisation, authorize_page
from airflow_provider_tiktok.hooks.configuration import redirect_uri, token_keys
from airflow_provider_tiktok.hooks.tiktok import TikTokHook
from airflow_provider_tiktok.plugin.access import (
    SignedIn,
    form_token,
    may,
    own_form,
    require,
    user_id,
)
from airflow_provider_tiktok.plugin.guard import FORM_TARGETS, QUERY
from airflow_provider_tiktok.plugin.rendering import go, page
from airflow_provider_tiktok.plugin.standing import standing
from airflow_provider_tiktok.warehouse.tokens_flow import FlowRefusedError, FlowStore, Refusal

router = APIRouter()
CONNECTION = "/connections/{connection_id}"
GRANT = CONNECTION + "/grants/{name}"
PARAMETERS = ("state", "auth_code", "code", "error")
LONGEST_QUERY = 4096
MAY_READ = [Depends(may("GET"))]
MAY_CHANGE = [Depends(may("PUT"))]
MAY_WRITE = [Depends(may("PUT")), Depends(own_form)]


@router.get(CONNECTION + "/connect", dependencies=MAY_CHANGE)
def show_beginning(request: Request, user: SignedIn, connection_id: str) -> Response:
    """Say what will happen, with the button that leads to TikTok."""
    with TikTokHook().connect_warehouse() as warehouse:
        known = standing(warehouse, connection_id)
    target = None
    if known.settings is not None and known.obstacle is None:
        parts = urlsplit(authorize_page(known.settings))
        target = f"{parts.scheme}://{parts.netloc}"
        # Browsers follow a form's redirect only to where the page's policy lets it.
        request.scope[FORM_TARGETS] = (target,)
    return page(request, "connect.html", standing=known, target=target, form_token=form_token(user))


@router.post(CONNECTION + "/connect", dependencies=MAY_WRITE)
def begin(user: SignedIn, connection_id: str) -> Response:
    """Begin an authorisation and send the browser to TikTok."""
    hook = TikTokHook(connection_id)
    with hook.connect_warehouse() as warehouse:
        address = Authorisation(hook, warehouse, user_id(user)).begin()
    return RedirectResponse(address, 303)


@router.get("/callback", dependencies=MAY_CHANGE)
def callback(request: Request, user: SignedIn) -> Response:
    """Take the code from TikTok, exchange it, and go on at an address without it."""
    given = _given(request.scope[QUERY])
    hook = TikTokHook()
    with hook.connect_warehouse() as warehouse:
        flow = FlowStore(warehouse, token_keys(), user_id(user)).take(given["state"])
        require(user, "PUT", flow.connection_id)
        if flow.redirect_uri != redirect_uri():
            raise FlowRefusedError(Refusal.UNKNOWN)
        if given["error"] or not given["auth_code"]:
            return page(
                request,
                "problem.html",
                status=400,
                title="TikTok did not give access",
                sentence="The request was refused on TikTok's page, so nothing was stored.",
            )
        authorisation = Authorisation(TikTokHook(flow.connection_id), warehouse, user_id(user))
        name = authorisation.receive(given["auth_code"])
    return go(request, f"/connections/{flow.connection_id}/grants/{name}")


@router.get(GRANT, dependencies=MAY_CHANGE)
def review(request: Request, user: SignedIn, connection_id: str, name: str) -> Response:
    """Show which accounts and pixels the new grant opens, before anything is stored."""
    hook = TikTokHook(connection_id)
    with hook.connect_warehouse() as warehouse:
        found = Authorisation(hook, warehouse, user_id(user)).found(name)
    return page(request, "review.html", found=found, name=name, form_token=form_token(user))


@router.post(GRANT + "/confirm", dependencies=MAY_WRITE)
def confirm(request: Request, user: SignedIn, connection_id: str, name: str) -> Response:
    """Store the grant and import what it opens."""
    hook = TikTokHook(connection_id)
    try:
        with hook.connect_warehouse() as warehouse:
            Authorisation(hook, warehouse, user_id(user)).confirm(name)
    finally:
        hook.close()
    return go(request, f"/connections/{connection_id}?done=connected")


@router.post(GRANT + "/cancel", dependencies=MAY_WRITE)
def cancel(request: Request, user: SignedIn, connection_id: str, name: str) -> Response:
    """Forget the grant."""
    hook = TikTokHook(connection_id)
    with hook.connect_warehouse() as warehouse:
        Authorisation(hook, warehouse, user_id(user)).drop(name)
    return go(request, f"/connections/{connection_id}?done=cancelled")


def _given(query: bytes) -> dict[str, str]:
    """Return the parameters of a callback; TikTok sends the code twice, as the same value.

    :raises FlowRefusedError: it is too long, or a parameter is there twice or contradicts another.
    """
    if len(query) > LONGEST_QUERY:
        raise FlowRefusedError(Refusal.UNKNOWN)
    try:
        given = parse_qs(query.decode("latin-1"), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise FlowRefusedError(Refusal.UNKNOWN) from None
    if any(len(given.get(name, ())) > 1 for name in PARAMETERS):
        raise FlowRefusedError(Refusal.UNKNOWN)
    values = {name: given.get(name, [""])[0] for name in PARAMETERS}
    if values["code"] and values["auth_code"] and values["code"] != values["auth_code"]:
        raise FlowRefusedError(Refusal.UNKNOWN)
    values["auth_code"] = values["auth_code"] or values["code"]
    return values
