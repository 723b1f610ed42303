"""A worker process: the engine as a task runs it, over and over, until it is killed."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import random
import signal
import time
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from airflow_provider_tiktok.api.client import TikTokClient
from airflow_provider_tiktok.api.limiter import MemoryLimiter
from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.events.build import build
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse import database
from airflow_provider_tiktok.warehouse.database import WarehouseError, connect, statement
from airflow_provider_tiktok.warehouse.delivery import Pace, deliver
from airflow_provider_tiktok.warehouse.outbox import enqueue
from sandbox.server import STATIC_TOKEN
from tests.chaos.plan import PIXELS
from tests.chaos.source import make_source
from tests.integration.outbox.export import RELATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_tiktok.warehouse.outbox_batches import Limits

fork = multiprocessing.get_context("fork")
PR_SET_PDEATHSIG = 1
READ_SECONDS = 0.5
RUN_SECONDS = 1.5
# Waits of seconds pass in hundredths, so that a run of minutes has thousands of attempts.
HASTE = 50.0
SQL = Path(database.__file__).parent / "sql"
_libc = ctypes.CDLL(None)


@dataclass(frozen=True)
class Post:
    """Where a worker works: the warehouse, the sandbox, and a file for errors nobody expects."""

    warehouse: str
    transport: Transport
    crashes: Path
    limits: Limits


def make_post(
    warehouse: str,
    sandbox: str,
    crashes: Path,
    limits: Limits,
    read_timeout: float = READ_SECONDS,
) -> Post:
    """Prepare what every worker needs, so that a forked one works within milliseconds."""
    for file in SQL.rglob("*.sql"):
        statement(str(file.relative_to(SQL).with_suffix("")))
    build(make_source(1, 1).rows[0], EventSettings(), datetime.now(UTC))
    crashes.touch()
    # Opens no connection yet.
    transport = Transport(local_url=sandbox, read_timeout=read_timeout)
    return Post(warehouse, transport, crashes, limits)


def start_worker(post: Post, number: int, first: Callable[[], None] = lambda: None) -> fork.Process:
    """Fork a worker; number 0 brings rows into the outbox, the others deliver."""
    worker = fork.Process(target=_live, args=(post, number, first), daemon=True)
    worker.start()
    return worker


def make_client(transport: Transport) -> TikTokClient:
    """Return a client that waits for nothing longer than a second."""
    return TikTokClient(
        transport,
        access_token=lambda: STATIC_TOKEN,
        limiter=MemoryLimiter("ultimate", lambda: datetime.now(UTC)),
        clock=lambda: datetime.now(UTC),
        sleep=nap,
        rng=random.Random(),
        patience=1.0,
    )


def nap(seconds: float) -> None:
    """Sleep a fiftieth of the time."""
    time.sleep(seconds / HASTE)


def _live(post: Post, number: int, first: Callable[[], None]) -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    random.seed()
    first()
    turn = number
    try:
        while True:
            turn += 1
            try:
                _work(post, number, PIXELS[turn % len(PIXELS)])
            except (psycopg.OperationalError, psycopg.InterfaceError, WarehouseError):
                time.sleep(0.05)  # the connection was cut, or PostgreSQL is starting again
    except BaseException:
        with post.crashes.open("a") as file:
            file.write(f"worker {number}\n{traceback.format_exc()}\n")
        raise


def _work(post: Post, number: int, pixel: str) -> None:
    settings = EventSettings()
    if number == 0:
        with connect(post.warehouse, application_name="chaos worker") as connection:
            enqueue(connection, RELATION, settings)
        time.sleep(0.1)
        return
    with connect(post.warehouse, application_name="chaos worker") as connection:
        result = deliver(
            connection,
            make_client(post.transport),
            pixel,
            settings=settings,
            run_id=f"worker {number} {os.getpid()}",
            max_seconds=RUN_SECONDS,
            pace=Pace(patience=0.5, failures=4, sleep=nap),
            limits=post.limits,
        )
    if not result.calls:
        time.sleep(0.02)
