"""Read one row of a report, or say why it cannot be read. Pure.

Numbers come as text and become Decimal without passing through a float; "-" means that TikTok has
no number and becomes None, never 0 ("TikTok: Run a synchronous report").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from airflow_provider_tiktok.api.fields import identifier, text
from airflow_provider_tiktok.api.report_catalogue import (
    DEFAULT_METRICS,
    LEVELS,
    LONGEST_DAYS,
    DataLevel,
    TimeDimension,
    default_attributes,
    is_valid,
)
from airflow_provider_tiktok.api.strict_json import without_decimals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Fourteen digits before the point are a hundred million million: more is no spend.
_NUMBER = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,20})?")
_STAT_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:00:00")
# Counts cannot be negative; money can, when TikTok takes a charge back.
_COUNTS = frozenset({"impressions", "clicks", "conversion", "complete_payment", "reach"})


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What to ask of a BASIC report: one level, one advertiser, inclusive account-local dates.

    `metrics` are numbers, `attributes` texts that come with each row. Both default to what the cost
    tables need. Without `include_promoted` TikTok leaves ads promoted from the mobile app out of a
    synchronous report ("TikTok: Promote campaign, Reporting data"); an asynchronous one has them
    anyway. Raises ValueError for a level, a time dimension or dates that are none.
    """

    advertiser_id: str
    data_level: DataLevel
    time_dimension: TimeDimension
    start_date: date
    end_date: date
    metrics: Sequence[str] = DEFAULT_METRICS
    attributes: Sequence[str] | None = None
    include_promoted: bool = True

    def __post_init__(self) -> None:
        """Refuse what TikTok would refuse, before anything is sent."""
        if self.data_level not in LEVELS:
            raise ValueError(f"data level {self.data_level!r} is none of {', '.join(LEVELS)}")
        if self.time_dimension not in LONGEST_DAYS:
            raise ValueError(
                f"time dimension {self.time_dimension!r} is no {', '.join(LONGEST_DAYS)}"
            )
        if self.days < 1:
            raise ValueError(f"the report ends ({self.end_date}) before it begins")

    def check_span(self) -> None:
        """Raise ValueError for more days than a synchronous report takes.

        An asynchronous one has no limit ("TikTok: Create an asynchronous report task").
        """
        longest = LONGEST_DAYS[self.time_dimension]
        if self.days > longest:
            raise ValueError(
                f"{self.time_dimension} takes a range of 1 to {longest} days, "
                f"not {self.start_date} to {self.end_date}"
            )

    @property
    def days(self) -> int:
        """Number of dates, both ends counted."""
        return (self.end_date - self.start_date).days + 1

    @property
    def entity(self) -> str:
        """The dimension that names a row's object, such as ad_id."""
        return LEVELS[self.data_level].entity

    def asked(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Return the metrics and the attributes to ask for, and those known to be refused."""
        wanted = default_attributes(self.data_level) if self.attributes is None else self.attributes
        names = [name for name in (*self.metrics, *wanted) if not self._is_valid(name)]
        metrics = tuple(name for name in self.metrics if name not in names)
        attributes = tuple(name for name in wanted if name not in names and name != self.entity)
        return metrics, attributes, tuple(names)

    def _is_valid(self, name: str) -> bool:
        return is_valid(name, self.data_level, self.time_dimension)


class ReportRow(NamedTuple):
    """One object in one hour or day. `stat_time` is account-local, exactly as TikTok sent it."""

    stat_time: str
    entity_id: str
    metrics: dict[str, Decimal | None]
    attributes: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be read. `reason` names the field; `raw` is ready for a JSON column."""

    reason: str
    raw: object = field(repr=False)


class RowReader:
    """Read the rows of one report. Remembers the currency, which must not change."""

    def __init__(self, request: ReportRequest) -> None:
        """Prepare to read rows of `request`."""
        self._request = request
        self._entity = request.entity
        self.metrics, self.attributes, self.refused = request.asked()
        self._currency: str | None = None
        self._known_times: set[str] = set()

    def without(self, names: Sequence[str]) -> None:
        """Expect no longer what TikTok refused."""
        self.metrics = tuple(name for name in self.metrics if name not in names)
        self.attributes = tuple(name for name in self.attributes if name not in names)

    def read(self, row: object) -> ReportRow | RejectedRow:
        """Return the row, or why it cannot be read."""
        try:
            return self._read(row)
        except _RowError as error:
            return RejectedRow(str(error), without_decimals(row))

    def _read(self, row: object) -> ReportRow:
        if not isinstance(row, dict):
            raise _RowError("row: no object")
        dimensions = _object(row, "dimensions")
        values = _object(row, "metrics")
        attributes = {name: text(values.get(name)) for name in self.attributes}
        self._check_advertiser(dimensions, values)
        entity_id = identifier(dimensions.get(self._entity))
        if entity_id is None:
            raise _RowError(f"{self._entity}: missing or no id")
        result = ReportRow(
            self._stat_time(dimensions.get(self._request.time_dimension)),
            entity_id,
            {name: _number(values, name) for name in self.metrics},
            attributes,
        )
        self._check_currency(attributes.get("currency"))
        return result

    def _stat_time(self, value: object) -> str:
        if isinstance(value, str) and value in self._known_times:
            return value
        name = self._request.time_dimension
        if not isinstance(value, str) or not _STAT_TIME.fullmatch(value):
            raise _RowError(f"{name}: missing or not like 2026-10-31 05:00:00")
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise _RowError(f"{name}: no date and hour of the calendar") from None
        if not self._request.start_date <= moment.date() <= self._request.end_date:
            raise _RowError(f"{name}: outside the dates that were asked for")
        if name == "stat_time_day" and moment.hour:
            raise _RowError(f"{name}: a day does not begin at this hour")
        self._known_times.add(value)
        return value

    def _check_advertiser(
        self, dimensions: Mapping[str, object], values: Mapping[str, object]
    ) -> None:
        for fields in (dimensions, values):
            if "advertiser_id" not in fields:
                continue
            other = identifier(fields["advertiser_id"])
            if other is not None and other != self._request.advertiser_id:
                raise _RowError("advertiser_id: of another advertiser")

    def _check_currency(self, currency: str | None) -> None:
        if currency is None:
            return
        if self._currency is not None and currency != self._currency:
            raise _RowError("currency: other than in the rows before")
        self._currency = currency


class _RowError(ValueError):
    """Why a row cannot be read: the field, then the problem, never the value."""


def halves(request: ReportRequest) -> tuple[tuple[date, date], tuple[date, date]]:
    """Return the first and the second half of a range of two days or more."""
    middle = request.start_date + timedelta(days=request.days // 2 - 1)
    return (request.start_date, middle), (middle + timedelta(days=1), request.end_date)


def _object(row: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = row.get(name)
    if not isinstance(value, dict):
        raise _RowError(f"{name}: missing or no object")
    return value


def _number(values: Mapping[str, object], name: str) -> Decimal | None:
    if name not in values:
        if name == "spend":
            raise _RowError("spend: missing")
        return None
    value = values[name]
    if value is None or value == "-":
        return None
    word = value if isinstance(value, str) else text(value)
    try:
        number = _exactly(word or "")
    except ValueError:
        raise _RowError(f"{name}: no number") from None
    if number < 0 and name in _COUNTS:
        raise _RowError(f"{name}: negative")
    return number


@lru_cache(maxsize=4096)
def _exactly(word: str) -> Decimal:
    """Return the number that a word says; most words of a report come again and again."""
    if not _NUMBER.fullmatch(word):
        raise ValueError("no number")
    return Decimal(word)
