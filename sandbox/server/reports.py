"""`report/integrated/get`: the synchronous report, page by page from rows written once.

TikTok: "Run a synchronous report". Rows are as the world knew them at the start of the virtual
minute, so the pages of one reading agree while the clock runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from sandbox.server.envelope import ApiError, Code
from sandbox.server.report_query import read_query

if TYPE_CHECKING:
    from sandbox.server.messages import Response
    from sandbox.server.state import Call

ROWS_A_PAGE = 1_000
TRUNCATED = (
    "X-Tt-Ads-Throttle",
    (
        "Number of ad ids is equal or more than 20k, only return the top 20k id's results, "
        "sorting by create time desc order."
    ),
)


def integrated_report(call: Call) -> Response:
    """Answer one page of a synchronous report."""
    query = read_query(call)
    page, page_size = call.page(ROWS_A_PAGE)
    switches = call.state.switches
    report = call.state.reports.get(call.state, query, call.now)
    if 0 < switches.report_timeout_rows < len(report.rows):
        raise ApiError(
            Code.INTERNAL_TIME_OUT, "Internal service connection timeout. Please try again."
        )
    rows, truncated = report.rows, report.truncated
    if call.struck_by == "A18":
        rows, truncated = rows[: len(rows) // 2], True
    shown = _page_of(rows, page, page_size, switches.page_shift)
    data: dict[str, Any] = {
        "page_info": call.page_info(page, page_size, len(rows)),
        "list": orjson.Fragment("[" + ",".join(shown) + "]"),
    }
    if report.totals is not None and page == 1:
        data["total_metrics"] = report.totals
    return call.ok(data, head=(TRUNCATED,) if truncated else ())


def _page_of(rows: list[str], page: int, page_size: int, shift: int) -> list[str]:
    """Return a page; after the first one, `shift` rows from the end have moved to the front."""
    start = (page - 1) * page_size
    if page > 1 and shift and rows:
        shift %= len(rows)
        rows = rows[-shift:] + rows[:-shift]
    return rows[start : start + page_size]
