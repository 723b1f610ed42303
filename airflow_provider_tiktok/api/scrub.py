"""Take secrets and personal data out of text that a person or a log will see."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

HIDDEN = "***"

_SHORTEST_SECRET = 4
_EMAIL = re.compile(r"[^\s@\"'<>\[\](){},;:=]+@[^\s@\"'<>\[\](){},;:=]+\.\w+")
_PHONE = re.compile(r"\+\d[\d ().-]{6,18}\d")


def scrub(text: str, secrets: Iterable[str]) -> str:
    """Return `text` without any of `secrets`, e-mail addresses and phone numbers.

    A secret is found plain, URL-encoded, JSON-escaped and in base64 at any offset. Secrets shorter
    than 4 characters are left: they would hide ordinary words.
    """
    forms = {
        form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms(secret)
    }
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return _PHONE.sub(HIDDEN, _EMAIL.sub(HIDDEN, text))


def _forms(secret: str) -> set[str]:
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    encoded = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    encoded |= {form.replace("%", "%25") for form in encoded}
    lower = {re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), form) for form in encoded}
    return {secret, *escaped, *encoded, *lower, *_base64_forms(secret.encode())}


def _base64_forms(secret: bytes) -> set[str]:
    """Return what every base64 text that holds `secret` must contain, at the three offsets."""
    forms = set()
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + secret).decode().rstrip("=")
        # The first characters mix with the bytes before, the last one with the bytes after.
        core = text[(0, 2, 3)[offset] :]
        if (offset + len(secret)) % 3:
            core = core[:-1]
        forms |= {core, core.replace("+", "-").replace("/", "_")}
    return {form for form in forms if len(form) >= _SHORTEST_SECRET}
