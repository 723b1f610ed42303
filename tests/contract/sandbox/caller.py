"""A plain HTTP client of the sandbox, and what its tests ask about."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import requests

from sandbox.server import STATIC_TOKEN

if TYPE_CHECKING:
    from sandbox.server import RunningSandbox

US = "7000000000000000001"
INDIA = "7000000000000000002"
EUROPE = "7000000000000000003"
NOT_GRANTED = "7000000000000000009"
US_PIXEL = "CUS00000000000000001"
SHA256 = "9f7ec22d72092cd3c0b58726ed9c2d91b92e51a3f29837508fb2948bb22dd2fd"
NOW = datetime(2026, 11, 3, tzinfo=UTC)
APP = {"app_id": "7100000000000000001", "secret": "sandbox-app-secret"}


class Api:
    """Calls the API as a simple client would, and returns the envelope as it came."""

    def __init__(self, sandbox: RunningSandbox, token: str | None = STATIC_TOKEN) -> None:
        self.url = sandbox.api_url
        self.token = token
        self._session = requests.Session()
        self._session.trust_env = False

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request; `path` is relative to the API's base URL."""
        headers = {"Access-Token": self.token} if self.token is not None else {}
        options.setdefault("allow_redirects", False)
        return self._session.request(
            method, self.url + path, headers=headers, timeout=10, **options
        )

    def get(self, path: str, **params: object) -> dict[str, Any]:
        """Return the envelope of a GET; lists and objects go as JSON in the query."""
        query = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in params.items()
        }
        envelope: dict[str, Any] = self.send("GET", path, params=query).json()
        return envelope

    def post(self, path: str, **body: object) -> dict[str, Any]:
        """Return the envelope of a POST with a JSON body."""
        envelope: dict[str, Any] = self.send("POST", path, json=body).json()
        return envelope

    def data(self, path: str, **params: object) -> dict[str, Any]:
        """Return the data of a GET that must succeed."""
        envelope = self.get(path, **params)
        assert envelope["code"] == 0, envelope
        data: dict[str, Any] = envelope["data"]
        return data

    def report(self, **changes: object) -> dict[str, Any]:
        """Return the envelope of a report: ad by hour of 2026-11-01 unless changed."""
        params: dict[str, object] = {
            "advertiser_id": US,
            "report_type": "BASIC",
            "data_level": "AUCTION_AD",
            "dimensions": ["ad_id", "stat_time_hour"],
            "metrics": ["spend"],
            "start_date": "2026-11-01",
            "end_date": "2026-11-01",
            "page_size": "1000",
            **changes,
        }
        given = {name: value for name, value in params.items() if value is not None}
        return self.get("report/integrated/get/", **given)

    def rows(self, **changes: object) -> list[dict[str, Any]]:
        """Return the rows of a report that must succeed."""
        envelope = self.report(**changes)
        assert envelope["code"] == 0, envelope
        rows: list[dict[str, Any]] = envelope["data"]["list"]
        return rows

    def track(self, *items: object, **changes: object) -> dict[str, Any]:
        """Return the envelope of event/track for these items."""
        body = {"event_source": "web", "event_source_id": US_PIXEL, "data": list(items), **changes}
        return self.post("event/track/", **body)


def event(event_id: str | None = "ord_1", **changes: object) -> dict[str, Any]:
    """Return a good event of an hour before the sandbox's clock; None leaves a member out."""
    item: dict[str, Any] = {
        "event": "CompletePayment",
        "event_time": int(NOW.timestamp()) - 3600,
        "event_id": event_id,
        "user": {"email": SHA256, "ip": "203.0.113.7"},
        "properties": {"currency": "USD", "value": 12.5},
        **changes,
    }
    return {name: value for name, value in item.items() if value is not None}
