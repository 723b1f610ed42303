"""Ask for a report that TikTok prepares in its own time (TikTok: Create an asynchronous report).

An allow-listed feature. Create a task, check it until it has succeeded, download the rows.
"""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Literal

from airflow_provider_tiktok.api.fields import members, text, unreadable
from airflow_provider_tiktok.api.messages import ApiRequest, FileAnswer
from airflow_provider_tiktok.api.report_catalogue import LEVELS
from airflow_provider_tiktok.api.report_pull import ReportPage, ReportReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.report_rows import ReportRequest

DOWNLOAD_PATH = "report/task/download/"
ROWS_A_PAGE = 1000
LONGEST_LINE = 128 * 1024

_STATES = ("QUEUING", "PROCESSING", "SUCCESS", "FAILED", "CANCELED")


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """How far a task is: QUEUING, PROCESSING, SUCCESS, FAILED or CANCELED; `message` says why."""

    status: str
    message: str | None

    @property
    def is_ended(self) -> bool:
        """True when the task will not change any more."""
        return self.status in {"SUCCESS", "FAILED", "CANCELED"}


def create_task(
    client: TikTokClient,
    request: ReportRequest,
    *,
    output_format: Literal["CSV_STRING", "CSV_DOWNLOAD"] = "CSV_STRING",
) -> str:
    """Return the id of a new task for the report. Counts against the quota "report_task"."""
    path = "report/task/create/"
    metrics, attributes, _ = request.asked()
    body = {
        "advertiser_id": request.advertiser_id,
        "report_type": "BASIC",
        "data_level": request.data_level,
        "dimensions": [LEVELS[request.data_level].entity, request.time_dimension],
        "metrics": [*metrics, *attributes],
        "start_date": str(request.start_date),
        "end_date": str(request.end_date),
        "output_format": output_format,
        # The columns keep the names that we asked for, in any language of the account.
        "enable_report_title_translation": False,
    }
    outcome = client.call_outcome(ApiRequest("POST", path, body=body, group="report_task"))
    task_id = text(members(outcome.data).get("task_id"))
    if task_id is None:
        raise unreadable(path, "the answer holds no task_id", outcome.request_id)
    return task_id


def check_task(client: TikTokClient, advertiser_id: str, task_id: str) -> TaskStatus:
    """Return how far the task is."""
    path = "report/task/check/"
    query = {"advertiser_id": advertiser_id, "task_id": task_id}
    outcome = client.call_outcome(ApiRequest("GET", path, query=query))
    data = members(outcome.data)
    status = text(data.get("status"))
    if status not in _STATES:
        raise unreadable(path, "the answer holds no known task status", outcome.request_id)
    return TaskStatus(status, text(data.get("message")))


def cancel_task(client: TikTokClient, advertiser_id: str, task_id: str) -> None:
    """Cancel the task."""
    body = {"advertiser_id": advertiser_id, "task_id": task_id}
    client.call(ApiRequest("POST", "report/task/cancel/", body=body))


def download_task(client: TikTokClient, request: ReportRequest, task_id: str) -> ReportReader:
    """Return a reader of the rows of a task that has succeeded.

    Follows a download address to TikTok's own hosts only, without the token; an address that has
    expired is asked for once more. Below the advertiser level such a report never counts as
    complete: whether deleted objects are in it is not documented, and cannot be asked for; TopView
    is not in it.
    """
    return _TaskReport(client, request, task_id)


class _TaskReport(ReportReader):
    def __init__(self, client: TikTokClient, request: ReportRequest, task_id: str) -> None:
        super().__init__(request)
        self._client = client
        self._task_id = task_id

    def _read_pages(self) -> Iterator[ReportPage]:
        rows = self._rows(_records(_lines(self._open().pieces)))
        page = 0
        while batch := list(islice(rows, ROWS_A_PAGE)):
            page += 1
            yield ReportPage(self._take(batch), page, None, None, None, None)
        self.total_number = self.rows_read
        if LEVELS[self.request.data_level].status_field is not None:
            self._note("deleted_may_be_missing")

    def _open(self) -> FileAnswer:
        answer = self._ask()
        for _ in range(2):
            if isinstance(answer, FileAnswer):
                return answer
            file = self._client.fetch(answer)
            if file.status == HTTPStatus.OK:
                return file
            file.close()
            answer = self._ask()
        raise unreadable(DOWNLOAD_PATH, "two download addresses in a row do not work")

    def _ask(self) -> FileAnswer | str:
        """Return the file itself, or the address where it waits for an hour."""
        query = {"advertiser_id": self.request.advertiser_id, "task_id": self._task_id}
        outcome = self._client.call_file(ApiRequest("GET", DOWNLOAD_PATH, query=query))
        if outcome.request_id:
            self.request_ids.append(outcome.request_id)
        if isinstance(outcome.data, FileAnswer):
            return outcome.data
        address = text(members(outcome.data).get("download_url"))
        if address is None:
            raise unreadable(DOWNLOAD_PATH, "the answer holds no download_url", outcome.request_id)
        return address

    def _rows(self, lines: Iterator[list[str]]) -> Iterator[object]:
        """Yield each line as the synchronous report would have sent it."""
        header = next(lines, [])
        dimensions = {self.request.entity, self.request.time_dimension}
        if not dimensions <= set(header) or len(set(header)) != len(header):
            raise unreadable(DOWNLOAD_PATH, "the first line of the file does not name the columns")
        missing = [name for name in self._reader.metrics if name not in header]
        if missing:
            self._skip(missing)
        for line in lines:
            if len(line) != len(header):
                yield line
                continue
            fields = {name: value or None for name, value in zip(header, line, strict=True)}
            yield {"dimensions": fields, "metrics": fields}


def _records(lines: Iterator[str]) -> Iterator[list[str]]:
    """Yield the fields of each line of a CSV file."""
    records = csv.reader(lines)
    while True:
        try:
            record = next(records)
        except StopIteration:
            return
        except csv.Error:
            break
        yield record
    raise unreadable(DOWNLOAD_PATH, "the file is not CSV")


def _lines(pieces: Iterator[bytes]) -> Iterator[str]:
    """Yield the lines of a UTF-8 file that comes in pieces, one at a time."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + _decoded(decoder, piece)).split("\n")
        yield from (f"{line}\n" for line in lines)
        if len(rest) > LONGEST_LINE:
            raise unreadable(DOWNLOAD_PATH, "the file has a line without an end")
    rest += _decoded(decoder, b"", final=True)
    if rest:
        yield rest


def _decoded(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> str:
    try:
        return decoder.decode(piece, final).replace("\0", "\ufffd")
    except UnicodeDecodeError:
        pass
    raise unreadable(DOWNLOAD_PATH, "the file is not UTF-8")
