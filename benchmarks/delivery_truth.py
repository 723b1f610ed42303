# ruff: noqa: INP001 - a program, run by its path
"""What a client says it delivered, beside what the sandbox took: ours and drt, under trouble.

    python benchmarks/delivery_truth.py [--events 5000] [--without-drt]

Each trouble meets one run. After a kill there is a second one, without trouble, as a scheduler
would start it. The sandbox's log is the truth.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from delivery_peer import Peer
from delivery_rows import PIXEL, RELATION, make_rows
from delivery_servers import Servers, servers

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.delivery import Pace, deliver
from airflow_provider_tiktok.warehouse.outbox import enqueue

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

# drt waits 30 s for an answer.
LATE_SECONDS = 31.0
READ_SECONDS = 15.0
STATES = "select state, count(*) from tiktok_ops.event_outbox group by state"
BAD_ROW = "update exports.events set currency = 'XXX' where event_id = 'ord_500'"
PAYLOADS = "select payload from tiktok_ops.event_payloads order by outbox_id"
LATER = "alter database {} set tiktok.clock_offset = '{} minutes'"
fork = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Trouble:
    """What goes wrong: fault rules for the sandbox, a bad row, or a kill when half has arrived."""

    name: str
    faults: tuple[Mapping[str, Any], ...] = ()
    has_bad_row: bool = False
    is_killed: bool = False


def _fault(kind: str, **rule: object) -> tuple[Mapping[str, Any], ...]:
    return ({"kind": kind, "endpoint": "events", **rule},)


DEAD_TOKEN = {"code": 40105, "status": 200}
SLOW = _fault("T08", options={"seconds": 0.4})
TROUBLES = (
    Trouble("nothing"),
    Trouble("one bad row (40002)", has_bad_row=True),
    Trouble(
        "dead token (40105 in HTTP 200)", _fault("A08", options={"code": 40105, "status": 200})
    ),
    Trouble("50000 in HTTP 200", _fault("A13", options={"code": 50000})),
    Trouble("20001, half of one call taken", _fault("A12", times=1)),
    Trouble("time-out after acceptance", _fault("T08", times=1, options={"seconds": LATE_SECONDS})),
    Trouble("kill -9 in mid-run", SLOW, is_killed=True),
)


@dataclass
class Told:
    """What one client said and what the sandbox has."""

    says: int
    copies: int
    distinct: int
    note: str = ""

    def text(self) -> str:
        """Return a cell of the table."""
        verdict = "agrees" if self.says == self.distinct else "WRONG"
        extra = self.copies - self.distinct
        again = f", {extra:,} sent twice" if extra else ""
        return f"says {self.says:,}, TikTok has {self.distinct:,}{again}: {verdict}{self.note}"


def in_truth(servers: Servers) -> tuple[int, int]:
    """Return the copies and the distinct events that the sandbox has taken."""
    ids = []
    for text in (servers.folder / "truth.jsonl").read_text().splitlines(keepends=True):
        if not text.endswith("\n"):
            break  # it is being written
        ids += [key[1] for key in json.loads(text).get("keys", ())]
    return len(ids), len(set(ids))


def _run(servers: Servers, warehouse: str) -> None:
    deliver(
        warehouse,
        servers.client(READ_SECONDS),
        PIXEL,
        max_seconds=150,
        pace=Pace(patience=10.0, failures=3),
    )


def ours(servers: Servers, number: int, trouble: Trouble, events: int) -> Told:
    """Let our engine meet a trouble."""
    name = f"truth_{number}"
    warehouse = servers.warehouse(name)
    with connect(warehouse) as connection:
        _fill(connection, trouble, events)
        worker = fork.Process(target=_run, args=(servers, warehouse))
        worker.start()
        if trouble.is_killed:
            while in_truth(servers)[0] < events // 2 and worker.is_alive():
                time.sleep(0.02)
            worker.kill()
        worker.join()
        if trouble.is_killed:
            # The lease of the dead worker ends, and the next run goes on.
            connection.execute(LATER.format(name, 5))
            servers.control.clear_faults()
            worker = fork.Process(target=_run, args=(servers, warehouse))
            worker.start()
            worker.join()
        states = dict(connection.execute(STATES).fetchall())
    delivered = states.pop("delivered", 0)
    note = "".join(f", {count:,} {state}" for state, count in sorted(states.items()))
    told = Told(delivered, *in_truth(servers), note)
    servers.postgres.drop_database(name)
    return told


def peers(servers: Servers, peer: Peer, trouble: Trouble, events: int) -> Told:
    """Let drt meet a trouble, with the JSON that our engine made of the rows."""
    warehouse = servers.warehouse("truth_peer")
    with connect(warehouse) as connection:
        _fill(connection, trouble, events)
        texts = [row[0] for row in connection.execute(PAYLOADS).fetchall()]
    servers.postgres.drop_database("truth_peer")
    peer.prepare(servers.url, texts)
    if trouble.is_killed:
        peer.run_and_kill(lambda: in_truth(servers)[0] >= events // 2)
        servers.control.clear_faults()
    says, _ = peer.run()
    return Told(says, *in_truth(servers))


def _fill(connection: psycopg.Connection[Any], trouble: Trouble, events: int) -> None:
    make_rows(connection, events)
    if trouble.has_bad_row:
        connection.execute(BAD_ROW)
    enqueue(connection, RELATION, EventSettings())


def _begin(servers: Servers, trouble: Trouble) -> None:
    servers.control.reset("events", "faults", "requests", "tokens", "quota")
    for rule in trouble.faults:
        rest = {name: value for name, value in rule.items() if name != "kind"}
        servers.control.fault(rule["kind"], **rest)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--events", type=int, default=5_000)
    parser.add_argument("--without-drt", action="store_true")
    arguments = parser.parse_args()
    with servers() as both:
        peer = None if arguments.without_drt else Peer.build(both.folder / "drt")
        for number, trouble in enumerate(TROUBLES):
            _begin(both, trouble)
            print(f"{trouble.name}")
            told = ours(both, number, trouble, arguments.events)
            print(f"    ours            {told.text()}", flush=True)
            if peer is not None:
                _begin(both, trouble)
                told = peers(both, peer, trouble, arguments.events)
                print(f"    drt-core 1.2.1  {told.text()}", flush=True)


if __name__ == "__main__":
    main()
