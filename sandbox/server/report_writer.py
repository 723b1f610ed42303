"""From a row to TikTok's JSON text. Written per query, once, so that a large report is quick."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.server.report_metrics import METRICS, NOT_AVAILABLE, Sums, text
from sandbox.server.report_rows import Row

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.server.report_metrics import Metric
    from sandbox.server.report_query import ReportQuery
    from sandbox.server.state import State

HOUR = timedelta(hours=1)
DASH = f'"{NOT_AVAILABLE}"'
# Attributes, and the id by which an object finds the one they name.
NAMED_BY = {
    "campaign_id": "campaign_id",
    "campaign_name": "campaign_id",
    "adgroup_id": "adgroup_id",
    "adgroup_name": "adgroup_id",
    "ad_name": "ad_id",
}
Value = Callable[[Row], str]  # the JSON text of one value


class RowWriter:
    """Writes the rows of one query; `objects` are those of its level by id."""

    def __init__(
        self, state: State, query: ReportQuery, at: datetime, objects: dict[str, Any]
    ) -> None:
        self._state = state
        self._query = query
        self._at = at
        self._objects = objects
        self._currency = state.advertisers[query.advertiser_id].currency
        self._time_form = f'"{query.by_time}":"%s"' if query.by_time else ""
        self._comma = "," if query.entity and query.by_time else ""
        # Most of a report is plain sums, written in one go, and names, which an object keeps.
        plain = [name for name in query.metrics if self._is_plain(name)]
        self._sums_of = attrgetter(*(METRICS[name].sum_of or name for name in plain), "last_hour")
        self._sums_form = "".join(f'"{name}":"%s",' for name in plain)
        self._names = [name for name in query.metrics if name not in METRICS]
        rest = [name for name in query.metrics if name not in (*plain, *self._names)]
        self._values = [(name, self._value_of(METRICS[name])) for name in rest]
        self._texts: dict[str | None, tuple[str, str]] = {}

    def text(self, row: Row) -> str:
        """Return a row: its dimensions, and its metrics and attributes as strings."""
        entity, _ = self._texts.get(row.entity_id) or self._texts_of(row.entity_id)
        time = self._time_form % row.label if self._time_form else ""
        return (
            f'{{"dimensions":{{{entity}{self._comma}{time}}},"metrics":{self._metrics_text(row)}}}'
        )

    def totals(self, rows: list[Row]) -> dict[str, str]:
        """Return total_metrics: sums of the rows, "-" for what does not add up."""
        total = Sums()
        for row in rows:
            total.add(row.sums)
        metrics: dict[str, str] = orjson.loads(self._metrics_text(Row(None, None, total)))
        return {
            name: value if name in METRICS and not METRICS[name].unique else NOT_AVAILABLE
            for name, value in metrics.items()
        }

    def _metrics_text(self, row: Row) -> str:
        _, names = self._texts.get(row.entity_id) or self._texts_of(row.entity_id)
        sums = self._sums_form % self._sums_of(row.sums)[:-1] if self._sums_form else ""
        rest = "".join([f'"{name}":{value(row)},' for name, value in self._values])
        return f"{{{(sums + rest + names)[:-1]}}}"

    def _texts_of(self, entity_id: str | None) -> tuple[str, str]:
        """Return the texts that all rows of an object share: its id, and its attributes."""
        number = self._state.switches.id_format == "number"
        value = str(entity_id) if number else f'"{entity_id}"'
        own = "" if entity_id is None else f'"{self._query.entity}":{value}'
        names = "".join(f'"{name}":{self._attribute_of(name, entity_id)},' for name in self._names)
        self._texts[entity_id] = own, names
        return own, names

    def _is_plain(self, name: str) -> bool:
        metric = METRICS.get(name)
        counts = self._state.switches.count_format == "plain"
        return counts and metric is not None and metric.sum_of is not None

    def _value_of(self, metric: Metric) -> Value:
        if metric.unique and self._query.by_time == "stat_time_hour":
            return lambda _: DASH
        compute = metric.value
        decimal_counts = self._state.switches.count_format == "decimal"
        if not metric.late_hours or not self._state.switches.late_metrics:
            return lambda row: f'"{text(compute(row.sums), decimal_counts=decimal_counts)}"'
        known_until = self._at - HOUR * (1 + metric.late_hours)

        def value(row: Row) -> str:
            if row.sums.last_hour is not None and row.sums.last_hour > known_until:
                return DASH
            return f'"{text(compute(row.sums), decimal_counts=decimal_counts)}"'

        return value

    def _attribute_of(self, name: str, entity_id: str | None) -> str:
        if name == "currency":
            return json.dumps(self._currency)
        one = self._objects.get(entity_id or "")
        # TikTok also has metrics with nothing behind them in the world.
        is_known = one is not None and name in NAMED_BY
        return json.dumps(self._attribute(name, one)) if is_known else DASH

    def _attribute(self, name: str, one: Any) -> str:
        own = getattr(one, name, None)
        return own or self._parent_names[name].get(getattr(one, NAMED_BY[name]), NOT_AVAILABLE)

    @cached_property
    def _parent_names(self) -> dict[str, dict[str, str]]:
        campaigns, groups = self._state.campaigns(self._at), self._state.world.ad_groups
        return {
            "campaign_name": {one.campaign_id: one.campaign_name for one in campaigns},
            "adgroup_name": {one.adgroup_id: one.adgroup_name for one in groups},
        }
