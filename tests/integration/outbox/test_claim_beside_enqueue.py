"""A claim and an enqueue at the same moment: what leaves is what the event says by then."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.warehouse.outbox import enqueue
from tests.chaos.waiting import wait_until
from tests.integration.outbox.export import RELATION, change_row
from tests.integration.outbox.leases import SETTINGS, claim, put

if TYPE_CHECKING:
    import psycopg

    from airflow_provider_tiktok.warehouse.outbox_batches import Batch

# A claim asks for the time when it has its snapshot and before it locks a row.
SLOW_CLOCK = """
alter function tiktok_ops.now() rename to plain_now;

create function tiktok_ops.now() returns timestamptz language plpgsql as $$
begin
    if current_setting('test.is_slow', true) = 'yes' then
        perform set_config('test.is_slow', 'no', false);
        perform pg_sleep(1);
    end if;
    return tiktok_ops.plain_now();
end $$;
"""
ASLEEP = """
select count(*) from pg_stat_activity
where datname = current_database() and wait_event = 'PgSleep'
"""
HELD = """
select event_id, state, batch_id, payload
from tiktok_ops.event_receipts
inner join tiktok_ops.event_payloads using (outbox_id)
order by event_id
"""


def claim_slowly(claimer: psycopg.Connection[Any], taken: list[Batch | None]) -> None:
    """Claim with a second between looking and taking."""
    claimer.execute("set test.is_slow = 'yes'")
    taken.append(claim(claimer))


def test_an_event_that_changes_while_it_is_claimed_leaves_as_it_is_then(
    connection: psycopg.Connection[Any], other: psycopg.Connection[Any]
) -> None:
    put(connection, 3)
    connection.execute(SLOW_CLOCK)
    taken: list[Batch | None] = []
    claiming = threading.Thread(target=claim_slowly, args=(other, taken))
    claiming.start()
    wait_until(lambda: connection.execute(ASLEEP).fetchone() == (1,), 10, "the claim looks")
    change_row(connection, "ord_2", value="99.00")
    assert enqueue(connection, RELATION, SETTINGS).refreshed == 1
    claiming.join()

    [batch] = taken
    assert batch is not None
    rows = connection.execute(HELD).fetchall()
    assert [row[:3] for row in rows] == [
        (f"ord_{number}", "inflight", batch.batch_id) for number in (1, 2, 3)
    ]
    assert sorted(batch.payloads()) == sorted(row[3].encode() for row in rows)
    assert json.loads(rows[1][3])["properties"]["value"] == 99
    assert connection.execute("select count(*) from tiktok_ops.event_queue").fetchone() == (0,)
