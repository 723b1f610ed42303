"""What this provider adds to Airflow's UI: the page TikTok, on which people connect."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import conf

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/tiktok"
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{colour}" '
    'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
    '<path d="M9 12V4m6 8V4M6 12h12v2a6 6 0 0 1-12 0zm6 8v2"/></svg>'
)


class PagesOnDemand:
    """Load the pages at their first request: every process of Airflow reads its plugins."""

    def __init__(self) -> None:
        """Load nothing."""
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self._app is None:
            from airflow_provider_tiktok.plugin.app import create_app  # noqa: PLC0415 - see above

            self._app = create_app()
        await self._app(scope, receive, send)


def _icon(colour: str) -> str:
    return "data:image/svg+xml," + quote(_ICON.format(colour=colour))


def _root_path() -> str:
    return urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")


APPS = [{"app": PagesOnDemand(), "url_prefix": PREFIX, "name": "TikTok"}]
VIEWS = [
    {
        "name": "TikTok",
        "href": f"{_root_path()}{PREFIX}/",
        "url_route": "tiktok",
        "destination": "nav",
        "nav_top_level": True,
        "icon": _icon("#71809a"),
        "icon_dark_mode": _icon("#a9b4c6"),
    }
]


class TikTokPlugin(AirflowPlugin):
    """The provider's plugin, found by Airflow through the entry point ``airflow.plugins``."""

    name = "tiktok"
    fastapi_apps = APPS
    external_views = VIEWS
