"""Show a payload to a person without showing whom it is about."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

_is_sha256 = re.compile(r"[0-9a-f]{64}").fullmatch
_ADDRESSES = ("url", "referrer")


def masked(payload: str) -> dict[str, Any]:
    """Return a payload as TikTok gets it, with what would name a person taken out.

    Hashes are shortened, since the whole one finds a person in another table. What leaves as it is
    (click id, cookie, IP address, user agent, locale) becomes its length, and the query of an
    address, which may hold a click id, three dots.
    """
    event: dict[str, Any] = json.loads(payload, parse_float=Decimal)
    event["user"] = {key: _signal(value) for key, value in event.get("user", {}).items()}
    page = event.get("page", {})
    page.update({key: _address(page[key]) for key in _ADDRESSES if key in page})
    return event


def _signal(value: object) -> object:
    if isinstance(value, list):
        return [_signal(one) for one in value]
    text = str(value)
    if _is_sha256(text):
        return f"sha256 {text[:8]}…"
    return f"as it is, {len(text)} characters"


def _address(text: str) -> str:
    parts = urlsplit(text)
    return parts._replace(query="…" if parts.query else "").geturl()
