"""Read the settings of a ``tiktok`` connection, and say in one sentence each what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Environment = Literal["production", "sandbox", "local"]
ENVIRONMENTS = ("production", "sandbox", "local")
QUOTA_TIERS = ("basic", "advanced", "premium", "ultimate")
CONSENT_POLICIES = ("minimal", "strict")
PURCHASE_EVENTS = ("CompletePayment", "Purchase")
REFUND_EVENTS = ("CancelOrder", "none")
LOCATION_FORMATS = ("hashed", "plain")

_DIGITS = re.compile(r"[0-9]{1,32}")
_LETTERS_AND_DIGITS = re.compile(r"[A-Za-z0-9]{1,64}")
_PRINTABLE = re.compile(r"[\x21-\x7e]{1,4096}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_SEPARATORS = re.compile(r"[,;\n]")
# Every code seen in TikTok's pages has this length; another one is accepted, with a notice.
USUAL_PIXEL_CODE_LENGTH = 20


class SettingsError(ValueError):
    """A connection cannot be used; the message names the field and the fix, one sentence each."""


@dataclass(frozen=True)
class Settings:
    """What a ``tiktok`` connection says, trimmed and checked.

    ``refused`` holds the listed advertiser ids and pixel codes that cannot exist, each with its
    sentence, so that the others go on. ``notices`` are sentences about what is unusual.
    """

    connection_id: str
    environment: Environment = "production"
    app_id: str | None = None
    app_secret: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    advertiser_ids: tuple[str, ...] = ()
    pixel_codes: tuple[str, ...] = ()
    quota_tier: str = "basic"
    consent_policy: str = "minimal"
    signals: str = "all"
    purchase_event: str = "CompletePayment"
    refund_event: str = "CancelOrder"
    location_format: str = "hashed"
    default_country: str | None = None
    test_event_code: str | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    @property
    def app_key(self) -> str:
        """The name under which the calls of this app are counted: its id, else the connection's."""
        return self.app_id or self.connection_id

    def check(self, code: str) -> None:
        """Refuse a listed advertiser id or pixel code that cannot exist.

        :raises SettingsError: one sentence that names it.
        """
        if code in self.refused:
            raise SettingsError(self.refused[code])


def read_settings(extra: Mapping[str, object], connection_id: str) -> Settings:
    """Return the settings in a connection's extra; keys that we do not know are left alone.

    :raises SettingsError: a value that no part can work with.
    """
    reader = _Reader(extra, connection_id)
    settings = Settings(
        connection_id=connection_id,
        environment=cast("Environment", reader.choice("environment", ENVIRONMENTS)),
        app_id=reader.text("app_id", _DIGITS, "App id", "is not a number"),
        app_secret=reader.text("app_secret", _PRINTABLE, "The app secret", "has a blank in it"),
        access_token=reader.text(
            "access_token", _PRINTABLE, "The access token", "has a blank or a line break in it"
        ),
        advertiser_ids=reader.codes("advertiser_ids", _advertiser_id_problem),
        pixel_codes=reader.codes("pixel_codes", _pixel_code_problem),
        quota_tier=reader.choice("quota_tier", QUOTA_TIERS),
        consent_policy=reader.choice("consent_policy", CONSENT_POLICIES),
        signals=reader.text("signals") or "all",
        purchase_event=reader.choice("purchase_event", PURCHASE_EVENTS),
        refund_event=reader.choice("refund_event", REFUND_EVENTS),
        location_format=reader.choice("location_format", LOCATION_FORMATS),
        default_country=reader.country("default_country"),
        test_event_code=reader.text(
            "test_event_code", _LETTERS_AND_DIGITS, "The test event code", "is not TEST and digits"
        ),
        refused=reader.refused,
        notices=tuple(reader.notices),
    )
    if reader.problems:
        raise SettingsError(" ".join(reader.problems))
    return settings


class _Reader:
    """Reads one key after another and collects what is wrong."""

    def __init__(self, extra: Mapping[str, object], connection_id: str) -> None:
        self._extra = extra
        self._where = f"in the Airflow connection {connection_id}"
        self.problems: list[str] = []
        self.refused: dict[str, str] = {}
        self.notices: list[str] = []

    def text(
        self,
        name: str,
        pattern: re.Pattern[str] | None = None,
        what: str = "",
        problem: str = "",
    ) -> str | None:
        value = _plain(self._extra.get(name))
        if value and pattern and not pattern.fullmatch(value):
            self.problems.append(f"{what} {problem}: correct {name} {self._where}.")
            return None
        return value or None

    def choice(self, name: str, values: tuple[str, ...]) -> str:
        """Return the value in its own spelling; the first one when nothing is said."""
        value = _plain(self._extra.get(name))
        found = (
            {known.lower(): known for known in values}.get(value.lower()) if value else values[0]
        )
        if found is None:
            self.problems.append(
                f"{name} is {value!r} {self._where}; it must be one of {', '.join(values)}."
            )
        return found or values[0]

    def country(self, name: str) -> str | None:
        value = _plain(self._extra.get(name)).upper()
        if value and not _COUNTRY.fullmatch(value):
            self.problems.append(
                f"{name} is {value!r} {self._where}; it takes two letters such as US."
            )
        return value or None

    def codes(self, name: str, problem_of: Callable[[str], str | None]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for code in _list(self._extra.get(name)):
            if problem := problem_of(code):
                self.refused[code] = f"{problem} Correct {name} {self._where}."
            elif name == "pixel_codes" and len(code) != USUAL_PIXEL_CODE_LENGTH:
                self.notices.append(
                    f"Pixel code {code} has {len(code)} characters where TikTok's have "
                    f"{USUAL_PIXEL_CODE_LENGTH}: check {name} {self._where}."
                )
            found[code] = None
        return tuple(found)


def _advertiser_id_problem(value: str) -> str | None:
    if _DIGITS.fullmatch(value):
        return None
    return f"Advertiser id {value!r} is not a number."


def _pixel_code_problem(value: str) -> str | None:
    if _LETTERS_AND_DIGITS.fullmatch(value):
        return None
    if any(character.isspace() for character in value):
        return f"Pixel code {value!r} has a blank in it; codes are separated by commas."
    return f"Pixel code {value!r} has a character that is neither a letter nor a digit."


def _plain(value: object) -> str:
    """Return text or a whole number as trimmed text; anything else is as good as nothing."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def _list(value: object) -> list[str]:
    """Return the items of a JSON list, or of text with commas, semicolons or line breaks."""
    parts = value if isinstance(value, list) else _SEPARATORS.split(_plain(value))
    return [text for part in parts if (text := _plain(part))]
