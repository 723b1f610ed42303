"""One row of an export view, with everything in it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def export_row(**changes: Any) -> dict[str, Any]:
    """Return the row of a purchase as JSON has it; `changes` replaces columns."""
    return {
        "event_id": "ord_1",
        "kind": "conversion",
        "event": "CompletePayment",
        "event_source": "web",
        "event_source_id": "CUS00000000000000001",
        "connection_id": "tiktok_default",
        "event_time": "2026-11-02T12:00:00+00:00",
        "purchase_event_id": None,
        "subject_key": "person_1",
        "consent_state": "granted",
        "limited_data_use": False,
        "ttclid": "E.C.P.1",
        "ttp": "2a5BY4wzGJrrsJBTsXlRq7zXhPb",
        "email": ["ann@shop.example"],
        "phone": "+12133734253",
        "external_id": "c1",
        "first_name": "Ann",
        "last_name": "Lee",
        "ip": "73.162.0.1",
        "user_agent": "Mozilla/5.0",
        "locale": "en-US",
        "country": "US",
        "region": "CA",
        "city": "Chicago",
        "zip": "60601",
        "value": Decimal("120.50"),
        "currency": "USD",
        "contents": [{"content_id": "p1", "quantity": 2, "price": Decimal("60.25")}],
        "content_type": "product",
        "order_id": "1",
        "page_url": "https://us.northwind.example/thanks?ttclid=E.C.P.1",
        "page_referrer": None,
        "campaign_id": "61",
        "ad_group_id": "51",
        "ad_id": "41",
        **changes,
    }
