"""The sandbox's world in a real Airflow, and what must be true once it was brought up to date."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .conftest import TWICE
from .fleet import airflow_fleet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .fleet import Fleet

BEFORE = ("tiktok_accounts", "tiktok_spend", "tiktok_models")
EXPORTED = """
select event_id from analytics.exp_tiktok__conversion_events
union all
select event_id from analytics.exp_tiktok__refund_events
"""
# What happened in the user's own tables, whatever the models make of it.
HAPPENED = """
select 'ord_' || order_id from shop.orders
union all
select 'refund_' || refund_id from shop.refunds
"""
ENDS = "select event_id, state, reason from tiktok_ops.event_outbox"
COUNTS = """
select kind, sum(quantity)::int from tiktok_ops.backfill_counts
where backfill_id = %s and phase = %s and kind <> 'spend' group by kind
"""


@contextmanager
def fleet_with_world(folder: Path, *dag_ids: str, paused: Sequence[str] = ()) -> Iterator[Fleet]:
    """Start an Airflow with a world whose spend was pulled and whose models were built by DAGs.

    :param dag_ids: further DAGs.
    :param paused: those of them that only begin when a test says `fleet.unpause`.
    """
    held = ("tiktok_models", *paused)
    with airflow_fleet(folder, *BEFORE, *dag_ids, paused=held, is_peopled=True) as fleet:
        for dag_id in BEFORE:
            if dag_id in held:
                fleet.unpause(dag_id)
            assert fleet.run(dag_id) == "success", dag_id
        yield fleet


def check_world(fleet: Fleet, *, halfway: int, backfill_id: int) -> None:
    """Every event of the world was delivered once or is explained, and the report says so.

    :param halfway: how many events had left when the first run was stopped.
    """
    ends = {event_id: (state, reason) for event_id, state, reason in fleet.rows(ENDS)}
    assert set(ends) == {event_id for (event_id,) in fleet.rows(EXPORTED)}
    assert {event_id for (event_id,) in fleet.rows(HAPPENED)} <= set(ends)
    delivered = {event_id for event_id, (state, _) in ends.items() if state == "delivered"}
    others = {event_id: end for event_id, end in ends.items() if event_id not in delivered}
    assert [end for end in others.values() if not end[1]] == []
    assert 0 < halfway < len(delivered)
    taken = Counter(
        event["event_id"]
        for event in fleet.sandbox.events(limit=10**6)
        if event["decision"] == "counted"
    )
    assert set(taken) == delivered
    assert set(taken.values()) == {1}
    assert fleet.rows(TWICE) == []
    planned = fleet.rows(COUNTS, backfill_id, "planned")
    assert sorted(planned) == sorted(fleet.rows(COUNTS, backfill_id, "reported"))
