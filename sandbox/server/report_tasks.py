"""Asynchronous reports: create, check, download, cancel.

TikTok: "Create an asynchronous report task". QUEUING, then PROCESSING, then SUCCESS; the CSV is
the body itself (CSV_STRING) or lies at an address that is good for an hour (CSV_DOWNLOAD). A task
is forgotten after 30 days.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson

from sandbox.server.envelope import ApiError, Code, invalid
from sandbox.server.messages import CSV, Response
from sandbox.server.report_cache import build
from sandbox.server.report_query import ReportQuery, read_query

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.server.messages import Request
    from sandbox.server.state import Call, State

URL_LIFE = timedelta(hours=1)
TASK_LIFE = timedelta(days=30)
FORMATS = ("CSV_STRING", "CSV_DOWNLOAD", "XLSX_DOWNLOAD")
LONGEST_NAME = 255
QUEUING, PROCESSING, SUCCESS, FAILED, CANCELED = (
    "QUEUING",
    "PROCESSING",
    "SUCCESS",
    "FAILED",
    "CANCELED",
)
QUEUED_SHARE = 0.25  # of the time a task takes, ours
TITLES = {
    "stat_time_day": "Date",
    "stat_time_hour": "Time",
    "ad_id": "Ad ID",
    "adgroup_id": "Ad Group ID",
    "campaign_id": "Campaign ID",
    "advertiser_id": "Account ID",
    "spend": "Cost",
    "impressions": "Impression",
    "clicks": "Click",
    "conversion": "Conversions",
}


@dataclass
class Task:
    """One asynchronous report."""

    task_id: str
    query: ReportQuery
    created_at: datetime
    done_at: datetime
    output_format: str
    file_name: str
    titles: bool
    fails: bool = False
    canceled: bool = False

    def status(self, now: datetime) -> str:
        """Return TikTok's word for how far the task is."""
        if self.canceled:
            return CANCELED
        if now >= self.done_at:
            return FAILED if self.fails else SUCCESS
        queued = (self.done_at - self.created_at) * QUEUED_SHARE
        return QUEUING if now < self.created_at + queued else PROCESSING


@dataclass(frozen=True)
class Link:
    """A download address and when it ends."""

    task: Task
    expires_at: datetime


def create(call: Call) -> Response:
    """Start a task; TikTok gives its id as a string."""
    state, params = call.state, call.params
    switches = state.switches
    if not switches.report_tasks_allowed:
        raise ApiError(Code.NOT_IN_WHITELIST, "Your app is not in the allowlist of this feature.")
    query = read_query(call, asynchronous=True)
    output_format = params.choice("output_format", FORMATS, "CSV_STRING")
    if output_format == "XLSX_DOWNLOAD":
        raise ApiError(Code.NOT_IMPL, "The sandbox writes CSV, not XLSX.")
    file_name = params.optional_text("file_name") or "report"
    if len(file_name) > LONGEST_NAME:
        raise invalid("file_name", f"Longer than maximum length {LONGEST_NAME}.")
    task = Task(
        task_id=str(7_500_000_000_000_000_000 + len(state.tasks) + 1),
        query=query,
        created_at=call.now,
        done_at=call.now + timedelta(seconds=switches.report_task_seconds),
        output_format=output_format,
        file_name=file_name,
        titles=params.boolean("enable_report_title_translation", default=True),
        fails=switches.failing_report_tasks > 0,
    )
    if task.fails:
        left = switches.failing_report_tasks - 1
        state.switches = switches.changed({"failing_report_tasks": left})
    state.tasks[task.task_id] = task
    return call.ok({"task_id": task.task_id})


def check(call: Call) -> Response:
    """Answer how far a task is."""
    status = _task(call).status(call.now)
    message = "The report could not be made. Create the task again." if status == FAILED else ""
    return call.ok({"status": status, "message": message})


def download(call: Call) -> Response:
    """Answer a finished task's CSV, or the address where it lies for an hour."""
    task = _task(call)
    status = task.status(call.now)
    if status in {FAILED, CANCELED}:
        raise ApiError(Code.GENERAL_TASK_ERROR, f"The task is {status}, it has no file.")
    if status != SUCCESS:
        raise ApiError(Code.TASK_NOT_READY, f"The task is {status}, its file is not ready.")
    if task.output_format == "CSV_STRING":
        return Response(csv_of(call.state, task), 200, CSV, request_id=call.request_id)
    seed = f"{task.task_id}:{call.request_id}"
    name = hashlib.sha256(seed.encode()).hexdigest()[:32]
    call.state.links[name] = Link(task, call.now + URL_LIFE)
    host = call.request.headers.get("host", "127.0.0.1")
    return call.ok(
        {
            "download_url": f"{call.state.scheme}://{host}/files/{name}",
            "file_name": f"{task.file_name}.csv",
            "output_format": task.output_format,
        }
    )


def cancel(call: Call) -> Response:
    """End a task that is not finished."""
    task = _task(call)
    if task.status(call.now) in {SUCCESS, FAILED}:
        raise ApiError(Code.GENERAL_TASK_ERROR, "The task has ended, it cannot be canceled.")
    task.canceled = True
    return call.ok({"status": CANCELED})


def serve_file(state: State, request: Request) -> Response:
    """Answer the file at a download address; after its hour, 403."""
    link = state.links.get(request.path.removeprefix("/files/"))
    if link is None:
        return Response(b"Not found", 404, "text/plain")
    if state.clock.now() >= link.expires_at:
        return Response(b"Request has expired", 403, "text/plain")
    return Response(csv_of(state, link.task), 200, CSV)


def _task(call: Call) -> Task:
    advertiser = call.advertiser()
    task = call.state.tasks.get(call.params.text("task_id"))
    is_mine = task is not None and task.query.advertiser_id == advertiser.advertiser_id
    if task is None or not is_mine or call.now >= task.created_at + TASK_LIFE:
        raise invalid("task_id", "No such task of this advertiser.")
    return task


def csv_of(state: State, task: Task) -> bytes:
    """Return the report as CSV text, as known when the task was done."""
    query = task.query
    columns = [one for one in (query.entity, query.by_time) if one is not None]
    names = [*columns, *query.metrics]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([TITLES.get(name, name) if task.titles else name for name in names])
    known_at = task.done_at.replace(second=0, microsecond=0)  # as the synchronous report
    for raw in build(state, query, known_at).rows:
        row = orjson.loads(raw)
        cells = {**row["dimensions"], **row["metrics"]}
        writer.writerow([cells[name] for name in names])
    return text.getvalue().encode()
