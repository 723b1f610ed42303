"""Read the synchronous report page by page (TikTok: Run a synchronous report)."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.errors import (
    ErrorClass,
    Outcome,
    TikTokAnswerError,
    TikTokConfigurationError,
    TikTokError,
    TikTokRequestError,
    TikTokShrinkError,
)
from airflow_provider_tiktok.api.fields import items, members
from airflow_provider_tiktok.api.messages import ApiRequest, compact_json
from airflow_provider_tiktok.api.paging import PageCheck
from airflow_provider_tiktok.api.report_catalogue import LEVELS
from airflow_provider_tiktok.api.report_pull import ReportPage, ReportReader
from airflow_provider_tiktok.api.report_rows import (
    RejectedRow,
    ReportRequest,
    ReportRow,
    halves,
)
from airflow_provider_tiktok.api.report_tasks import (
    TaskStatus,
    cancel_task,
    check_task,
    create_task,
    download_task,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from airflow_provider_tiktok.api.client import TikTokClient

__all__ = [
    "RejectedRow",
    "ReportPage",
    "ReportReader",
    "ReportRequest",
    "ReportRow",
    "TaskStatus",
    "cancel_task",
    "check_task",
    "create_task",
    "download_task",
    "read_report",
]

log = logging.getLogger(__name__)

PAGE_SIZE = 1000
SMALLEST_PAGE_SIZE = 125

# "Invalid metric fields: ['voucher_spend', 'cash_spend']." comes with code 40002.
_INVALID_METRICS = re.compile(r"Invalid metric fields: \[([^\]]*)\]")
_QUOTED = re.compile(r"['\"]([^'\"]+)['\"]")
_PARAM_ERROR = 40002
_ORIGINS = "campaign_system_origins"
_BUYING = "buying_type"
_TOP_VIEW = "RESERVATION_TOP_VIEW"
_ALL_BUYING = ("AUCTION", "RESERVATION_RF", _TOP_VIEW)


def read_report(client: TikTokClient, request: ReportRequest) -> ReportReader:
    """Return a reader of the report; nothing is sent before it is iterated.

    Deleted objects, promoted ads and TopView are included. A metric that TikTok refuses is set
    aside (`skipped_metrics`) and the rest goes on; so is the filter for promoted ads, but the
    report then counts as incomplete. TopView is asked for alone where TikTok refuses to mix it, and
    left out where it refuses that too: it is sold on request only. A time-out is answered by asking
    for less: half the dates, then half the page. Raises ValueError for more days than TikTok takes
    at once (1 by the hour, 30 by the day).
    """
    request.check_span()
    return _SyncReport(client, request)


class _SyncReport(ReportReader):
    def __init__(self, client: TikTokClient, request: ReportRequest) -> None:
        super().__init__(request)
        self._client = client
        self._include_promoted = request.include_promoted
        has_filters = LEVELS[request.data_level].status_field is not None
        self._buying: tuple[str, ...] = _ALL_BUYING if has_filters else ()
        self._owes_top_view = False

    def _read_pages(self) -> Iterator[ReportPage]:
        yield from self._read_ranges()
        if self._owes_top_view:
            self._buying = (_TOP_VIEW,)
            try:
                yield from self._read_ranges()
            except _NoTopViewError as error:
                log.warning(
                    "%s of advertiser %s without TopView: %s",
                    self.request.data_level,
                    self.request.advertiser_id,
                    error,
                )
                self._skipped.append(_BUYING)

    def _read_ranges(self) -> Iterator[ReportPage]:
        ranges = [(self.request.start_date, self.request.end_date)]
        while ranges:
            first, last = ranges.pop(0)
            part = replace(self.request, start_date=first, end_date=last)
            is_too_long = yield from self._read_range(part)
            if is_too_long:
                ranges[:0] = halves(part)

    def _read_range(self, part: ReportRequest) -> Generator[ReportPage, None, bool]:
        """Yield the pages of one range of dates; return True when it must be halved first."""
        check = PageCheck(PAGE_SIZE)
        page, goes_on = 1, True
        try:
            while goes_on:
                try:
                    outcome = self._fetch(part, page, check.page_size)
                except TikTokShrinkError:
                    if page == 1 and part.days > 1:
                        return True
                    page = check.halve(page)
                    continue
                data = members(outcome.data)
                rows = items(data.get("list"))
                goes_on = check.see(page, len(rows), data.get("page_info"))
                yield self._page(page, rows, check, outcome)
                page += 1
        finally:
            if check.total_number is not None:
                self.total_number = (self.total_number or 0) + check.total_number
        check.finish()
        self._note(*check.problems)
        return False

    def _page(
        self, page: int, rows: list[object], check: PageCheck, outcome: Outcome
    ) -> ReportPage:
        if outcome.request_id:
            self.request_ids.append(outcome.request_id)
        if outcome.throttle_header:
            self._note("truncated")
        if not outcome.is_success:
            self._note("partial")
        return ReportPage(
            rows=self._take(rows),
            page=page,
            total_page=check.total_page,
            total_number=check.total_number,
            request_id=outcome.request_id,
            throttle_header=outcome.throttle_header,
        )

    def _fetch(self, part: ReportRequest, page: int, page_size: int) -> Outcome:
        can_shrink = page_size > SMALLEST_PAGE_SIZE or (page == 1 and part.days > 1)
        while True:
            try:
                return self._client.call_outcome(
                    self._request_for(part, page, page_size), can_shrink=can_shrink
                )
            except (TikTokRequestError, TikTokConfigurationError) as error:
                self._do_without(error, page)
            except TikTokAnswerError as error:
                if error.outcome.error_class is not ErrorClass.PARTIAL:
                    raise
                return error.outcome

    def _do_without(self, error: TikTokError, page: int) -> None:
        """Leave out what TikTok refuses, if the report can go on without; else raise."""
        message = error.outcome.message
        if self._buying == (_TOP_VIEW,) and page == 1:
            raise _NoTopViewError(str(error))
        if self._buying and error.outcome.code == _PARAM_ERROR and _is_about_buying(message):
            self._buying, self._owes_top_view = (), True
            return
        refused = self._refused(error.outcome)
        if not refused:
            raise error
        self._skip(refused)
        if _ORIGINS in refused:
            self._include_promoted = False
            self._note("promoted_missing")

    def _refused(self, outcome: Outcome) -> list[str]:
        """Return what TikTok refuses and the report can do without, [] when it cannot go on."""
        if self._include_promoted and outcome.code == _PARAM_ERROR and _ORIGINS in outcome.message:
            return [_ORIGINS]
        found = _INVALID_METRICS.search(outcome.message)
        if outcome.code != _PARAM_ERROR or found is None:
            return []
        asked = (*self._reader.metrics, *self._reader.attributes)
        refused = [name for name in _QUOTED.findall(found[1]) if name in asked]
        return refused if set(self._reader.metrics) - set(refused) else []

    def _request_for(self, part: ReportRequest, page: int, page_size: int) -> ApiRequest:
        level = LEVELS[part.data_level]
        metrics = self._reader.metrics
        query: dict[str, object] = {
            "advertiser_id": part.advertiser_id,
            "report_type": "BASIC",
            "data_level": part.data_level,
            "dimensions": [level.entity, part.time_dimension],
            "metrics": [*metrics, *self._reader.attributes],
            "start_date": str(part.start_date),
            "end_date": str(part.end_date),
            # Without an order, TikTok promises none from page to page.
            "order_field": "spend" if "spend" in metrics else metrics[0],
            "order_type": "ASC",
            "page": page,
            "page_size": page_size,
        }
        conditions = _conditions(part, self._buying, include_promoted=self._include_promoted)
        if conditions:
            query["filtering"] = conditions
        return ApiRequest("GET", "report/integrated/get/", query=query)


class _NoTopViewError(Exception):
    """TikTok refuses to report TopView even alone."""


def _is_about_buying(message: str) -> bool:
    return _BUYING in message or _TOP_VIEW in message


def _conditions(
    part: ReportRequest, buying: tuple[str, ...], *, include_promoted: bool
) -> list[dict[str, str]]:
    """Return the filters that switch off TikTok's own, which hide rows."""
    status_field = LEVELS[part.data_level].status_field
    if status_field is None:  # the advertiser level has all of the account's spend
        return []
    shown: dict[str, Sequence[str]] = {status_field: ["STATUS_ALL"]}
    if include_promoted:
        shown[_ORIGINS] = ["TT_ADS_PLATFORM", "PROMOTE"]
    if buying:
        shown[_BUYING] = buying
    return [
        {"field_name": name, "filter_type": "IN", "filter_value": compact_json(values)}
        for name, values in shown.items()
    ]
