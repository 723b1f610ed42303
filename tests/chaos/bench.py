"""A warehouse, a sandbox and a clock for one scenario, which runs in a process of its own."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse import delivery, outbox
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.outbox_batches import Limits
from tests.chaos.checker import Findings, check
from tests.chaos.history import Sampler, watch
from tests.chaos.source import Row, Source, copy_rows
from tests.chaos.worker import make_client
from tests.integration.outbox.conftest import set_clock
from tests.integration.outbox.export import NOW, PIXEL, RELATION, create_export

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from airflow_provider_tiktok.warehouse.delivery_result import DeliveryResult
    from tests.chaos.servers import SandboxProcess

HASTY = delivery.Pace(patience=0.0, sleep=lambda _: None)
LIMITS = Limits(batch_size=10)


@dataclass
class Bench:
    """What a scenario works with. Its clock is the sandbox's too."""

    warehouse: str
    sandbox: SandboxProcess
    sampler: Sampler = field(default_factory=Sampler)

    def prepare(self) -> None:
        """Begin with an empty export table and a sandbox that has taken nothing."""
        self.sandbox.control.reset("events", "faults", "requests")
        self.database = self.open()
        create_export(self.database)
        watch(self.database)

    def open(self, later: timedelta = timedelta(0)) -> psycopg.Connection[Any]:
        """Open a connection so much later than NOW."""
        connection = connect(self.warehouse, application_name="chaos scenario")
        set_clock(connection, NOW + later)
        return connection

    def set_clock(self, later: timedelta) -> None:
        """Move the sandbox and the scenario's own connection."""
        self.sandbox.control.set_clock(NOW + later, speed=0.0)
        set_clock(self.database, NOW + later)

    def enqueue(self, rows: Sequence[Row] = (), relation: str = RELATION) -> None:
        """Write rows and bring them into the outbox."""
        copy_rows(self.database, rows)
        outbox.enqueue(self.database, relation, EventSettings())

    def deliver(
        self, connection: psycopg.Connection[Any] | None = None, limits: Limits = LIMITS
    ) -> DeliveryResult:
        """Deliver what is due; back-offs are as long as they can be."""
        return delivery.deliver(
            connection or self.database,
            make_client(Transport(local_url=self.sandbox.url, read_timeout=2)),
            PIXEL,
            max_seconds=2.0,
            pace=HASTY,
            limits=limits,
            chance=lambda: 0.999,
        )

    def check(self, rows: Sequence[Row], refused: dict[str, str] | None = None) -> Findings:
        """Compare the outbox with the sandbox's log."""
        refused = refused or {}
        ids = frozenset(row["event_id"] for row in rows)
        source = Source(tuple(rows), ids - refused.keys(), refused)
        self.sampler.look(self.database)
        return check(self.database, source, self.sandbox.truth_log, self.sampler)

    def sent(self) -> dict[str, list[dict[str, Any]]]:
        """Return every copy of every event that the sandbox took, as it was sent."""
        copies: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in self.sandbox.truth_log.read_text().splitlines():
            for item in json.loads(line).get("items") or ():
                copies[item["event_id"]].append(item)
        return copies
