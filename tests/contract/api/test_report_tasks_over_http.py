"""Asynchronous reports as the sandbox prepares them: the same numbers as the synchronous ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.api.accounts import list_ads
from airflow_provider_tiktok.api.errors import (
    TikTokConfigurationError,
    TikTokRetryableError,
)
from airflow_provider_tiktok.api.reports import (
    ReportRequest,
    ReportRow,
    cancel_task,
    check_task,
    create_task,
    download_task,
)
from tests.contract.api.bench import US, Bench
from tests.contract.api.test_reports_over_http import DAYS, read

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMATS: list[Any] = ["CSV_STRING", "CSV_DOWNLOAD"]


def by_key(rows: Iterable[object]) -> dict[tuple[str, str], object]:
    return {
        (row.entity_id, row.stat_time): (row.metrics, row.attributes)
        for row in rows
        if isinstance(row, ReportRow)
    }


def downloaded(bench: Bench, request: ReportRequest, task_id: str) -> list[object]:
    reader = download_task(bench.client, request, task_id)
    rows = [row for page in reader for row in page.rows]
    assert reader.incomplete_reason == "deleted_may_be_missing"
    return rows


def finished(bench: Bench, output_format: Any) -> str:
    task_id = create_task(bench.client, DAYS, output_format=output_format)
    statuses = []
    while not (status := check_task(bench.client, US, task_id)).is_ended:
        statuses.append(status.status)
        bench.sleep(4)
    assert {"QUEUING", "PROCESSING"} <= set(statuses)
    return task_id


@pytest.mark.parametrize("output_format", FORMATS)
def test_a_task_gives_the_rows_of_the_synchronous_report(
    output_format: Any,
    bench: Bench,
) -> None:
    bench.sleep(40 * 86_400)  # nothing is restated any more
    task_id = finished(bench, output_format)
    _, rows = read(bench, DAYS)
    found, truth = by_key(downloaded(bench, DAYS, task_id)), by_key(rows)
    deleted = {
        ad.ad_id
        for ad in list_ads(bench.client, US)
        if str(ad.secondary_status).endswith("_DELETE")
    }
    assert found == {key: value for key, value in truth.items() if key[0] not in deleted}
    assert set(found) != set(truth)


def test_a_download_address_that_expired_is_renewed(bench: Bench) -> None:
    task_id = finished(bench, "CSV_DOWNLOAD")
    fetch = bench.client.fetch
    first_address = []

    def an_hour_late(url: str) -> Any:
        if not first_address:
            bench.sleep(3_601)
        first_address.append(url)
        return fetch(url)

    bench.client.fetch = an_hour_late  # type: ignore[method-assign]
    assert downloaded(bench, DAYS, task_id)
    assert len(first_address) == 2


def test_a_task_that_is_not_ready_is_waited_for(bench: Bench) -> None:
    task_id = create_task(bench.client, DAYS)
    assert downloaded(bench, DAYS, task_id)
    assert bench.codes()["40201"] >= 1


def test_a_task_that_failed_says_so(bench: Bench) -> None:
    bench.sandbox.switch(failing_report_tasks=1)
    task_id = create_task(bench.client, DAYS)
    bench.sleep(60)
    status = check_task(bench.client, US, task_id)
    assert (status.status, status.is_ended) == ("FAILED", True)
    assert "Create the task again" in (status.message or "")
    with pytest.raises(TikTokRetryableError, match="FAILED"):
        downloaded(bench, DAYS, task_id)


def test_a_cancelled_task_has_ended(bench: Bench) -> None:
    task_id = create_task(bench.client, DAYS)
    cancel_task(bench.client, US, task_id)
    assert check_task(bench.client, US, task_id).status == "CANCELED"


def test_an_app_without_the_feature_is_told_whom_to_ask(bench: Bench) -> None:
    bench.sandbox.switch(report_tasks_allowed=False)
    with pytest.raises(TikTokConfigurationError, match="ask your TikTok contact"):
        create_task(bench.client, DAYS)


def test_a_file_cut_on_its_way_is_retryable_and_incomplete(bench: Bench) -> None:
    task_id = finished(bench, "CSV_STRING")
    bench.sandbox.fault("T07", endpoint="report/task/download/", times=1)
    reader = download_task(bench.client, DAYS, task_id)
    with pytest.raises(TikTokRetryableError):
        list(reader)
    assert reader.incomplete_reason == "error"


def test_creating_tasks_stays_within_its_quota(bench: Bench) -> None:
    bench.sandbox.switch(tier="Basic", report_task_quota="faq")
    for _ in range(5):
        create_task(bench.client, DAYS)
    assert bench.codes() == {"0": 5}
    assert sum(bench.slept) >= 4
