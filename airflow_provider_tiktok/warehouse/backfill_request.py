"""What a backfill is asked for, checked, and cut into slices. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from airflow_provider_tiktok.events.settings import LONGEST_AGE
from airflow_provider_tiktok.warehouse.database import WarehouseError
from airflow_provider_tiktok.warehouse.outbox_scope import ExportScope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Kind = Literal["spend", "conversions", "refunds", "delivery"]
SPEND = "spend"
EVENT_KINDS = ("conversions", "refunds")
WHAT = (SPEND, *EVENT_KINDS)
# Airflow maps a task over at most 1,024; less are easier to look at.
MOST_SLICES = 400
SPEND_DAYS_A_SLICE = 7
# Reading an export view costs the same for a day as for a month.
EVENT_DAYS_A_SLICE = 31
DAY = timedelta(days=1)


class BackfillError(WarehouseError):
    """A backfill cannot be what it is asked to be; the message says why and what to ask instead."""


@dataclass(frozen=True, slots=True)
class BackfillRequest:
    """What to bring up to date: spend of account-local days, events of UTC days, both included.

    Advertisers are empty when spend is not asked for, and event source ids (pixel codes) when
    events are not. `event_source` None is every source. `pace` is a share of the quota.
    """

    connection_id: str
    what: tuple[str, ...]
    first_day: date
    last_day: date
    advertiser_ids: tuple[str, ...] = ()
    event_source_ids: tuple[str, ...] = ()
    event_source: str | None = None
    pace: float = 0.5

    @property
    def request_hash(self) -> str:
        """The MD5 by which the same request is known again; how fast it goes is no part of it."""
        asked = {name: value for name, value in asdict(self).items() if name != "pace"}
        text = json.dumps(asked, sort_keys=True, default=str)
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    @property
    def event_kinds(self) -> tuple[str, ...]:
        """Which kinds of events are asked for."""
        return tuple(kind for kind in EVENT_KINDS if kind in self.what)

    def scope(self, first_day: date, last_day: date) -> ExportScope:
        """Return the events of some of its days."""
        return ExportScope(
            since=datetime.combine(first_day, time(), UTC),
            until=datetime.combine(last_day + DAY, time(), UTC),
            event_source_ids=self.event_source_ids,
            event_source=self.event_source,
        )


@dataclass(frozen=True, slots=True)
class PlannedSlice:
    """A part that is done or repeated as one; `subject` is an advertiser, a view or a pixel."""

    kind: Kind
    subject: str
    first_day: date
    last_day: date


def read_what(text: str) -> tuple[str, ...]:
    """Return what is asked for, out of words with commas.

    :raises BackfillError: nothing, or something that is no part of a backfill.
    """
    asked = {word.strip() for word in text.split(",") if word.strip()}
    if not asked or asked - set(WHAT):
        raise BackfillError(f"what is {text!r}; choose some of {', '.join(WHAT)}.")
    return tuple(name for name in WHAT if name in asked)


def read_days(from_date: str, to_date: str, *, today: date) -> tuple[date, date]:
    """Return the first and the last day of an inclusive range.

    :param today: the newest day that any account has begun.
    :raises BackfillError: a date cannot be read, or the range is empty or not all of it has begun.
    """
    try:
        first, last = date.fromisoformat(from_date), date.fromisoformat(to_date)
    except ValueError:
        raise BackfillError(
            f"{from_date!r} to {to_date!r} is no range of days: give both as 2026-11-30.",
        ) from None
    if last < first:
        raise BackfillError(f"The range ends ({last}) before it begins ({first}): swap the dates.")
    if last > today:
        word = "begins" if first > today else "ends"
        day = first if first > today else last
        raise BackfillError(f"The range {word} on {day}, a day that has begun nowhere yet.")
    return first, last


def read_event_source(text: str) -> str | None:
    """Return the source to keep to, None for all.

    :raises BackfillError: TikTok has no such source for pixels and event sets.
    """
    source = text.strip().lower()
    if source in {"", "all"}:
        return None
    if source not in LONGEST_AGE:
        raise BackfillError(f"event source is {text!r}; choose all, {', '.join(LONGEST_AGE)}.")
    return source


def read_pace(text: str) -> float:
    """Return the share of the quota to use.

    :raises BackfillError: it is no number above 0 and up to 1.
    """
    try:
        pace = float(text)
    except ValueError:
        pace = 0.0
    if not 0.0 < pace <= 1.0:
        raise BackfillError(f"pace is {text!r}; it is a share of the quota, such as 0.5, up to 1.")
    return pace


def read_chosen(text: str, known: Sequence[str], *, what: str, where: str) -> tuple[str, ...]:
    """Return the codes that are named with commas, or all that are known when none is named.

    :param what: "advertiser" or "pixel", for the message.
    :param where: what to do to make one known.
    :raises BackfillError: a code that is not known, or none is known at all.
    """
    named = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    unknown = [code for code in named if code not in known]
    if unknown:
        raise BackfillError(
            f"No {what} {unknown[0]} is known and switched on; {_shown(known)}. {where}",
        )
    if not known:
        raise BackfillError(f"No {what} is known and switched on. {where}")
    return named or tuple(known)


def check_age(
    request: BackfillRequest,
    *,
    now: datetime,
    longest_age: Mapping[str, timedelta] = LONGEST_AGE,
) -> None:
    """Refuse events when all of the range is older than what TikTok takes.

    :raises BackfillError: says what the oldest day is that may be asked for.
    """
    if not request.event_kinds:
        return
    ages = [longest_age[request.event_source]] if request.event_source else longest_age.values()
    oldest = (now - max(ages)).date()
    if request.last_day < oldest:
        source = f"{request.event_source} events" if request.event_source else "events"
        raise BackfillError(
            f"The range ends on {request.last_day}; TikTok takes {source} of the last "
            f"{max(ages).days} days only, so from {oldest} on. Nothing of it could be sent.",
        )


def slices_of(request: BackfillRequest, relations: Mapping[str, str]) -> list[PlannedSlice]:
    """Return the slices of a request, the newest days first.

    :param relations: the export view of each kind of events.
    """
    days = (request.last_day - request.first_day).days + 1
    most = max(MOST_SLICES // max(len(request.advertiser_ids), 1), 1)
    spend_days = max(SPEND_DAYS_A_SLICE, -(-days // most))
    slices = [
        PlannedSlice("spend", advertiser_id, first, last)
        for first, last in _pieces(request, spend_days)
        for advertiser_id in request.advertiser_ids
    ]
    for kind in request.event_kinds:
        slices += [
            PlannedSlice(
                "conversions" if kind == "conversions" else "refunds", relations[kind], *ends
            )
            for ends in _pieces(request, max(EVENT_DAYS_A_SLICE, -(-days // MOST_SLICES)))
        ]
    slices += [
        PlannedSlice("delivery", code, request.first_day, request.last_day)
        for code in request.event_source_ids
    ]
    return slices


def _pieces(request: BackfillRequest, days: int) -> Iterator[tuple[date, date]]:
    last = request.last_day
    while last >= request.first_day:
        first = max(last - timedelta(days=days - 1), request.first_day)
        yield first, last
        last = first - DAY


def _shown(known: Sequence[str]) -> str:
    names = ", ".join(known[:5]) + (", …" if len(known) > 5 else "")  # noqa: PLR2004 - a sentence
    return f"known are {names}" if known else "none is"
