# ruff: noqa: INP001 - part of programs that are run by their path
"""How fast a delivery is, beside a bare loop that posts the same bytes prepared beforehand.

Machines drift: the same loop takes a third longer a minute later. So all are measured in turns, a
few times, and what counts is the median.
"""

from __future__ import annotations

import http.client
import multiprocessing
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from delivery_rows import RELATION, make_rows, multiply

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse import outbox_batches as batches
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.delivery_decisions import DELIVERED
from airflow_provider_tiktok.warehouse.outbox import enqueue
from sandbox.server import STATIC_TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.synchronize import Event

    import psycopg
    from delivery_servers import Servers

    from airflow_provider_tiktok.api.client import TikTokClient

BATCH = 1_000
BODIES = """
select outbox.event_source_id, payloads.payload
from tiktok_ops.event_outbox as outbox
inner join tiktok_ops.event_payloads as payloads using (outbox_id)
order by outbox.event_source_id, outbox.outbox_id
"""
fork = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Speed:
    """Events per second, each the median of the rounds, and shares of the bare loop's.

    `bare_on_two` is that of two bare loops side by side, each with half of the bytes.
    """

    bare: float
    bare_on_two: float
    delivery: float
    share: float
    least: float
    most: float


def bare_loop(url: str, bodies: Sequence[bytes]) -> float:
    """Post prepared bodies one after the other and return the seconds."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    headers = {"Access-Token": STATIC_TOKEN, "Content-Type": "application/json"}
    started = time.perf_counter()
    for body in bodies:
        connection.request("POST", "/open_api/v1.3/event/track/", body, headers)
        answer = connection.getresponse().read()
        if not answer.startswith(b'{"code":0,'):
            raise SystemExit(f"not accepted: {answer.decode()}")
    return time.perf_counter() - started


def post(servers: Servers, bodies: Sequence[bytes]) -> float:
    """Let the sandbox forget all events, post the bodies, and return the seconds."""
    servers.control.reset("events")
    return bare_loop(servers.url, bodies)


def post_on_two(servers: Servers, bodies: Sequence[bytes]) -> float:
    """Do as `post`, on two connections."""
    servers.control.reset("events")
    with ThreadPoolExecutor(2) as threads:
        started = time.perf_counter()
        list(threads.map(bare_loop, [servers.url] * 2, [bodies[::2], bodies[1::2]]))
        return time.perf_counter() - started


def fill(warehouse: str, events: int, pixels: Sequence[str]) -> list[bytes]:
    """Let so many events wait, and return the bodies that they leave in, 1,000 events each."""
    with connect(warehouse) as connection:
        make_rows(connection, BATCH, pixels)
        enqueue(connection, RELATION, EventSettings())
        multiply(connection, events // BATCH - 1)
        return _bodies_of(connection)


def _bodies_of(connection: psycopg.Connection[Any]) -> list[bytes]:
    payloads: dict[str, list[str]] = {}
    for pixel, payload in connection.execute(BODIES).fetchall():
        payloads.setdefault(pixel, []).append(payload)
    opening = '{{"event_source":"web","event_source_id":"{}","data":['
    return [
        (opening.format(pixel) + ",".join(texts[start : start + BATCH]) + "]}").encode()
        for pixel, texts in payloads.items()
        for start in range(0, len(texts), BATCH)
    ]


def _deliver(client: TikTokClient, warehouse: str, pixel: str) -> None:
    result = deliver(warehouse, client, pixel)
    if result.stopped != "empty":
        raise SystemExit(f"{pixel}: {result.counts()}")


def deliver_all(servers: Servers, warehouse: str, events: int, pixels: Sequence[str]) -> float:
    """Deliver in one process a pixel, as the DAG does, and return the seconds.

    The clients are made before, as the bare loop's is; each worker connects for itself.
    """
    servers.control.reset("events")
    workers = [
        fork.Process(target=_deliver, args=(servers.client(), warehouse, one)) for one in pixels
    ]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - started
    accepted = servers.control.state()["events"]["counted"]
    if accepted != events:
        raise SystemExit(f"{accepted} of {events} events arrived")
    return seconds


def measure_delivery(servers: Servers, events: int, rounds: int, pixels: Sequence[str]) -> Speed:
    """Compare the bare loop with a worker for each pixel.

    The bare loop has one connection and one call at a time; it runs right before and right after
    ours, and both runs count. A worker of ours has two calls on their way, so that a bare loop on
    two connections is measured as well.
    """
    bare, bare_on_two, delivery = [], [], []
    for number in range(rounds):
        warehouse = servers.warehouse("speed")
        bodies = fill(warehouse, events, pixels)
        if number == 0:
            post(servers, bodies)  # the sandbox's memory has grown to its size then
        before = post(servers, bodies)
        delivery.append(events / deliver_all(servers, warehouse, events, pixels))
        bare.append(2 * events / (before + post(servers, bodies)))
        bare_on_two.append(events / post_on_two(servers, bodies))
        servers.postgres.drop_database("speed")
    shares = [ours / theirs for ours, theirs in zip(delivery, bare, strict=True)]
    medians = map(statistics.median, (bare, bare_on_two, delivery, shares))
    return Speed(*medians, min(shares), max(shares))


def measure_beside(servers: Servers, events: int, rounds: int, pixel: str) -> float:
    """Return the share that the bare loop keeps while PostgreSQL claims and settles beside it.

    Nothing of what is claimed is sent. That is what the machine leaves, whoever sends.
    """
    shares = []
    for _ in range(rounds):
        warehouse = servers.warehouse("beside")
        bodies = fill(warehouse, 2 * events, (pixel,))[: events // BATCH]
        alone = post(servers, bodies)
        has_begun, ends = fork.Event(), fork.Event()
        worker = fork.Process(target=_claim_and_settle, args=(warehouse, pixel, has_begun, ends))
        worker.start()
        has_begun.wait()
        shares.append(alone / post(servers, bodies))
        is_busy = worker.is_alive()
        ends.set()
        worker.join()
        if not is_busy:
            raise SystemExit("PostgreSQL had nothing left to claim")
        servers.postgres.drop_database("beside")
    return statistics.median(shares)


def _claim_and_settle(warehouse: str, pixel: str, has_begun: Event, ends: Event) -> None:
    worker, limits = batches.Worker(pixel), batches.Limits()
    with connect(warehouse) as connection, batches.planned_for_claims(connection):
        batches.keep_memory(connection)
        while not ends.is_set():
            batch = batches.claim(connection, worker, EventSettings(), limits).batch
            if batch is None:
                return
            batches.start(connection, batch, limits)
            batches.settle(connection, batch, DELIVERED, None, limits, chance=0.0)
            has_begun.set()
