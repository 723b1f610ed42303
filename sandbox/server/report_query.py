"""The parameters of a BASIC report, read and checked as TikTok does.

TikTok: "Run a synchronous report", "Create an asynchronous report task".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import orjson

from sandbox.server.envelope import ApiError, Code, invalid
from sandbox.server.objects import check_status
from sandbox.server.params import MISSING, required
from sandbox.server.report_metrics import METRICS, invalid_metrics

if TYPE_CHECKING:
    from datetime import date

    from sandbox.server.params import Params
    from sandbox.server.state import Call
    from sandbox.server.switches import Switches

ENTITY = {
    "AUCTION_AD": "ad_id",
    "AUCTION_ADGROUP": "adgroup_id",
    "AUCTION_CAMPAIGN": "campaign_id",
    "AUCTION_ADVERTISER": "advertiser_id",
}
STATUS_FIELDS = {
    "ad_status": "AUCTION_AD",
    "adgroup_status": "AUCTION_ADGROUP",
    "campaign_status": "AUCTION_CAMPAIGN",
}
ID_FIELDS = {"campaign_ids": "campaign_id", "adgroup_ids": "adgroup_id", "ad_ids": "ad_id"}
ORIGINS = "campaign_system_origins"
ALL_ORIGINS = ("TT_ADS_PLATFORM", "PROMOTE")
BUYING = "buying_type"
TOP_VIEW = "RESERVATION_TOP_VIEW"
ALL_BUYING = ("AUCTION", "RESERVATION_RF", TOP_VIEW)
DEPRECATED_LEVELS = tuple(level.replace("AUCTION", "RESERVATION") for level in ENTITY)
TIMES = ("stat_time_day", "stat_time_hour")
_NOT_SERVED = """
ad_id_v2 country_code ad_type custom_event_type event_source_id page_id component_name room_id
post_id image_id video_material_id search_terms
"""
OTHER_DIMENSIONS = frozenset(_NOT_SERVED.split())
REPORT_TYPES = ("BASIC", "AUDIENCE", "PLAYABLE_MATERIAL", "CATALOG", "BC", "TT_SHOP")
COMPARISONS = ("GREATER_EQUAL", "GREATER_THAN", "LOWER_EQUAL", "LOWER_THAN", "BETWEEN")
FILTER_TYPES = ("IN", "MATCH", *COMPARISONS)
IDS_A_FILTER, IDS_A_TASK = 100, 20_000
LONGEST_SPAN = 365
DEFAULT_METRICS = ["spend", "impressions"]
STATUS_DEFAULT = "STATUS_NOT_DELETE"


@dataclass(frozen=True)
class Filter:
    """One filter: its values are strings, whatever TikTok's JSON held."""

    field_name: str
    filter_type: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ReportQuery:
    """A checked report request without its page; equal queries have equal rows."""

    advertiser_id: str
    level: str
    entity: str | None  # ID dimension, if the rows have one
    by_time: str | None  # stat_time_day, stat_time_hour or neither
    metrics: tuple[str, ...]
    start: date | None  # None with query_lifetime
    end: date | None
    filters: tuple[Filter, ...] = ()
    order_field: str | None = None
    ascending: bool = False
    totals: bool = False
    hides_promoted: bool = False  # unless a filter asks for them
    hides_top_view: bool = False

    def statuses(self) -> tuple[str, ...]:
        """Return the status filter of the rows' own level."""
        for one in self.filters:
            if one.field_name in STATUS_FIELDS:
                return one.values
        return (STATUS_DEFAULT,)

    def origins(self) -> tuple[str, ...]:
        """Return where the campaigns in the report were made."""
        for one in self.filters:
            if one.field_name == ORIGINS:
                return one.values
        return ALL_ORIGINS[:1] if self.hides_promoted else ALL_ORIGINS

    def buying(self) -> tuple[str, ...]:
        """Return how the campaigns in the report were bought."""
        for one in self.filters:
            if one.field_name == BUYING:
                return one.values
        return ALL_BUYING[:2] if self.hides_top_view else ALL_BUYING


