"""Typed reading of a call's parameters, from the query or a JSON body.

TikTok's clients send lists and objects as JSON inside the query (with or without blanks),
booleans as `true` or `True`, and some send a JSON body with GET: all of them are read here.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import orjson

from sandbox.server.envelope import ApiError, Code, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox.server.messages import Request

MISSING = "Missing data for required field."
BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


class Params:
    """Parameters of one call. Every reader raises ApiError 40002 naming the parameter."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values

    def _get(self, name: str) -> object:
        value = self.values.get(name)
        return None if value == "" else value

    def text(self, name: str) -> str:
        """Return a required string; a bare number is taken as its digits."""
        value = self.optional_text(name)
        if value is None:
            raise invalid(name, MISSING)
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a string, or None where it was left out."""
        value = self._get(name)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            raise invalid(name, "Not a valid string.")
        return value

    def choice(self, name: str, options: Sequence[str], default: str | None = None) -> str:
        """Return one of `options`; `default` of None makes the parameter required."""
        value = self.optional_text(name)
        if value is None:
            if default is None:
                raise invalid(name, MISSING)
            return default
        if value not in options:
            raise invalid(name, f"Must be one of: {', '.join(options)}.")
        return value

    def integer(self, name: str, default: int, *, low: int, high: int) -> int:
        """Return a whole number between `low` and `high`, both included."""
        value = self._get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise invalid(name, "Not a valid integer.")
        try:
            number = int(value)
        except ValueError:
            raise invalid(name, "Not a valid integer.") from None
        if not low <= number <= high:
            raise invalid(name, f"Must be between {low} and {high}.")
        return number

    def boolean(self, name: str, *, default: bool) -> bool:
        """Return a boolean; in the query any case of true and false is one."""
        value = self._get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in BOOLEANS:
            return BOOLEANS[value.lower()]
        raise invalid(name, "Not a valid boolean.")

    def day(self, name: str) -> date:
        """Return a required date, YYYY-MM-DD."""
        value = self.text(name)
        try:
            parsed = date.fromisoformat(value)
        except ValueError:
            raise invalid(name, "Not a valid date, use YYYY-MM-DD.") from None
        if value != parsed.isoformat():
            raise invalid(name, "Not a valid date, use YYYY-MM-DD.")
        return parsed

    def json(self, name: str) -> object:
        """Return a value that the query carries as JSON text and a body as itself."""
        value = self._get(name)
        if not isinstance(value, str):
            return value
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            raise invalid(name, "Not valid JSON.") from None

    def strings(self, name: str) -> list[str] | None:
        """Return a list of strings (bare ids become their digits), or None."""
        value = self.json(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise invalid(name, "Not a valid list.")
        for position, item in enumerate(value):
            if isinstance(item, bool) or not isinstance(item, str | int):
                raise invalid(f"{name}.{position}", "Not a valid string.")
        return [str(item) for item in value]

    def object(self, name: str) -> Params:
        """Return an object as parameters of their own; empty where it was left out."""
        value = self.json(name)
        if value is None:
            return Params({})
        if not isinstance(value, dict):
            raise invalid(name, "Not a valid object.")
        return Params(value)

    def objects(self, name: str) -> list[Params]:
        """Return a list of objects; empty where it was left out."""
        value = self.json(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise invalid(name, "Not a valid list.")
        for position, item in enumerate(value):
            if not isinstance(item, dict):
                raise invalid(f"{name}.{position}", "Not a valid object.")
        return [Params(item) for item in value]


def required(value: list[str] | None, name: str) -> list[str]:
    """Return a list that must be there and have something in it."""
    if not value:
        raise invalid(name, MISSING)
    return value


def read_params(request: Request) -> Params:
    """Return the parameters of `request`: its query, and over it the members of its JSON body."""
    body = read_body(request)
    return Params({**request.query, **body} if body else request.query)


def read_body(request: Request) -> dict[str, object]:
    """Return the JSON object of a body (none for an empty one), or raise 40000."""
    if not request.body.strip():
        return {}
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(request.form)
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise ApiError(
            Code.INVALID_PARAMS, f"Request body is not valid JSON: {error.msg}."
        ) from None
    if not isinstance(body, dict):
        raise ApiError(Code.INVALID_PARAMS, "Request body is not a JSON object.")
    return body
