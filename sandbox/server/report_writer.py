"""From a row to TikTok's JSON text. Written per query, once, so that a large report is quick."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
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
        self._ids: dict[str | None, str] = {None: ""}
        self._metrics_form = ",".join(f'"{name}":%s' for name in query.metrics)
        self._values = [self._value_of(name) for name in query.metrics]

    def text(self, row: Row) -> str:
        """Return a row: its dimensions, and its metrics and attributes as strings."""
        entity = self._ids.get(row.entity_id)
        if entity is None:
            entity = self._ids[row.entity_id] = self._id_text(row.entity_id)
        time = f'"{self._query.by_time}":"{row.label}"' if self._query.by_time else ""
        comma = "," if entity and time else ""
        return f'{{"dimensions":{{{entity}{comma}{time}}},"metrics":{self._metrics_text(row)}}}'

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
        return "{" + self._metrics_form % tuple([value(row) for value in self._values]) + "}"

    def _id_text(self, entity_id: str | None) -> str:
        number = self._state.switches.id_format == "number"
        return f'"{self._query.entity}":' + (str(entity_id) if number else f'"{entity_id}"')

    def _value_of(self, name: str) -> Value:
        metric = METRICS.get(name)
        if metric is None:
            return self._attribute_of(name)
        if metric.unique and self._query.by_time == "stat_time_hour":
            return lambda _: DASH
        return self._metric_of(metric)

    def _metric_of(self, metric: Metric) -> Value:
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

    def _attribute_of(self, name: str) -> Value:
        if name == "currency":
            currency = json.dumps(self._currency)
            return lambda _: currency
        if name not in NAMED_BY:  # TikTok has the metric, the world has nothing behind it
            return lambda _: DASH
        known = {key: json.dumps(self._attribute(name, one)) for key, one in self._objects.items()}
        return lambda row: known.get(row.entity_id or "", DASH)

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