def read_query(call: Call, *, asynchronous: bool = False) -> ReportQuery:
    """Return the report that a call asks for, or raise ApiError."""
    params, switches = call.params, call.state.switches
    _only_basic(params)
    advertiser = call.advertiser()
    level = params.choice("data_level", (*ENTITY, *DEPRECATED_LEVELS))
    if level in DEPRECATED_LEVELS:
        raise ApiError(Code.NOT_IMPL, f"data_level {level} is deprecated, the sandbox has it not.")
    entity, by_time = _dimensions(params, level)
    lifetime = params.boolean("query_lifetime", default=False)
    if lifetime and by_time is not None:
        raise invalid("dimensions", f"{by_time} cannot be used with query_lifetime.")
    start, end = (None, None) if lifetime else _dates(params, by_time, switches, asynchronous)
    metrics = tuple(dict.fromkeys(params.strings("metrics") or DEFAULT_METRICS))
    _check_metrics(metrics, level, entity, by_time, switches)
    order_field = params.optional_text("order_field")
    if order_field is not None and (order_field not in METRICS or order_field not in metrics):
        raise invalid("order_field", f"{order_field} is not one of the metrics asked for.")
    totals = params.boolean("enable_total_metrics", default=False)
    if totals and by_time == "stat_time_hour":
        raise invalid("enable_total_metrics", "Cannot be used with stat_time_hour.")
    return ReportQuery(
        advertiser.advertiser_id,
        level,
        entity,
        by_time,
        metrics,
        start,
        end,
        filters=_filters(params, level, metrics, switches, asynchronous=asynchronous),
        order_field=order_field,
        ascending=params.choice("order_type", ("ASC", "DESC"), "DESC") == "ASC",
        totals=totals,
        hides_promoted=(
            not asynchronous
            and level != "AUCTION_ADVERTISER"
            and switches.promoted_in_reports == "hidden"
        ),
        hides_top_view=level != "AUCTION_ADVERTISER",
    )


def _only_basic(params: Params) -> None:
    report_type = params.choice("report_type", REPORT_TYPES)
    if report_type != "BASIC":
        raise ApiError(Code.NOT_IMPL, f"The sandbox has no {report_type} report, only BASIC.")
    for name in ("advertiser_ids", "bc_id"):
        if params.values.get(name):
            raise ApiError(Code.NOT_IMPL, f"The sandbox takes advertiser_id, not {name}.")
    if params.choice("service_type", ("AUCTION", "RESERVATION"), "AUCTION") != "AUCTION":
        raise ApiError(Code.NOT_IMPL, "The sandbox has no RESERVATION report.")


def _dimensions(params: Params, level: str) -> tuple[str | None, str | None]:
    dimensions = required(params.strings("dimensions"), "dimensions")
    ids = [one for one in dimensions if one in ENTITY.values()]
    times = [one for one in dimensions if one in TIMES]
    for one in dimensions:
        if one in OTHER_DIMENSIONS:
            raise ApiError(Code.NOT_IMPL, f"The sandbox has no dimension {one}.")
        if one not in ids and one not in times:
            raise invalid("dimensions", f"{one} is not a dimension.")
    for one in ids:
        if one != ENTITY[level]:
            message = f"dimension {one} does not match data_level {level}"
            raise ApiError(Code.PARAM_ERROR, message)
    if len(times) > 1:
        raise invalid("dimensions", "stat_time_day and stat_time_hour exclude each other.")
    if len(dimensions) != len(set(dimensions)):
        raise invalid("dimensions", "A dimension is named twice.")
    return (ids[0] if ids else None), (times[0] if times else None)


def _dates(
    params: Params,
    by_time: str | None,
    switches: Switches,
    asynchronous: bool,  # noqa: FBT001 - positional in one private call
) -> tuple[date, date]:
    start, end = params.day("start_date"), params.day("end_date")
    days = (end - start).days + 1
    if days < 1:
        raise invalid("start_date", "Must not be after end_date.")
    if asynchronous:
        return start, end
    limit = {"stat_time_hour": 1, "stat_time_day": switches.day_span}.get(
        by_time or "", LONGEST_SPAN
    )
    if days > limit:
        named = {"stat_time_hour": "1 day", "stat_time_day": "30 days"}.get(by_time or "")
        message = (
            f"max time span is {named} when use {by_time}"
            if named
            else f"max time span is {LONGEST_SPAN} days"
        )
        raise ApiError(Code.PARAM_ERROR, message)
    return start, end


