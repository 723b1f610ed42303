"""Turn what the routes know into HTML: templates of this package, everything escaped."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from airflow_provider_tiktok.plugin.guard import IS_FRAMED_BY_US, NONCE

if TYPE_CHECKING:
    from fastapi import Request

_STEPS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"))
_TWICE = 2


def page(
    request: Request, template: str, *, status: int = 200, framed: bool = False, **values: Any
) -> HTMLResponse:
    """Return a page.

    :param framed: Airflow's own UI may show it in a frame; nobody else ever may.
    """
    request.scope[IS_FRAMED_BY_US] = framed
    root = str(request.scope.get("root_path", ""))
    html = (
        _environment()
        .get_template(template)
        .render(
            nonce=request.scope[NONCE],
            base=root,
            airflow=root.rsplit("/", 1)[0],
            can_be_framed=framed,
            **values,
        )
    )
    return HTMLResponse(html, status)


def go(request: Request, path: str) -> RedirectResponse:
    """Send the browser to one of our pages, whatever the request said its host was."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}{path}", 303)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("airflow_provider_tiktok.plugin"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = _moment
    environment.filters["ago"] = _ago
    return environment


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    for length, unit in _STEPS:
        if seconds >= _TWICE * length:
            return f"{int(seconds // length)} {unit} ago"
    return "just now"
