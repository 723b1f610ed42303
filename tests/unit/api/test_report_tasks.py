"""A report that TikTok prepares: created, checked, downloaded as CSV, cancelled."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.api.errors import TikTokAnswerError, TikTokRetryableError
from airflow_provider_tiktok.api.messages import ApiResponse, Failure, FileAnswer, TransportError
from airflow_provider_tiktok.api.reports import (
    RejectedRow,
    ReportRequest,
    ReportRow,
    cancel_task,
    check_task,
    create_task,
    download_task,
)
from tests.unit.api.flow import Script, client_of, coded, file_of, ok

YEAR = ReportRequest(
    "7",
    "AUCTION_AD",
    "stat_time_day",
    date(2026, 10, 1),
    date(2026, 10, 30),
    metrics=("spend", "clicks"),
)
HEADER = "ad_id,stat_time_day,spend,clicks,campaign_id,adgroup_id,currency"
LINES = [
    "1700000000000000001,2026-10-17 00:00:00,76.73,116.0,5,6,USD",
    "1700000000000000002,2026-10-17 00:00:00,-,,5,6,USD",
]
ADDRESS = "https://ads.tiktok.com/wsos_v2/statistics/object/wsos1?expire=1&sign=s1gn-of-the-test"


def csv_answer(*lines: str, ending: str = "\n") -> ApiResponse:
    return ApiResponse(200, {}, (ending.join(lines) + ending).encode())


def rows_of(script: Script) -> list[ReportRow | RejectedRow]:
    reader = download_task(client_of(script), YEAR, "t1")
    rows = [row for page in reader for row in page.rows]
    has_rejected = any(isinstance(row, RejectedRow) for row in rows)
    expected = ("deleted_may_be_missing",)
    assert reader.incomplete_reasons == (("rejected_rows", *expected) if has_rejected else expected)
    return rows


def test_a_task_asks_for_machine_names_and_counts_against_its_own_quota() -> None:
    script = Script([ok({"task_id": "t1"})])
    assert create_task(client_of(script), YEAR, output_format="CSV_DOWNLOAD") == "t1"
    body = json.loads(script.requests[0].body_bytes() or b"")
    assert body["enable_report_title_translation"] is False
    assert body["output_format"] == "CSV_DOWNLOAD"
    assert body["dimensions"] == ["ad_id", "stat_time_day"]
    assert "page" not in body
    assert script.requests[0].group == "report_task"


@pytest.mark.parametrize("status", ["QUEUING", "PROCESSING", "SUCCESS", "FAILED", "CANCELED"])
def test_the_state_of_a_task_is_returned(status: str) -> None:
    script = Script([ok({"status": status, "message": "why"})])
    found = check_task(client_of(script), "7", "t1")
    assert (found.status, found.message) == (status, "why")
    assert found.is_ended is (status not in {"QUEUING", "PROCESSING"})


@pytest.mark.parametrize("data", [None, {}, {"status": "DONE"}, {"status": None}, []])
def test_a_state_that_nobody_knows_is_an_error(data: object) -> None:
    with pytest.raises(TikTokAnswerError, match="task status"):
        check_task(client_of(Script([ok(data)])), "7", "t1")


def test_an_answer_without_a_task_id_is_an_error() -> None:
    with pytest.raises(TikTokAnswerError, match="task_id"):
        create_task(client_of(Script([ok({})])), YEAR)


def test_a_task_is_cancelled() -> None:
    script = Script([ok({"status": "CANCELED"})])
    cancel_task(client_of(script), "7", "t1")
    assert script.requests[0].path == "report/task/cancel/"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_a_csv_body_is_read_as_the_synchronous_report_is(ending: str, bom: str) -> None:
    first, second = rows_of(Script([csv_answer(bom + HEADER, *LINES, ending=ending)]))
    assert isinstance(first, ReportRow)
    assert isinstance(second, ReportRow)
    assert first.metrics == {"spend": Decimal("76.73"), "clicks": Decimal("116.0")}
    assert first.attributes == {"campaign_id": "5", "adgroup_id": "6", "currency": "USD"}
    assert second.metrics == {"spend": None, "clicks": None}


def test_only_the_advertiser_level_can_be_complete() -> None:
    request = replace(YEAR, data_level="AUCTION_ADVERTISER", attributes=())
    line = "7,2026-10-17 00:00:00,1.5,2"
    script = Script([csv_answer("advertiser_id,stat_time_day,spend,clicks", line)])
    reader = download_task(client_of(script), request, "t1")
    assert [len(page.rows) for page in reader] == [1]
    assert reader.is_complete


def test_a_task_may_span_more_days_than_a_synchronous_report() -> None:
    script = Script([ok({"task_id": "t1"})])
    year = replace(YEAR, start_date=date(2025, 11, 1), end_date=date(2026, 10, 31))
    assert create_task(client_of(script), year) == "t1"


def test_a_csv_body_without_a_last_line_ending_is_whole() -> None:
    answer = ApiResponse(200, {}, f"{HEADER}\n{LINES[0]}".encode())
    assert len(rows_of(Script([answer]))) == 1


def test_a_quoted_field_may_hold_commas_and_line_breaks() -> None:
    header = "ad_id,stat_time_day,spend,clicks,ad_name"
    line = '1,2026-10-17 00:00:00,1.5,2,"Autumn, ""new""\nsecond line"'
    (row,) = rows_of(Script([csv_answer(header, line)]))
    assert isinstance(row, ReportRow)


def test_a_line_with_too_few_fields_is_set_aside() -> None:
    rows = rows_of(Script([csv_answer(HEADER, "1,2026-10-17 00:00:00", LINES[0])]))
    assert [type(row) for row in rows] == [RejectedRow, ReportRow]


def test_a_column_that_is_missing_is_set_aside_with_a_warning() -> None:
    header = HEADER.replace(",clicks", "")
    script = Script([csv_answer(header, "1,2026-10-17 00:00:00,1.5,5,6,USD")])
    reader = download_task(client_of(script), YEAR, "t1")
    (page,) = reader
    assert reader.skipped_metrics == ("clicks",)
    assert isinstance(page.rows[0], ReportRow)


@pytest.mark.parametrize(
    "body",
    [
        b"Ad ID,Date,Cost\n1,2026-10-17,1\n",
        b"ad_id,ad_id,stat_time_day,spend,clicks\n1,1,2026-10-17 00:00:00,1,1\n",
        b"ad_id,stat_time_day,spend,clicks\n\xff\xfe\n",
        b"ad_id,stat_time_day,spend,clicks\n\xe2\x82",
        b"ad_id,stat_time_day,spend,clicks\n" + b"x" * 2_000_000,
        b"ad_id,stat_time_day,spend,clicks\n" + b'"' + b"x" * 200_000 + b'"\n',
        b"OK",
    ],
    ids=["titles", "columns", "not UTF-8", "cut character", "endless line", "long field", "OK"],
)
def test_a_file_that_is_no_report_is_an_error_with_the_reason(body: bytes) -> None:
    with pytest.raises(TikTokAnswerError, match="report/task/download/: the "):
        rows_of(Script([ApiResponse(200, {}, body)]))


@pytest.mark.parametrize("body", [b"", b"<html>maintenance</html>", b'{"message":"OK"}'])
def test_an_answer_that_is_neither_file_nor_envelope_is_an_error(body: bytes) -> None:
    with pytest.raises(TikTokAnswerError):
        rows_of(Script(lambda _: ApiResponse(200, {}, body)))


def test_a_task_that_is_not_ready_is_waited_for() -> None:
    script = Script([coded(40201), coded(40201), csv_answer(HEADER, *LINES)])
    assert len(rows_of(script)) == 2


def test_a_file_that_breaks_off_is_a_retryable_error() -> None:
    script = Script([ok({"download_url": ADDRESS})])

    def broken() -> object:
        yield f"{HEADER}\n{LINES[0]}\n".encode()
        raise TransportError(Failure.TRUNCATED, "the answer broke off", 200)

    script.files[ADDRESS] = FileAnswer(200, {}, broken(), lambda: None)  # type: ignore[arg-type]
    reader = download_task(client_of(script), YEAR, "t1")
    with pytest.raises(TikTokRetryableError):
        list(reader)
    assert reader.incomplete_reason == "error"


def test_a_download_address_is_followed_once_and_renewed_once() -> None:
    newer = ADDRESS.replace("wsos1", "wsos2")
    script = Script([ok({"download_url": ADDRESS}), ok({"download_url": newer})])
    script.files[ADDRESS] = file_of(b"expired", 403)
    script.files[newer] = file_of("\n".join([HEADER, *LINES]).encode())
    assert len(rows_of(script)) == 2
    assert script.downloads == [ADDRESS, newer]


def test_two_addresses_that_do_not_work_are_an_error() -> None:
    script = Script(lambda _: ok({"download_url": ADDRESS}))
    script.files[ADDRESS] = file_of(b"", 404)
    with pytest.raises(TikTokAnswerError, match="two download addresses"):
        rows_of(script)


@pytest.mark.parametrize("address", ["http://169.254.169.254/x", "https://evil.test/x?s=s1gn"])
def test_a_download_address_elsewhere_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(TikTokAnswerError) as caught:
        rows_of(Script([ok({"download_url": address})]))
    assert "evil" not in str(caught.value)
    assert "169.254" not in str(caught.value)


@given(
    lines=st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=8),
    piece=st.integers(1, 5),
)
def test_any_file_is_read_or_refused(lines: list[str], piece: int) -> None:
    script = Script([ok({"download_url": ADDRESS})])
    script.files[ADDRESS] = file_of("\n".join([HEADER, *lines]).encode(), piece=piece)
    reader = download_task(client_of(script), YEAR, "t1")
    try:
        rows = [row for page in reader for row in page.rows]
    except TikTokAnswerError:
        rows = []
    assert len(rows) == reader.rows_read or reader.incomplete_reason == "error"
