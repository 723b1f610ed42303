"""The pages that show connections, and the switches on them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response

from airflow_provider_tiktok.api.errors import TikTokReauthoriseError
from airflow_provider_tiktok.api.oauth import revoke
from airflow_provider_tiktok.hooks.account_import import import_accounts
from airflow_provider_tiktok.hooks.authorisation import MOST_WITH_PIXELS, app_of
from airflow_provider_tiktok.hooks.configuration import token_keys
from airflow_provider_tiktok.hooks.tiktok import TikTokHook
from airflow_provider_tiktok.plugin.access import (
    SignedIn,
    form_token,
    is_allowed,
    may,
    own_form,
    user_id,
)
from airflow_provider_tiktok.plugin.airflow_connections import defined_connections
from airflow_provider_tiktok.plugin.rendering import go, page
from airflow_provider_tiktok.plugin.standing import standing
from airflow_provider_tiktok.warehouse.overview import (
    PAGE_SIZE,
    advertiser_rows,
    connection_ids,
    pixel_rows,
    switch,
)
from airflow_provider_tiktok.warehouse.tokens import TokenStore

if TYPE_CHECKING:
    from typing import Any

router = APIRouter()
DONE = {
    "connected": "Connected. The next hourly run of tiktok_spend pulls these accounts.",
    "imported": "Accounts and pixels were imported.",
    "switched": "Saved. The next run follows it.",
    "disconnected": "The grant was given back to TikTok and erased here.",
    "cancelled": "Nothing was stored.",
}


@router.get("/", dependencies=[Depends(may("GET"))])
def show_connections(request: Request, user: SignedIn) -> Response:
    """Show every connection of type TikTok that this person may see."""
    with TikTokHook().connect_warehouse() as warehouse:
        names = sorted({TikTokHook.default_conn_name, *_defined(), *connection_ids(warehouse)})
        seen = [name for name in names if is_allowed(user, "GET", name)]
        if len(seen) == 1:
            return _connection_page(request, user, seen[0], 1)
        standings = [standing(warehouse, name) for name in seen]
    return page(request, "connections.html", framed=True, standings=standings)


@router.get("/connections/{connection_id}", dependencies=[Depends(may("GET"))])
def show_connection(
    request: Request,
    user: SignedIn,
    connection_id: str,
    number: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1,
    done: str = "",
) -> Response:
    """Show one connection with its accounts, their pixels and what to know about them."""
    return _connection_page(request, user, connection_id, number, DONE.get(done))


@router.post(
    "/connections/{connection_id}/import", dependencies=[Depends(may("PUT")), Depends(own_form)]
)
def import_now(request: Request, connection_id: str) -> Response:
    """Import accounts and pixels."""
    hook = _hook(connection_id)
    try:
        with hook.connect_warehouse() as warehouse:
            import_accounts(
                warehouse, hook.client, hook.settings, most_with_pixels=MOST_WITH_PIXELS
            )
    except TikTokReauthoriseError as error:
        hook.token_source.died(error.outcome.code)
        raise
    finally:
        hook.close()
    return go(request, f"/connections/{connection_id}?done=imported")


@router.post(
    "/connections/{connection_id}/{kind}/{entity_id}",
    dependencies=[Depends(may("PUT")), Depends(own_form)],
)
def switch_one(
    request: Request,
    connection_id: str,
    kind: Literal["advertiser", "pixel"],
    entity_id: str,
    is_enabled: Annotated[bool, Form()],
) -> Response:
    """Switch the pulls of an account or the events of a pixel."""
    with _hook(connection_id).connect_warehouse() as warehouse:
        if not switch(warehouse, connection_id, kind, entity_id, is_enabled=is_enabled):
            raise HTTPException(404, f"This connection has no such {kind}.")
    return go(request, f"/connections/{connection_id}?done=switched")


@router.post(
    "/connections/{connection_id}/disconnect", dependencies=[Depends(may("PUT")), Depends(own_form)]
)
def disconnect(request: Request, user: SignedIn, connection_id: str) -> Response:
    """Give the grant back to TikTok and erase its token here."""
    hook = _hook(connection_id)
    with hook.connect_warehouse() as warehouse:
        store = TokenStore(warehouse, token_keys(), changed_by=user_id(user))
        token = store.stored(connection_id)
        if token is None:
            raise HTTPException(404, "This connection has no grant.")
        app_id, secret = app_of(hook.settings)
        with suppress(TikTokReauthoriseError):  # TikTok knows it no longer: that is what we want
            revoke(hook.client_with(token.access_token), app_id, secret, token.access_token)
        store.mark(connection_id, "revoked", version=token.version)
    return go(request, f"/connections/{connection_id}?done=disconnected")


def _connection_page(
    request: Request, user: Any, connection_id: str, number: int, done: str | None = None
) -> Response:
    with TikTokHook().connect_warehouse() as warehouse:
        known = standing(warehouse, connection_id)
        is_empty = known.state == "broken" and not known.token and not known.counts.advertisers
        if is_empty and connection_id not in {TikTokHook.default_conn_name, *_defined()}:
            raise HTTPException(404, "There is no such connection.")
        accounts = advertiser_rows(warehouse, connection_id, number)
        pixels = pixel_rows(warehouse, [account.advertiser_id for account in accounts])
    by_account: dict[str, list[Any]] = {}
    for pixel in pixels:
        by_account.setdefault(pixel.advertiser_id, []).append(pixel)
    return page(
        request,
        "connection.html",
        framed=True,
        standing=known,
        accounts=accounts,
        pixels=by_account,
        number=number,
        pages=-(-accounts[0].total // PAGE_SIZE) if accounts else 1,
        may_change=is_allowed(user, "PUT", connection_id),
        form_token=form_token(user),
        done=done,
    )


def _hook(connection_id: str) -> TikTokHook:
    return TikTokHook(connection_id)


def _defined() -> list[str]:
    return defined_connections(TikTokHook.conn_type)
