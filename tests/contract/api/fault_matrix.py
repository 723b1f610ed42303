"""Every fault kind of transport and API against every kind of call, and what must come of it.

`python -m tests.contract.api.fault_matrix` runs all cells against a sandbox and prints them.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from airflow_provider_tiktok.api.accounts import advertiser_info
from airflow_provider_tiktok.api.errors import ErrorClass, Outcome, TikTokError, error_for
from airflow_provider_tiktok.api.events import track
from airflow_provider_tiktok.api.messages import ApiRequest
from airflow_provider_tiktok.api.oauth import exchange_code
from airflow_provider_tiktok.api.reports import ReportRequest, read_report
from sandbox.server import APP_ID, APP_SECRET, RunningSandbox, start_server
from sandbox.world import World
from tests.contract.api.bench import NOW, US, US_PIXEL, Bench
from tests.contract.api.events_data import event

C = ErrorClass
AREAS = ("accounts", "reports", "events", "token")
DAY = date(2026, 11, 2)
REPORT = ReportRequest(US, "AUCTION_AD", "stat_time_hour", DAY, DAY)

# How an operation ends after one fault of the kind. Reads and the token exchange repeat what may
# succeed; events are sent once and left to the outbox.
HEALS = "succeeds by itself"
INCOMPLETE = "read, and marked incomplete"
RAISES = {
    C.PARTIAL: "TikTokAnswerError",
    C.RETRY: "TikTokRetryableError",
    C.REAUTHORISE: "TikTokReauthoriseError",
    C.CONFIGURATION: "TikTokConfigurationError",
    C.QUARANTINE: "TikTokRequestError",
    C.UNKNOWN: "TikTokAnswerError",
}


@dataclass(frozen=True)
class Row:
    """What a kind comes to: the class for a read and for a write, and what a repeat would give.

    `lasts` marks what one repeat does not heal because the address itself is bad.
    """

    kind: str
    read: ErrorClass
    write: ErrorClass
    options: dict[str, Any] = field(default_factory=dict)
    variants: int = 1
    lasts: bool = False
    only: tuple[str, ...] = AREAS


# Longer than the whole answer may take here: twice the read time-out.
LATE = {"seconds": 0.6}
ROWS = (
    Row("T01", C.RETRY, C.RETRY, lasts=True),
    Row("T02", C.RETRY, C.RETRY, lasts=True),
    Row("T03", C.RETRY, C.RETRY, lasts=True),
    Row("T04", C.CONFIGURATION, C.CONFIGURATION, lasts=True),
    Row("T05", C.RETRY, C.UNKNOWN),
    Row("T06", C.RETRY, C.UNKNOWN),
    Row("T07", C.RETRY, C.UNKNOWN),
    Row("T08", C.RETRY, C.UNKNOWN, LATE),
    Row("T09", C.SUCCESS, C.SUCCESS, {"bytes": 512}),
    Row("T10", C.RETRY, C.UNKNOWN, LATE),
    Row("T11", C.RETRY, C.UNKNOWN, {"bytes": 256}),
    Row("T12", C.CONFIGURATION, C.CONFIGURATION),
    Row("A01", C.RETRY, C.UNKNOWN),
    Row("A02", C.RETRY, C.UNKNOWN),
    Row("A03", C.RETRY, C.RETRY),
    Row("A04", C.RETRY, C.RETRY),
    Row("A05", C.THROTTLE, C.THROTTLE),
    Row("A06", C.THROTTLE, C.THROTTLE),
    Row("A07", C.THROTTLE, C.THROTTLE, variants=4),
    Row("A08", C.REAUTHORISE, C.REAUTHORISE, variants=4),
    Row("A09", C.CONFIGURATION, C.CONFIGURATION),
    Row("A10", C.QUARANTINE, C.QUARANTINE, only=("events",)),
    Row("A11", C.QUARANTINE, C.QUARANTINE),
    Row("A12", C.PARTIAL, C.PARTIAL, only=("events",)),
    Row("A13", C.RETRY, C.RETRY, variants=3),
    Row("A14", C.RETRY, C.RETRY),
    Row("A15", C.UNKNOWN, C.UNKNOWN, variants=3),
    Row("A16", C.UNKNOWN, C.UNKNOWN, variants=2),
    Row("A17", C.QUARANTINE, C.QUARANTINE),
    Row("A18", C.SUCCESS, C.SUCCESS, only=("reports",)),
)
CELLS = [(row, area) for row in ROWS for area in row.only]


@dataclass(frozen=True)
class Result:
    """What a cell came to: the classes of single calls, and how the operation ended."""

    classes: tuple[ErrorClass, ...]
    end: str


def expected(row: Row, area: str) -> Result:
    """Return what must come of a cell."""
    is_read = area in {"accounts", "reports"}
    first = row.read if is_read else row.write
    classes = (first,) * row.variants
    if area == "events":
        return Result(classes, first.value)
    if row.kind == "A18":
        return Result(classes, INCOMPLETE)
    heals = first in {C.SUCCESS, C.RETRY, C.THROTTLE} or (is_read and first is C.UNKNOWN)
    return Result(classes, HEALS if heals and not row.lasts else RAISES[first])


def run(row: Row, area: str, sandbox: RunningSandbox, folder: Path) -> Result:
    """Provoke the fault in one kind of call and return what came of it."""
    sandbox.reset()
    sandbox.set_clock(NOW)
    requests = [_request(sandbox, area) for _ in range(row.variants)]
    _arm(row, area, sandbox, row.variants)
    classes = tuple(_once(_bench(row, sandbox, folder), area, one) for one in requests)
    sandbox.clear_faults()
    _arm(row, area, sandbox, 1)
    return Result(classes, _operate(_bench(row, sandbox, folder), area))


def _arm(row: Row, area: str, sandbox: RunningSandbox, times: int) -> None:
    """Let the next calls of the area meet the fault; kinds with variants take them in turn."""
    if not row.lasts:
        sandbox.script([row.kind] * times, endpoint=area, options=row.options)


def _bench(row: Row, sandbox: RunningSandbox, folder: Path) -> Bench:
    if row.read is C.SUCCESS:  # what arrives slowly has the time that a busy machine needs
        return Bench(sandbox, read_timeout=5)
    if not row.lasts:
        return Bench(sandbox, read_timeout=0.25)
    if row.kind == "T02":
        return Bench(sandbox, url="http://tiktok.invalid")
    if row.kind == "T04":
        port = sandbox.open_port("T04", certificate="expired")
        bundle = folder / "expired.pem"
        bundle.write_text(port["certificate_pem"])
        return Bench(sandbox, url=port["url"], ca_bundle=str(bundle))
    return Bench(sandbox, url=sandbox.open_port(row.kind)["url"])


def _once(bench: Bench, area: str, request: ApiRequest) -> ErrorClass:
    outcome = _track(bench) if area == "events" else bench.client.call_once(request)
    return outcome.error_class


def _request(sandbox: RunningSandbox, area: str) -> ApiRequest:
    if area == "accounts":
        return ApiRequest("GET", "advertiser/info/", {"advertiser_ids": [US]})
    if area == "reports":
        return _first_request_of_a_report(sandbox)
    body = {"app_id": APP_ID, "secret": APP_SECRET, "auth_code": sandbox.approve()}
    return ApiRequest("POST", "oauth2/access_token/", body=body, needs_token=False)


def _first_request_of_a_report(sandbox: RunningSandbox) -> ApiRequest:
    bench = Bench(sandbox)
    seen: list[ApiRequest] = []
    call = bench.client.call_outcome

    def note(request: ApiRequest, **how: Any) -> Outcome:
        seen.append(request)
        return call(request, **how)

    bench.client.call_outcome = note  # type: ignore[method-assign]
    next(iter(read_report(bench.client, REPORT)))
    return seen[0]


def _track(bench: Bench) -> Outcome:
    return track(
        bench.client, event_source="web", event_source_id=US_PIXEL, data=[event("a"), event("b")]
    )


def _operate(bench: Bench, area: str) -> str:
    try:
        if area == "events":
            return _track(bench).error_class.value
        if area == "accounts":
            listing = advertiser_info(bench.client, [US])
            if US in listing.refused:
                raise error_for(listing.refused[US], "advertiser/info/")
            assert [one.advertiser_id for one in listing] == [US]
        elif area == "reports":
            reader = read_report(bench.client, REPORT)
            assert sum(len(page.rows) for page in reader)
            return HEALS if reader.is_complete else INCOMPLETE
        else:
            exchange_code(bench.client, APP_ID, APP_SECRET, bench.sandbox.approve())
    except TikTokError as error:
        return type(error).__name__
    return HEALS


def main() -> None:
    """Run every cell and print the matrix."""
    write = sys.stdout.write
    write(f"{'kind':5} {'area':9} {'class of one call':18} {'the operation':28} as promised\n")
    wrong = 0
    with (
        start_server(World(), clock_speed=0.0, now=NOW) as sandbox,
        tempfile.TemporaryDirectory() as folder,
    ):
        for row, area in CELLS:
            found = run(row, area, sandbox, Path(folder))
            good = found == expected(row, area)
            wrong += not good
            names = ", ".join(sorted(set(found.classes)))
            answer = "yes" if good else "NO"
            write(f"{row.kind:5} {area:9} {names:18} {found.end:28} {answer}\n")
    write(f"{len(CELLS)} cells, {wrong} not as promised\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
