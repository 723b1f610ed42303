"""From the world's cells (an ad, an hour) to the rows of one report, not yet written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.server.objects import shows
from sandbox.server.report_metrics import METRICS, Sums
from sandbox.server.report_query import ENTITY, ID_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.server.report_query import Filter, ReportQuery
    from sandbox.server.state import State
    from sandbox.server.switches import Switches
    from sandbox.world import Cell
    from sandbox.world.report import Dst

DST: dict[str, Dst] = {"merged": "merged", "twice": "twice", "missing": "missing"}
Key = tuple[str | None, str | None, datetime | None]  # entity, time label, and the hour if repeated


@dataclass
class Row:
    """One row before it is written: what it is about and what it adds up to."""

    entity_id: str | None
    label: str | None
    sums: Sums


class RowMaker:
    """Makes the rows of one query as TikTok knew them at `at`."""

    def __init__(self, state: State, query: ReportQuery, at: datetime) -> None:
        self._state = state
        self._world = state.world
        self._switches: Switches = state.switches
        self._query = query
        self._at = at
        self._advertiser = state.advertisers[query.advertiser_id]

    @cached_property
    def objects(self) -> dict[str, Any]:
        """Objects of the query's level by id, of this advertiser."""
        everything: Iterable[Any] = {
            "AUCTION_AD": self._state.ads(self._at),
            "AUCTION_ADGROUP": self._world.ad_groups,
            "AUCTION_CAMPAIGN": self._state.campaigns(self._at),
            "AUCTION_ADVERTISER": self._world.advertisers,
        }[self._query.level]
        name = ENTITY[self._query.level]
        mine = self._query.advertiser_id
        return {getattr(one, name): one for one in everything if one.advertiser_id == mine}

    def rows(self) -> list[Row]:
        """Return the rows, in the world's order unless the query sorts them."""
        query = self._query
        sums: dict[Key, Sums] = {}
        name = ENTITY[query.level]
        repeated = self._switches.dst_hours == "twice" and query.by_time == "stat_time_hour"
        visible = self._visible_ids()
        for cell, label in self._labelled_cells():
            entity_id = getattr(cell, name)
            if visible is not None and entity_id not in visible:
                continue
            key = (
                entity_id if query.entity else None,
                self._time(label),
                cell.utc_hour if repeated else None,
            )
            row = sums.get(key)
            if row is None:
                sums[key] = _first(cell)
            else:
                _add(row, cell)
        rows = [Row(entity_id, label, one) for (entity_id, label, _), one in sums.items()]
        rows = [row for row in rows if self._passes(row)]
        if query.order_field is not None:
            value = METRICS[query.order_field].value
            rows.sort(key=lambda row: value(row.sums), reverse=not query.ascending)
        return rows

    def newest(self, rows: list[Row], limit: int) -> list[Row] | None:
        """Return the rows of the newest `limit` ids, or None where there are fewer ids."""
        ids = {row.entity_id for row in rows if row.entity_id is not None}
        if self._query.level == "AUCTION_ADVERTISER" or len(ids) < limit:
            return None
        by_age = sorted(ids, key=lambda one: (self.objects[one].create_time, one), reverse=True)
        kept = set(by_age[:limit])
        return [row for row in rows if row.entity_id in kept]

    def _labelled_cells(self) -> Iterable[tuple[Cell, str]]:
        start, end = self._span()
        variant = self._switches.dst_hours
        if variant != "fixed_offset":
            for cell in self._cells(start, end, dst=DST[variant]):
                if self._keeps(cell):
                    yield cell, cell.stat_time_hour
            return
        zone = ZoneInfo(self._advertiser.timezone)
        day = timedelta(days=1)
        around = max(start, date.min + day) - day, min(end, date.max - day) + day
        for cell in self._cells(*around, dst="twice"):
            local = cell.utc_hour.astimezone(zone)
            if start <= local.date() <= end and self._keeps(cell):
                yield cell, local.strftime("%Y-%m-%d %H:00:00")

    def _cells(self, start: date, end: date, *, dst: Dst) -> Iterable[Cell]:
        return self._world.report_cells(
            self._query.advertiser_id, start_date=start, end_date=end, at=self._at, dst=dst
        )

    def _span(self) -> tuple[date, date]:
        if self._query.start is not None and self._query.end is not None:
            return self._query.start, self._query.end
        day = timedelta(days=1)
        return self._world.start.date() - day, self._world.end.date() + day

    def _time(self, label: str) -> str | None:
        if self._query.by_time == "stat_time_hour":
            return label
        return f"{label[:10]} 00:00:00" if self._query.by_time else None

    @cached_property
    def _id_filters(self) -> list[tuple[str, frozenset[str]]]:
        return [
            (ID_FIELDS[one.field_name], frozenset(one.values))
            for one in self._query.filters
            if one.field_name in ID_FIELDS
        ]

    @cached_property
    def _hidden_campaigns(self) -> frozenset[str]:
        origins, buying = self._query.origins(), self._query.buying()
        return frozenset(
            one.campaign_id
            for one in self._state.campaigns(self._at)
            if one.campaign_system_origin not in origins or one.buying_type not in buying
        )

    def _keeps(self, cell: Cell) -> bool:
        if cell.campaign_id in self._hidden_campaigns:
            return False
        filters = self._id_filters
        return not filters or all(getattr(cell, name) in ids for name, ids in filters)

    def _visible_ids(self) -> frozenset[str] | None:
        statuses = self._query.statuses()
        if self._query.level == "AUCTION_ADVERTISER" or "STATUS_ALL" in statuses:
            return None
        return frozenset(
            key
            for key, one in self.objects.items()
            if any(shows(one, status) for status in statuses)
        )

    def _passes(self, row: Row) -> bool:
        return all(
            _compares(Decimal(METRICS[one.field_name].value(row.sums)), one)
            for one in self._query.filters
            if one.field_name in METRICS
        )


def _first(cell: Cell) -> Sums:
    return Sums(
        cell.spend,
        cell.impressions,
        cell.clicks,
        cell.conversion,
        cell.complete_payment,
        cell.total_complete_payment_rate,
        cell.utc_hour,
    )


def _add(sums: Sums, cell: Cell) -> None:
    sums.spend += cell.spend
    sums.impressions += cell.impressions
    sums.clicks += cell.clicks
    sums.conversion += cell.conversion
    sums.complete_payment += cell.complete_payment
    sums.value += cell.total_complete_payment_rate
    if sums.last_hour is None or cell.utc_hour > sums.last_hour:
        sums.last_hour = cell.utc_hour


def _compares(value: Decimal, rule: Filter) -> bool:
    bounds = [Decimal(one) for one in rule.values]
    return {
        "GREATER_EQUAL": value >= bounds[0],
        "GREATER_THAN": value > bounds[0],
        "LOWER_EQUAL": value <= bounds[0],
        "LOWER_THAN": value < bounds[0],
        "BETWEEN": bounds[0] <= value <= bounds[-1],
    }[rule.filter_type]
