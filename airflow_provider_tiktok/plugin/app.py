"""Put the pages together: each behind Airflow's auth manager, no API docs, errors as pages."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fastapi import FastAPI, HTTPException
from psycopg import errors
from starlette.exceptions import HTTPException as RoutingError

from airflow_provider_tiktok.api.errors import TikTokError
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.plugin import routes_connect, routes_connections, routes_runs
from airflow_provider_tiktok.plugin.guard import Guard
from airflow_provider_tiktok.plugin.rendering import page
from airflow_provider_tiktok.warehouse.database import WarehouseConnectionError, WarehouseError
from airflow_provider_tiktok.warehouse.tokens_flow import FlowRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request, Response
    from starlette.types import ASGIApp

log = logging.getLogger(__name__)

_TITLES = {
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not found",
    413: "Too long",
}

_SENTENCES = {401: "Sign in to Airflow, then return to this page."}


def create_pages() -> FastAPI:
    """Return the pages as an app, without the guard before it."""
    pages = FastAPI(title="TikTok", docs_url=None, redoc_url=None, openapi_url=None)
    pages.include_router(routes_connections.router)
    pages.include_router(routes_connect.router)
    pages.include_router(routes_runs.router)
    pages.add_exception_handler(RoutingError, _refused)
    for error, status in (
        (FlowRefusedError, 400),
        (SettingsError, 409),
        (WarehouseConnectionError, 503),
        (WarehouseError, 409),
        (TikTokError, 502),
        (errors.UndefinedTable, 503),
        (errors.UndefinedColumn, 503),
    ):
        pages.add_exception_handler(error, _explained(status))
    return pages


def create_app() -> ASGIApp:
    """Return what Airflow mounts."""
    return Guard(create_pages())


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, (HTTPException, RoutingError)):  # FastAPI hands over nothing else
        raise error
    title = _TITLES.get(error.status_code, "This did not work")
    sentence = _SENTENCES.get(error.status_code, str(error.detail))
    return page(request, "problem.html", status=error.status_code, title=title, sentence=sentence)


def _explained(status: int) -> Callable[[Request, Exception], Response]:
    def handler(request: Request, error: Exception) -> Response:
        sentence = str(error)
        if isinstance(error, (errors.UndefinedTable, errors.UndefinedColumn)):
            sentence = "The warehouse is not prepared for this version. Run `airflow tiktok init`."
        log.warning("A page could not be shown: %s", sentence)
        title = "Begin again" if isinstance(error, FlowRefusedError) else "This did not work"
        return page(request, "problem.html", status=status, title=title, sentence=sentence)

    return handler
