"""What happened to every event, written by a trigger that no worker knows of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

CREATE = """
create schema chaos;

create table chaos.history (
    outbox_id bigint not null,
    old_state text not null,
    new_state text not null,
    old_batch bigint,
    new_batch bigint,
    was_replayed boolean not null
);

create function chaos.remember() returns trigger language plpgsql as $$
begin
    if old.state <> new.state
        or (old.settled_at is not null and old.settled_at is distinct from new.settled_at)
    then
        insert into chaos.history
        values (
            old.outbox_id, old.state, new.state, old.batch_id, new.batch_id,
            old.replays <> new.replays
        );
    end if;
    return null;
end $$;

create trigger remember after update on tiktok_ops.event_outbox
for each row execute function chaos.remember();
"""

# One snapshot: rows, rows by state, tries that the rows count (a first one may stand in its batch
# alone), tries that were written down, events of all batches. Astray are rows that are under way
# and neither in the queue nor in an open batch, or in both, and those there that are not under way.
SAMPLE = """
select
    (select count(*) from tiktok_ops.event_outbox) as events,
    (
        select coalesce(sum(greatest(attempts, (leases.batch_id is not null)::int)), 0)
        from tiktok_ops.event_outbox
        left join tiktok_ops.event_leases as leases using (outbox_id)
    ) as tries,
    (select count(*) from tiktok_ops.event_attempts) as attempts,
    (select coalesce(sum(events), 0) from tiktok_ops.event_batches) as in_batches,
    (
        select count(*)
        from (
            select * from tiktok_ops.event_outbox
            where next_attempt_at is not null or state = 'inflight'
        ) as due
        full join (
            select outbox_id, event_source_id, next_attempt_at from tiktok_ops.event_queue
            union all
            select outbox_id, event_source_id, next_attempt_at
            from tiktok_ops.event_leases
            inner join tiktok_ops.event_outbox using (outbox_id)
        ) as place
            on due.outbox_id = place.outbox_id
            and due.event_source_id = place.event_source_id
            and due.next_attempt_at is not distinct from place.next_attempt_at
        where due.state is null or place.outbox_id is null
    ) + (
        select count(*) - count(distinct outbox_id)
        from (
            select outbox_id from tiktok_ops.event_queue
            union all
            select outbox_id from tiktok_ops.event_leases
        ) as places
    ) as astray,
    (
        select coalesce(jsonb_object_agg(state, number), '{}')
        from (
            select state, count(*) as number from tiktok_ops.event_outbox group by state
        ) as counted
    ) as states
"""
TERMINAL = frozenset({"delivered", "quarantined", "expired", "expired_unknown", "suppressed"})


def watch(connection: psycopg.Connection[Any]) -> None:
    """Begin to write down every change of state."""
    connection.execute(CREATE)


@dataclass
class Sampler:
    """Looks at the outbox again and again; no event may be gone or in two states."""

    samples: int = 0
    violations: list[str] = field(default_factory=list)
    most_events: int = 0
    most_ended: int = 0

    def look(self, connection: psycopg.Connection[Any]) -> dict[str, int]:
        """Take one sample and return the number of events by state."""
        row = connection.execute(SAMPLE).fetchone()
        assert row is not None
        events, tries, attempts, in_batches, astray, states = row
        ended = sum(number for state, number in states.items() if state in TERMINAL)
        self.samples += 1
        if events != sum(states.values()):
            self.violations.append(f"{events} events, {states}")
        if events < self.most_events:
            self.violations.append(f"{self.most_events} events were there, now {events}")
        if ended < self.most_ended:
            self.violations.append(f"{self.most_ended} events had ended, now {ended}")
        if not tries == attempts == in_batches:
            self.violations.append(
                f"the events count {tries} tries, {attempts} were written down, the batches hold "
                f"{in_batches}"
            )
        if astray:
            self.violations.append(f"{astray} events are in no place or in two, or not due there")
        self.most_events, self.most_ended = events, ended
        return states
