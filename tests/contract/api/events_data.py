"""Events that the sandbox takes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

SHA256 = "9f7ec22d72092cd3c0b58726ed9c2d91b92e51a3f29837508fb2948bb22dd2fd"
EVENT_TIME = int(datetime(2026, 11, 2, 12, tzinfo=UTC).timestamp())


def event(event_id: str, **changes: Any) -> bytes:
    """Return a purchase as canonical JSON."""
    item = {
        "event": "CompletePayment",
        "event_id": event_id,
        "event_time": EVENT_TIME,
        "page": {"url": "https://us.northwind.example/thanks?ttclid=E.C.P.x"},
        "properties": {"currency": "USD", "value": 10.5, "content_type": "product"},
        "user": {"email": SHA256, "ttclid": "E.C.P.x"},
    }
    return json.dumps(item | changes, separators=(",", ":")).encode()
