"""A report is complete only when its pages add up; otherwise it says why."""

from __future__ import annotations

import tracemalloc
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.api.errors import (
    TikTokReauthoriseError,
)
from airflow_provider_tiktok.api.reports import (
    ReportReader,
    ReportRequest,
    ReportRow,
    read_report,
)
from tests.unit.api.flow import Script, client_of, coded, ok

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_tiktok.api.messages import ApiRequest, ApiResponse

DAY = date(2026, 10, 31)
HOURS = ReportRequest("7", "AUCTION_AD", "stat_time_hour", DAY, DAY)
PAGE_SIZE = 1000


def row(number: int, spend: str = "1.00", day: date = DAY) -> dict[str, Any]:
    return {
        "dimensions": {"ad_id": str(10**18 + number), "stat_time_hour": f"{day} 05:00:00"},
        "metrics": {"spend": spend},
    }


def page_of(rows: list[Any], request: ApiRequest, **info: Any) -> ApiResponse:
    """Answer as TikTok does; `info` overrides page_info."""
    page, size = request.query["page"], request.query["page_size"]
    assert isinstance(page, int)
    assert isinstance(size, int)
    page_info = {
        "page": page,
        "page_size": size,
        "total_number": len(rows),
        "total_page": -(-len(rows) // size),
    } | info
    return ok({"list": rows[(page - 1) * size : page * size], "page_info": page_info})


def read(answers: Callable[[ApiRequest], Any], request: ReportRequest = HOURS) -> ReportReader:
    reader = read_report(client_of(Script(answers)), request)
    for _ in reader:
        pass
    return reader


def page_number(request: ApiRequest) -> int:
    page = request.query["page"]
    assert isinstance(page, int)
    return page


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2500])
def test_a_report_of_any_length_is_complete_and_every_row_comes_once(count: int) -> None:
    rows = [row(number) for number in range(count)]
    reader = read_report(client_of(Script(lambda request: page_of(rows, request))), HOURS)
    ids = [
        found.entity_id for page in reader for found in page.rows if isinstance(found, ReportRow)
    ]
    assert ids == [str(10**18 + number) for number in range(count)]
    assert (reader.is_complete, reader.incomplete_reason) == (True, None)
    assert (reader.rows_read, reader.total_number) == (count, count)
    assert len(reader.request_ids) == reader.pages == max(1, -(-count // PAGE_SIZE))


ROWS = [row(number) for number in range(2500)]
SHIFTED = [row(0), *ROWS]


def totals(request: ApiRequest, total: int) -> ApiResponse:
    return page_of(ROWS, request, total_number=2500 + total * page_number(request))


DRIFT: dict[str, tuple[str, Callable[[ApiRequest], ApiResponse]]] = {
    "total grows": (
        "totals_changed; rows_differ_from_total",
        lambda request: totals(request, 1),
    ),
    "total shrinks": (
        "totals_changed; rows_differ_from_total",
        lambda request: totals(request, -1),
    ),
    "page_info missing": (
        "page_info_missing",
        lambda request: ok({"list": ROWS[(page_number(request) - 1) * 1000 :][:1000]}),
    ),
    "total_page 0 with rows": (
        "totals_wrong",
        lambda request: page_of(ROWS[:3], request, total_page=0),
    ),
    "total_page as text": (
        "page_info_missing",
        lambda request: page_of([], request, total_page="1"),
    ),
    "a page repeats": (
        "repeated_key",
        lambda request: ok(
            {
                "list": ROWS[:1000],
                "page_info": {"page": page_number(request), "total_number": 3000, "total_page": 3},
            }
        ),
    ),
    "pages never end": (
        "totals_changed; never_ending_pages; rows_differ_from_total",
        lambda request: ok(
            {
                "list": [row(page_number(request) * 1000 + number) for number in range(1000)],
                "page_info": {"total_page": page_number(request) + 1, "total_number": 10**6},
            }
        ),
    ),
    "last page empty": (
        "rows_differ_from_total",
        lambda request: page_of(ROWS[:2000], request, total_number=2500, total_page=3),
    ),
    "page_size ignored": ("repeated_key; page_size_ignored; rows_differ_from_total", lambda _: ok(
        {"list": ROWS, "page_info": {"page": 1, "total_number": 2500, "total_page": 3}}
    )),
    "a short page": (
        "short_page",
        lambda request: ok(
            {
                "list": ROWS[(page_number(request) - 1) * 900 :][:900],
                "page_info": {"total_number": 2500, "total_page": 3},
            }
        ),
    ),
    "rows shift by one": (
        "repeated_key",
        lambda request: page_of(ROWS if page_number(request) == 1 else SHIFTED[:2500], request),
    ),
    "20,000 ids": (
        "truncated",
        lambda _: ok(
            {"list": ROWS[:1], "page_info": {"total_number": 1, "total_page": 1}},
            headers={"x-tt-ads-throttle": "Number of ad ids is equal or more than 20k"},
        ),
    ),
    "a row cannot be read": (
        "rejected_rows",
        lambda request: page_of([row(1), row(2, spend="1,5")], request),
    ),
    "a key twice in a page": ("repeated_key", lambda request: page_of([row(1), row(1)], request)),
    "same key, other value": (
        "repeated_key",
        lambda request: page_of([row(1), row(1, spend="2")], request),
    ),
    "taken in part": (
        "partial",
        lambda _: coded(
            20001, data={"list": ROWS[:1], "page_info": {"total_number": 1, "total_page": 1}}
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DRIFT)
def test_pages_that_do_not_add_up_make_the_report_incomplete(case: str) -> None:
    reason, answers = DRIFT[case]
    reader = read(answers)
    assert not reader.is_complete
    assert reader.incomplete_reason == reason
    assert reader.incomplete_reasons == tuple(reason.split("; "))
    assert reader.pages <= 2 * 3 + 10


def test_a_list_that_is_null_is_an_empty_report() -> None:
    info = {"page": 1, "total_number": 0, "total_page": 0}
    assert read(lambda _: ok({"list": None, "page_info": info})).is_complete


def test_everything_that_is_wrong_is_named() -> None:
    def answers(request: ApiRequest) -> ApiResponse:
        return page_of([row(1), row(1), row(2, spend="x")], request, total_number=4)

    reader = read(answers)
    assert reader.incomplete_reasons == ("repeated_key", "rejected_rows", "rows_differ_from_total")
    assert reader.incomplete_reason == "repeated_key; rejected_rows; rows_differ_from_total"


def test_rows_of_a_repeated_key_are_passed_on_and_counted() -> None:
    rows = [row(1), row(1, "2"), row(2), row(1, "3")]
    reader = read_report(client_of(Script(lambda request: page_of(rows, request))), HOURS)
    (page,) = reader
    assert [found.metrics["spend"] for found in page.rows if isinstance(found, ReportRow)] == [
        Decimal(word) for word in ("1", "2", "1", "3")
    ]
    assert (reader.repeated_keys, reader.incomplete_reason) == (2, "repeated_key")


def test_a_report_that_was_not_read_to_the_end_is_incomplete() -> None:
    reader = read_report(client_of(Script(lambda request: page_of(ROWS, request))), HOURS)
    assert reader.incomplete_reason == "not_read_to_the_end"
    assert not reader.is_complete
    next(iter(reader))
    assert reader.incomplete_reason == "not_read_to_the_end"
    with pytest.raises(RuntimeError, match="read once"):
        next(iter(reader))


def test_a_page_that_cannot_be_had_is_raised_and_leaves_the_report_incomplete() -> None:
    def answers(request: ApiRequest) -> ApiResponse:
        return page_of(ROWS, request) if page_number(request) < 3 else coded(40105)

    reader = read_report(client_of(Script(answers)), HOURS)
    pages = []
    with pytest.raises(TikTokReauthoriseError):
        pages.extend(reader)
    assert reader.incomplete_reason == "error"


@given(
    sizes=st.lists(st.integers(0, 1200), min_size=1, max_size=5),
    totals_of=st.lists(
        st.tuples(st.integers(-1, 6), st.integers(-1, 4000)), min_size=5, max_size=5
    ),
)
def test_any_paging_ends_and_is_complete_only_when_it_adds_up(
    sizes: list[int], totals_of: list[tuple[int, int]]
) -> None:
    sent = []

    def answers(request: ApiRequest) -> ApiResponse:
        page = page_number(request)
        count = sizes[(page - 1) % len(sizes)]
        total_page, total_number = totals_of[(page - 1) % len(totals_of)]
        sent.append((count, total_number))
        rows = [row(page * 10_000 + number) for number in range(count)]
        return ok(
            {"list": rows, "page_info": {"total_page": total_page, "total_number": total_number}}
        )

    reader = read(answers)
    if reader.is_complete:
        assert sum(count for count, _ in sent) == sent[0][1]
        assert len({total for _, total in sent}) == 1


def test_memory_does_not_grow_with_the_report() -> None:
    pages = 16

    def answers(request: ApiRequest) -> ApiResponse:
        rows = [row(page_number(request) * 1000 + number) for number in range(1000)]
        return ok({"list": rows, "page_info": {"total_page": pages, "total_number": pages * 1000}})

    script = Script(answers)
    reader = read_report(client_of(script), HOURS)
    tracemalloc.start()
    held = []
    for _ in reader:
        script.requests.clear()
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert reader.is_complete
    # 12,000 rows more are a table of keys that has doubled, and no rows.
    assert held[-1] - held[3] < 12_000 * 64
