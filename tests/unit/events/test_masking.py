"""A payload that is shown to a person names nobody."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.events.build import build
from airflow_provider_tiktok.events.masking import masked
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.events.signals import SIGNALS
from tests.unit.events.rows import export_row

NOW = datetime(2026, 11, 3, tzinfo=UTC)
SHOWN = re.compile(r"sha256 [0-9a-f]{8}…|as it is, [0-9]+ characters")


def test_hashes_are_cut_lists_too_and_what_is_plain_becomes_its_length() -> None:
    payload = {
        "event": "CompletePayment",
        "user": {
            "email": ["a" * 64, "b" * 64],
            "ip": "73.162.1.9",
            "ttclid": "E.C.P.secret",
        },
        "page": {"url": "https://shop.example/t?ttclid=E.C.P.secret", "referrer": "https://x.y/"},
        "properties": {"value": 20.5, "order_id": "1"},
    }
    assert masked(json.dumps(payload)) == {
        "event": "CompletePayment",
        "user": {
            "email": ["sha256 aaaaaaaa…", "sha256 bbbbbbbb…"],
            "ip": "as it is, 10 characters",
            "ttclid": "as it is, 12 characters",
        },
        "page": {"url": "https://shop.example/t?…", "referrer": "https://x.y/"},
        "properties": {"value": masked('{"value": 20.5}')["value"], "order_id": "1"},
    }


@given(st.fixed_dictionaries({one.name: st.text(min_size=8, max_size=40) for one in SIGNALS}))
def test_no_signal_of_any_row_is_in_what_is_shown(signals: dict[str, str]) -> None:
    event = build(export_row(**signals), EventSettings(), NOW)
    if event.payload is None:
        return
    shown = masked(event.payload)["user"].values()
    each = [one for value in shown for one in (value if isinstance(value, list) else [value])]
    assert all(SHOWN.fullmatch(one) for one in each), each
