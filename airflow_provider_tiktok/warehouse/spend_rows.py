"""Turn report rows into lines for COPY, or say why a row cannot be kept. Pure and hot."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

METRICS = (
    "spend",
    "impressions",
    "clicks",
    "conversion",
    "complete_payment",
    "total_complete_payment_rate",
)
DECIMALS = 6
WHOLE_DIGITS = 14
_NUMBER = rf"(?:-?[0-9]{{1,{WHOLE_DIGITS}}}(?:\.[0-9]{{1,{DECIMALS}}})?|\\N)"
_FITS = re.compile(rf"{_NUMBER}(?:\t{_NUMBER}){{{len(METRICS) - 1}}}").fullmatch
_NULL = r"\N"
_ENTITY_LEVELS = {"AUCTION_CAMPAIGN": "campaign_id", "AUCTION_ADGROUP": "adgroup_id"}


class UnstorableRowError(ValueError):
    """A report row cannot be kept; the message says which field is wrong."""


class RowWriter:
    """Write the rows of one report request as lines of PostgreSQL's text format for COPY.

    :param data_level: TikTok's level, for example ``AUCTION_AD``.
    :param start_date: first account-local day asked for; rows outside are refused.
    :param end_date: last day, inclusive.
    """

    def __init__(self, data_level: str, start_date: date, end_date: date) -> None:
        self._own_parent = _ENTITY_LEVELS.get(data_level)
        self._days = (start_date.isoformat(), end_date.isoformat())
        self._known_hours: set[str] = set()

    def line(
        self,
        stat_time: str,
        entity_id: str,
        metrics: Mapping[str, Decimal | None],
        attributes: Mapping[str, str | None],
        page: int,
    ) -> str:
        """Return one line.

        :raises UnstorableRowError: an id, the time or a number is not what TikTok documents.
        """
        if stat_time not in self._known_hours:
            self._check_time(stat_time)
        if not (entity_id.isascii() and entity_id.isalnum()):
            raise UnstorableRowError("the entity's id is not a TikTok id")
        numbers = "\t".join(
            [_NULL if (value := metrics.get(name)) is None else str(value) for name in METRICS]
        )
        if not _FITS(numbers):
            numbers = _spelled_out(metrics)
        campaign_id = self._parent("campaign_id", entity_id, attributes)
        adgroup_id = self._parent("adgroup_id", entity_id, attributes)
        return f"{stat_time}\t{entity_id}\t{campaign_id}\t{adgroup_id}\t{page}\t{numbers}\n"

    def _parent(self, name: str, entity_id: str, attributes: Mapping[str, str | None]) -> str:
        if name == self._own_parent:
            return entity_id
        value = attributes.get(name)
        if value is None:
            return _NULL
        if not (value.isascii() and value.isalnum()):
            raise UnstorableRowError(f"{name} is not a TikTok id")
        return value

    def _check_time(self, stat_time: str) -> None:
        first, last = self._days
        try:
            local = datetime.fromisoformat(stat_time)
        except ValueError:
            raise UnstorableRowError("the time is not YYYY-MM-DD HH:00:00") from None
        if local.isoformat(sep=" ") != stat_time or not stat_time.endswith(":00:00"):
            raise UnstorableRowError("the time is not YYYY-MM-DD HH:00:00")
        if not first <= stat_time[:10] <= last:
            raise UnstorableRowError("the time is outside the days that were asked for")
        self._known_hours.add(stat_time)


def _spelled_out(metrics: Mapping[str, Decimal | None]) -> str:
    """Return the numbers without exponents and trailing zeros, if the ledger can hold them."""
    words = []
    for name in METRICS:
        value = metrics.get(name)
        word = _NULL
        if value is not None:
            if not value.is_finite():
                raise UnstorableRowError(f"{name} is not a number")
            word = f"{value:f}"
            if "." in word:
                word = word.rstrip("0").rstrip(".")
        if not re.fullmatch(_NUMBER, word):
            raise UnstorableRowError(
                f"{name} has more than {DECIMALS} decimals or {WHOLE_DIGITS} digits before them"
            )
        words.append(word)
    return "\t".join(words)
