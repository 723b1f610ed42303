"""A worker that dies at any named point leaves what another can finish."""

from __future__ import annotations

import signal
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.delivery import deliver
from airflow_provider_tiktok.warehouse.outbox import enqueue
from airflow_provider_tiktok.warehouse.outbox_batches import Limits
from tests.chaos.checker import check, read_truth
from tests.chaos.failpoints import A_BATCH, EVENTS, POINTS, Point
from tests.chaos.history import Sampler
from tests.chaos.source import Source, copy_rows
from tests.chaos.waiting import wait_until
from tests.chaos.worker import fork, make_client
from tests.integration.outbox.conftest import set_clock
from tests.integration.outbox.export import NOW, PIXEL, RELATION, purchase

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from tests.chaos.servers import SandboxProcess

LIMITS = Limits(batch_size=A_BATCH)
ROWS = tuple(purchase(number) for number in range(1, EVENTS + 1))
SOURCE = Source(ROWS, frozenset(row["event_id"] for row in ROWS), {})
SLOW_COMMIT = """
create function chaos.wait() returns trigger language plpgsql as $$
begin
    if new.outcome = 'accepted' then
        perform pg_sleep(1);
    end if;
    return null;
end $$;

create constraint trigger slow after update on tiktok_ops.event_batches
deferrable initially deferred for each row execute function chaos.wait();
"""
STATES = """
select
    case when tiktok_ops.is_leased(outbox) then 'inflight' else outbox.state end as state,
    count(*)
from tiktok_ops.event_outbox as outbox
group by 1
"""
COMMITTING = """
select count(*) from pg_stat_activity
where datname = current_database() and wait_event = 'PgSleep'
"""


def work(warehouse: str, sandbox: str, plant: Callable[[], None]) -> None:
    """Do what a task does, in a process that will not live long."""
    plant()
    with connect(warehouse, application_name="chaos worker") as connection:
        set_clock(connection, NOW)
        enqueue(connection, RELATION, EventSettings())
        client = make_client(Transport(local_url=sandbox))
        deliver(connection, client, PIXEL, run_id="first", limits=LIMITS)


def heal(connection: psycopg.Connection[Any], sandbox: str) -> None:
    """Finish the work as the next run does."""
    enqueue(connection, RELATION, EventSettings())
    client = make_client(Transport(local_url=sandbox))
    deliver(connection, client, PIXEL, run_id="second", limits=LIMITS)


def states(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Return the number of events by state."""
    return dict(connection.execute(STATES).fetchall())


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_a_death_at_a_named_point_loses_nothing(
    watched: psycopg.Connection[Any],
    warehouse: str,
    open_at: Callable[..., psycopg.Connection[Any]],
    sandbox_process: SandboxProcess,
    point: Point,
) -> None:
    copy_rows(watched, ROWS)
    worker = fork.Process(target=work, args=(warehouse, sandbox_process.url, point.plant))
    worker.start()
    worker.join(30)

    assert worker.exitcode == -signal.SIGKILL, "the point was not passed"
    least, most = point.copies
    wait_until(lambda: accepted(sandbox_process) >= least, 10, "the last bytes were taken")
    assert states(watched) in point.left

    heal(open_at(timedelta(minutes=3)), sandbox_process.url)

    assert states(watched) == {"delivered": EVENTS}
    findings = check(watched, SOURCE, sandbox_process.truth_log, Sampler())
    assert findings.found == {}
    assert least <= findings.numbers["resent"] <= most


def test_a_death_while_the_receipt_is_committed_loses_nothing(
    watched: psycopg.Connection[Any],
    warehouse: str,
    open_at: Callable[..., psycopg.Connection[Any]],
    sandbox_process: SandboxProcess,
) -> None:
    copy_rows(watched, ROWS)
    watched.execute(SLOW_COMMIT)
    worker = fork.Process(target=work, args=(warehouse, sandbox_process.url, lambda: None))
    worker.start()
    wait_until(lambda: count(watched, COMMITTING) == 1, 10, "the commit is under way")
    worker.kill()
    worker.join()
    wait_until(lambda: count(watched, COMMITTING) == 0, 10, "PostgreSQL is through with it")
    watched.execute("drop trigger slow on tiktok_ops.event_batches")
    # PostgreSQL had all it needed: the receipt counts although nobody read that it does.
    assert states(watched)["delivered"] == A_BATCH

    heal(open_at(timedelta(minutes=3)), sandbox_process.url)

    assert states(watched) == {"delivered": EVENTS}
    assert check(watched, SOURCE, sandbox_process.truth_log, Sampler()).found == {}


def accepted(sandbox: SandboxProcess) -> int:
    """Return how many events the sandbox has taken."""
    return sum(map(len, read_truth(sandbox.truth_log).copies.values()))


def count(connection: psycopg.Connection[Any], query: str) -> int:
    """Return the number that a query counts."""
    row = connection.execute(query).fetchone()
    return row[0] if row else 0
