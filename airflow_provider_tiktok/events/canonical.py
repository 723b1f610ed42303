"""Write a value as canonical JSON: one value has one text, whatever built it.

Keys in order, no blanks, non-ASCII as it is, numbers exact: a Decimal becomes the JSON number of
the same value without trailing zeros, and a float is refused.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from json.encoder import encode_basestring  # shortest escapes, non-ASCII as it is, written in C
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def canonical_json(value: object) -> str:
    """Return the canonical JSON text of a value.

    Raises TypeError for a float, for keys that are no text and for any other type; ValueError for
    a number that JSON has not.
    """
    write = _WRITERS.get(type(value))
    if write is None:
        raise TypeError(f"{type(value).__name__} has no canonical JSON")
    return write(value)


def payload_hash(payload: str) -> str:
    """Return SHA-256 of a payload's text."""
    return hashlib.sha256(payload.encode()).hexdigest()


def _object(value: Mapping[str, object]) -> str:
    members = [f"{encode_basestring(key)}:{canonical_json(value[key])}" for key in sorted(value)]
    return "{" + ",".join(members) + "}"


def _list(value: list[object]) -> str:
    return "[" + ",".join(map(canonical_json, value)) + "]"


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError("JSON has no NaN and no infinity")
    if value == 0:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


_WRITERS: dict[type, Callable[..., str]] = {
    str: encode_basestring,
    int: str,
    Decimal: _number,
    dict: _object,
    list: _list,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
}