def _check_metrics(
    metrics: tuple[str, ...],
    level: str,
    entity: str | None,
    by_time: str | None,
    switches: Switches,
) -> None:
    refused = invalid_metrics(metrics, level, by_id=entity is not None, by_time=by_time)
    if refused:
        raise ApiError(
            Code.PARAM_ERROR,
            "Please correct the information in invalid metric fields and try again. "
            f"Invalid metric fields: {refused}. ",
        )
    unique = [one for one in metrics if one in METRICS and METRICS[one].unique]
    if unique and by_time == "stat_time_hour" and switches.hourly_reach == "conflict":
        raise ApiError(
            Code.PARAM_ERROR,
            "Conflict occurs. The input params including metrics and dimensions have no relation.",
        )


def _filters(
    params: Params,
    level: str,
    metrics: tuple[str, ...],
    switches: Switches,
    *,
    asynchronous: bool,
) -> tuple[Filter, ...]:
    filters = []
    for position, spec in enumerate(params.objects("filtering")):
        where = f"filtering.{position}"
        kind = spec.choice("filter_type", FILTER_TYPES)
        one = Filter(spec.text("field_name"), kind, _filter_values(spec, where))
        if one.field_name in ID_FIELDS:
            _check_ids(one, where, IDS_A_TASK if asynchronous else IDS_A_FILTER)
        elif asynchronous:
            reason = "A task takes campaign_ids, adgroup_ids and ad_ids."
            raise invalid(f"{where}.field_name", reason)
        elif one.field_name in STATUS_FIELDS:
            _check_statuses(one, where, level)
        elif one.field_name == ORIGINS:
            _check_origins(one, where)
        elif one.field_name == BUYING and level != "AUCTION_ADVERTISER":
            _check_buying(one, where, switches)
        elif one.field_name in METRICS and one.field_name in metrics and kind in COMPARISONS:
            _check_bounds(one, where)
        else:
            raise invalid(f"{where}.field_name", f"{one.field_name} is not a field to filter by.")
        filters.append(one)
    return tuple(filters)


def _check_ids(one: Filter, where: str, most: int) -> None:
    if one.filter_type != "IN":
        raise invalid(f"{where}.filter_type", f"{one.field_name} takes IN.")
    if len(one.values) > most:
        raise invalid(f"{where}.filter_value", f"At most {most} ids.")


def _check_statuses(one: Filter, where: str, level: str) -> None:
    if STATUS_FIELDS[one.field_name] != level:
        reason = f"{one.field_name} does not match data_level {level}."
        raise invalid(f"{where}.field_name", reason)
    for value in one.values:
        check_status(value, f"{where}.filter_value")


def _check_origins(one: Filter, where: str) -> None:
    for value in one.values:
        if value not in ALL_ORIGINS:
            raise invalid(f"{where}.filter_value", f"Must be one of: {', '.join(ALL_ORIGINS)}.")


def _check_buying(one: Filter, where: str, switches: Switches) -> None:
    for value in one.values:
        if value not in ALL_BUYING:
            raise invalid(f"{where}.filter_value", f"Must be one of: {', '.join(ALL_BUYING)}.")
    if TOP_VIEW in one.values and len(one.values) > 1 and switches.top_view_in_reports == "alone":
        raise ApiError(
            Code.PARAM_ERROR,
            f"The value '{TOP_VIEW}' cannot be combined with other enum values for this parameter",
        )


def _check_bounds(one: Filter, where: str) -> None:
    if len(one.values) != (2 if one.filter_type == "BETWEEN" else 1):
        raise invalid(f"{where}.filter_value", "BETWEEN takes two numbers, the others one.")
    for value in one.values:
        try:
            finite = Decimal(value).is_finite()
        except InvalidOperation:
            finite = False
        if not finite:
            raise invalid(f"{where}.filter_value", "Not a valid number.")


def _filter_values(spec: Params, where: str) -> tuple[str, ...]:
    raw = spec.values.get("filter_value")
    if raw is None or raw == "":
        raise invalid(f"{where}.filter_value", MISSING)
    if not isinstance(raw, str):
        raise invalid(f"{where}.filter_value", "Not a valid string.")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        value = raw
    values = value if isinstance(value, list) else [value]
    if not values or any(isinstance(one, dict | list | bool) for one in values):
        raise invalid(f"{where}.filter_value", "Not a valid value.")
    return tuple(str(one) for one in values)
