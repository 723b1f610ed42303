# ruff: noqa: INP001 - a program, run by its path
"""How fast events leave: the outbox's commits included, beside a bare loop and beside drt.

    python benchmarks/delivery.py [--events 100000] [--rounds 5] [--enqueue 1000000]
        [--backlogs 10000,100000,1000000] [--without-drt]

PostgreSQL has its default settings, so that every commit is on disk. The sandbox is a process of
its own that checks and deduplicates every event. Events have 14 signals and two items.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from delivery_peer import Peer
from delivery_rows import PIXEL, PIXELS, RELATION, make_rows, multiply, top_up
from delivery_servers import Servers, servers
from delivery_speed import BATCH, fill, measure_beside, measure_delivery

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse import outbox_batches as batches
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.delivery_decisions import DELIVERED
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_rows import ExportedRow, build_event, staged_row

if TYPE_CHECKING:
    from collections.abc import Sequence


SPEED_GOAL, SHARE_GOAL = 13_000, 0.8
CLAIM_GOAL_MS, CLAIMS = 40.0, 40
MEMORY_GOAL_MB = 400
PAYLOADS = 5_000
ROW_TEXT = "select row_to_json(events)::text from exports.events limit %s"


def line(what: str, figure: str, goal: str = "", *, is_met: bool | None = None) -> None:
    """Print one line of the table."""
    verdict = "" if is_met is None else ("met" if is_met else "MISSED")
    print(f"{what:<58}{figure:>22}   {goal:<24}{verdict}", flush=True)


def measure_speed(servers: Servers, events: int, rounds: int, peer: Peer | None) -> None:
    """Compare a bare loop, one worker, two workers, and drt, on equal bytes."""
    for pixels in (PIXELS[:1], PIXELS):
        speed = measure_delivery(servers, events, rounds, pixels)
        line("a bare loop", f"{speed.bare:,.0f} events/s")
        line("  on two connections", f"{speed.bare_on_two:,.0f} events/s")
        line(
            f"deliver, {len(pixels)} pixel(s), one process each",
            f"{speed.delivery:,.0f} events/s",
            f"goal {SPEED_GOAL:,}",
            is_met=speed.delivery >= SPEED_GOAL,
        )
        line(
            f"  of the bare loop, {speed.least:.0%} to {speed.most:.0%}: median",
            f"{speed.share:.1%}",
            f"goal {SHARE_GOAL:.0%}",
            is_met=speed.share >= SHARE_GOAL,
        )
    left = measure_beside(servers, events, rounds, PIXEL)
    line("  left of the bare loop beside PostgreSQL's work: median", f"{left:.0%}")
    if peer is None:
        line("drt-core 1.2.1", "not installed here")
        return
    warehouse = servers.warehouse("peer")
    bodies = fill(warehouse, events, PIXELS)
    servers.postgres.drop_database("peer")
    servers.control.reset("events")
    texts = [json.dumps(item, separators=(",", ":")) for body in bodies for item in _items(body)]
    peer.prepare(servers.url, texts)
    said, seconds = peer.run()
    accepted = servers.control.state()["events"]["accepted"]
    line(
        f"drt-core 1.2.1, nothing durable ({said:,} said, {accepted:,} taken)",
        f"{events / seconds:,.0f} events/s",
    )


def _items(body: bytes) -> list[dict[str, object]]:
    items: list[dict[str, object]] = json.loads(body)["data"]
    return items


def measure_claims(servers: Servers, backlogs: Sequence[int]) -> None:
    """Time claims of 1,000 from backlogs of growing length."""
    warehouse = servers.warehouse("claims")
    worker, settings, limits = batches.Worker(PIXEL), EventSettings(), batches.Limits()
    with connect(warehouse) as connection:
        make_rows(connection, BATCH)
        enqueue(connection, RELATION, settings)
        waiting = BATCH
        for backlog in backlogs:
            multiply(connection, (backlog - waiting) // BATCH)
            times = []
            with batches.planned_for_claims(connection):
                for _ in range(CLAIMS):
                    started = time.perf_counter()
                    claimed = batches.claim(connection, worker, settings, limits)
                    times.append((time.perf_counter() - started) * 1000)
                    assert claimed.batch is not None  # noqa: S101 - the backlog is long
                    top_up(connection)
            waiting = backlog
            p95 = statistics.quantiles(times, n=20)[-1]
            line(
                f"claim of 1,000 from {backlog:,}, p50 / p95",
                f"{statistics.median(times):.0f} / {p95:.0f} ms",
                f"goal {CLAIM_GOAL_MS:.0f} ms",
                is_met=p95 <= CLAIM_GOAL_MS,
            )
    servers.postgres.drop_database("claims")


def _cpu_ms(process: int) -> float:
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e6


def measure_work(servers: Servers) -> None:
    """Count what 1,000 events cost in CPU and log, which a busy machine hardly blurs."""
    worker, settings, limits = batches.Worker(PIXEL), EventSettings(), batches.Limits()
    warehouse = servers.warehouse("work")
    with connect(warehouse) as connection:
        make_rows(connection, BATCH)
        enqueue(connection, RELATION, settings)
        multiply(connection, 2 * CLAIMS)
    # A connection of its own, as a delivery has: the one before has memory from its large writes.
    with connect(warehouse) as connection, batches.planned_for_claims(connection):
        batches.keep_memory(connection)
        backend = connection.info.backend_pid
        (before,) = connection.execute("select pg_current_wal_lsn()").fetchone() or (None,)
        server, ours = _cpu_ms(backend), time.process_time()
        for _ in range(CLAIMS):
            batch = batches.claim(connection, worker, settings, limits).batch
            assert batch is not None  # noqa: S101 - the backlog is long
            batches.start(connection, batch, limits)
            batches.settle(connection, batch, DELIVERED, None, limits, chance=0.0)
        server, ours = _cpu_ms(backend) - server, time.process_time() - ours
        row = connection.execute("select pg_current_wal_lsn() - %s::pg_lsn", [before]).fetchone()
    log = float(row[0]) / CLAIMS / 1e6 if row else 0.0
    line(
        "1,000 events claimed and settled: PostgreSQL / Python / log",
        f"{server / CLAIMS:.1f} / {ours / CLAIMS * 1000:.1f} ms / {log:.2f} MB",
    )
    servers.postgres.drop_database("work")


def _peak_mb() -> float:
    # Not ru_maxrss, which a process has from the one that started it.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _enqueue(warehouse: str, line_to: Any) -> None:
    started = time.perf_counter()
    with connect(warehouse) as connection:
        result = enqueue(connection, RELATION, EventSettings())
    line_to.send((result.enqueued, time.perf_counter() - started, _peak_mb()))


def measure_enqueue(servers: Servers, events: int) -> None:
    """Enqueue so many rows in a process of its own and look at its memory."""
    warehouse = servers.warehouse("enqueue")
    with connect(warehouse) as connection:
        make_rows(connection, events)
    ours, theirs = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=_enqueue, args=(warehouse, theirs)
    )
    process.start()
    enqueued, seconds, peak = ours.recv()
    process.join()
    line(
        f"enqueue of {enqueued:,} rows, {enqueued / seconds:,.0f} rows/s: peak",
        f"{peak:.0f} MB",
        f"goal {MEMORY_GOAL_MB} MB",
        is_met=peak < MEMORY_GOAL_MB,
    )
    servers.postgres.drop_database("enqueue")


def measure_payloads(servers: Servers) -> None:
    """Time the building of payloads alone: normalise, hash, check, write as canonical JSON."""
    with connect(servers.warehouse("payloads")) as connection:
        make_rows(connection, PAYLOADS)
        texts = [row[0] for row in connection.execute(ROW_TEXT, [PAYLOADS]).fetchall()]
    rows = [
        ExportedRow(
            text, f"ord_{number}", "CompletePayment", "", is_conflicting=False, is_known=False
        )
        for number, text in enumerate(texts)
    ]
    settings, now = EventSettings(), datetime.now(UTC)
    started = time.perf_counter()
    for row in rows:
        staged_row(build_event(row, settings, now), "")
    seconds = time.perf_counter() - started
    line("building a payload, 14 signals, two items", f"{seconds / PAYLOADS * 1e6:.0f} µs")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--backlogs", default="10000,100000,1000000")
    parser.add_argument("--enqueue", type=int, default=1_000_000)
    parser.add_argument("--without-drt", action="store_true")
    arguments = parser.parse_args()
    # Other programs on the machine slow everything alike: look at the shares then.
    load = os.getloadavg()[0]
    line(f"{os.cpu_count()} cores, load before the run", f"{load:.1f}")
    with servers() as both:
        peer = None if arguments.without_drt else Peer.build(both.folder / "drt")
        measure_speed(both, arguments.events, arguments.rounds, peer)
        measure_claims(both, [int(text) for text in arguments.backlogs.split(",") if text])
        measure_work(both)
        measure_payloads(both)
        if arguments.enqueue:
            measure_enqueue(both, arguments.enqueue)


if __name__ == "__main__":
    main()
