"""Parse an answer strictly: one JSON text, UTF-8, no duplicate keys, no NaN, not too deep."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import NoReturn

LARGEST_BYTES = 16 * 1024 * 1024
DEEPEST = 64

_UTF8_BOM = b"\xef\xbb\xbf"
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
# PostgreSQL stores neither NUL nor half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MAY_BE_UNSTORABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


class NotStrictJsonError(ValueError):
    """The bytes are no answer to be trusted. The text names the reason, never the data."""


def parse(body: bytes) -> object:
    """Return the value of a JSON text.

    Numbers with a fraction or an exponent become `Decimal`, whole numbers `int`: nothing passes
    through a float. Characters that no database stores (NUL, lone surrogates) become U+FFFD.
    Raises `NotStrictJsonError` for anything that two readers could read differently.
    """
    if len(body) > LARGEST_BYTES:
        raise NotStrictJsonError(f"the answer is larger than {LARGEST_BYTES} bytes")
    body = body.removeprefix(_UTF8_BOM)
    if not body.strip():
        raise NotStrictJsonError("the answer is empty")
    bare = _without_strings(body)
    _refuse_depth(bare)
    sizes: list[int] = []

    def note_size(members: dict[str, object]) -> dict[str, object]:
        sizes.append(len(members))
        return members

    try:
        value: object = json.loads(
            body.decode("utf-8"),
            object_hook=note_size,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError:
        problem = "the answer is not UTF-8"
    except NotStrictJsonError as error:
        problem = str(error)
    except (ValueError, ArithmeticError, RecursionError):
        problem = "the answer is not JSON"
    else:
        # Every member has one colon outside strings, and the later of two namesakes is kept.
        if bare.count(b":") == sum(sizes):
            return storable(value) if _MAY_BE_UNSTORABLE.search(body) else value
        problem = "the answer has the same key twice in one object"
    raise NotStrictJsonError(problem)


def storable(value: object) -> object:
    """Return `value` with every character that PostgreSQL cannot store replaced by U+FFFD."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value


def without_decimals(value: object) -> object:
    """Return `value` as `json.dumps` takes it, each Decimal as the text of its digits."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: without_decimals(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_decimals(item) for item in value]
    return value


def _without_strings(body: bytes) -> bytes:
    # Without a backslash every second piece between quotes is a string.
    return _STRINGS.sub(b"", body) if b"\\" in body else b"".join(body.split(b'"')[::2])


def _refuse_depth(bare: bytes) -> None:
    brackets = bare.translate(None, _NOT_BRACKETS)
    for _ in range(DEEPEST):
        inner = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if inner == brackets:
            return  # balanced, or so broken that the parser will say it
        brackets = inner
    if brackets:
        raise NotStrictJsonError(f"the answer is nested deeper than {DEEPEST}")


def _refuse_constant(_: str) -> NoReturn:
    raise NotStrictJsonError("the answer has NaN or Infinity, which are not JSON")
