"""Lease purchases to a batch and settle it, as a delivery does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse import outbox_batches as batches
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_batches import Batch, Limits, Worker
from tests.integration.outbox.export import PIXEL, RELATION, add_rows, purchase

if TYPE_CHECKING:
    from typing import Any

    import psycopg

    from airflow_provider_tiktok.warehouse.delivery_decisions import Verdict

SETTINGS = EventSettings()
LIMITS = Limits()


def put(connection: psycopg.Connection[Any], events: int = 1, **changes: Any) -> None:
    """Bring so many purchases into the outbox."""
    add_rows(connection, *(purchase(number, **changes) for number in range(1, events + 1)))
    enqueue(connection, RELATION, SETTINGS)


def claim(connection: psycopg.Connection[Any], size: int = 1000) -> Batch | None:
    """Claim the next events; None when nothing is due."""
    worker = Worker(PIXEL, "run", "worker")
    return batches.claim(connection, worker, SETTINGS, LIMITS, batch_size=size).batch


def take(connection: psycopg.Connection[Any], size: int = 1000) -> Batch:
    """Claim the next events, which are due."""
    batch = claim(connection, size)
    assert batch is not None
    return batch


def settle(connection: psycopg.Connection[Any], batch: Batch, verdict: Verdict) -> int:
    """Write what came of a batch."""
    return batches.settle(connection, batch, verdict, None, LIMITS, chance=0.0)


def switch_off(connection: psycopg.Connection[Any]) -> None:
    """Switch the pixel off, as a person does on the page."""
    connection.execute(
        "insert into tiktok_raw.advertisers (advertiser_id, connection_id) values ('7', 'c')"
    )
    connection.execute(
        "insert into tiktok_raw.pixels "
        "(pixel_code, pixel_id, advertiser_id, connection_id, is_enabled) "
        "values (%s, '1', '7', 'c', false)",
        [PIXEL],
    )
