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

# One snapshot: rows, rows by state, tries that the rows count, tries that were written down, rows
# that are due and not in the queue or the other way round.
SAMPLE = """
select
    (select count(*) from tiktok_ops.event_outbox) as events,
    (select coalesce(sum(attempts), 0) from tiktok_ops.event_outbox) as tries,
    (select count(*) from tiktok_ops.event_attempts) as attempts,
    (
        select count(*)
        from (select * from tiktok_ops.event_outbox where next_attempt_at is not null) as due
        full join tiktok_ops.event_queue as queue
            using (outbox_id, event_source_id, next_attempt_at)
        where due.state is null or queue.ctid is null
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
        events, tries, attempts, astray, states = row
        ended = sum(number for state, number in states.items() if state in TERMINAL)
        self.samples += 1
        if events != sum(states.values()):
            self.violations.append(f"{events} events, {states}")
        if events < self.most_events:
            self.violations.append(f"{self.most_events} events were there, now {events}")
        if ended < self.most_ended:
            self.violations.append(f"{self.most_ended} events had ended, now {ended}")
        if tries != attempts:
            self.violations.append(f"the events count {tries} tries, {attempts} were written down")
        if astray:
            self.violations.append(f"{astray} events are due or in the queue, not both")
        self.most_events, self.most_ended = events, ended
        return states
