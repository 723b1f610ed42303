"""Short stories, each about one rule. A scenario returns the checks that are red, with evidence."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from psycopg import sql

from airflow_provider_tiktok.events.settings import EventSettings
from airflow_provider_tiktok.warehouse import outbox_batches as batches
from airflow_provider_tiktok.warehouse.delivery_decisions import DELIVERED, Verdict
from airflow_provider_tiktok.warehouse.outbox_batches import Limits, Worker
from tests.chaos.failpoints import POINTS
from tests.chaos.source import copy_rows
from tests.chaos.worker import fork
from tests.integration.outbox.export import NOW, PIXEL, change_row, purchase, refund

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.bench import Bench

Red = dict[str, list[str]]
LATER = Verdict("unknown", is_unknown=True, is_failure=True)
WEATHER = ["A12", "A13", "T06", "A02", "A15", "T07", "A01", "T05", "A16"]
NOTHINGS = ["", " ", "n/a", "null", "None", "-"]


def answers(bench: Bench) -> Red:
    """Refunds come first, a row is refused, and call after call goes wrong."""
    refunds = [refund(number) for number in (1, 2, 20)]
    bench.enqueue(refunds)
    bench.deliver()
    purchases = [purchase(number) for number in range(1, 41)]
    purchases[19]["currency"] = "XXX"
    bench.enqueue(purchases)
    bench.sandbox.control.script(WEATHER, endpoint="events")
    for hour in range(1, 2 * len(WEATHER)):
        bench.set_clock(timedelta(hours=hour))
        bench.deliver()
    refused = {"ord_20": "quarantined", "refund_20": "suppressed"}
    return bench.check([*refunds, *purchases], refused).found


def crash(bench: Bench) -> Red:
    """One worker dies before its first byte leaves, one after its last; a third finishes."""
    rows = [purchase(number) for number in range(1, 31)]
    bench.enqueue(rows)
    plants = {point.name: point.plant for point in POINTS}
    for minutes, name in enumerate(("send_before_connect:1", "body_sent")):
        worker = fork.Process(target=_die_at, args=(bench, plants[name], minutes * 3))
        worker.start()
        worker.join()
    for minutes in (6, 9):
        bench.set_clock(timedelta(minutes=minutes))
        bench.deliver()
    return bench.check(rows).found


def _die_at(bench: Bench, plant: Callable[[], None], minutes: int) -> None:
    plant()
    bench.deliver(bench.open(timedelta(minutes=minutes)))


def zombie(bench: Bench) -> Red:
    """A worker wakes after its lease, while another has its events, and when they are done."""
    rows = [purchase(number) for number in range(1, 4)]
    bench.enqueue(rows)
    late = _take(bench)
    bench.set_clock(timedelta(minutes=3))
    batches.recover(bench.database)
    bench.deliver()
    _settle(bench, late, LATER)
    _settle(bench, late, DELIVERED)
    bench.set_clock(timedelta(minutes=30))
    bench.deliver()
    return bench.check(rows).found


def lease(bench: Bench) -> Red:
    """While one worker sends, nobody else takes its events."""
    bench.enqueue([purchase(1)])
    _take(bench)
    calls = bench.deliver(bench.open(timedelta(seconds=60))).calls
    return {"live_lease": [f"{calls} calls"]} if calls else {}


def auth(bench: Bench) -> Red:
    """TikTok refuses the token; ten minutes later somebody has connected again."""
    rows = [purchase(number) for number in range(1, 6)]
    bench.enqueue(rows)
    bench.sandbox.control.fault("A08", endpoint="events")
    calls = 0
    for minutes in range(3):
        bench.set_clock(timedelta(minutes=minutes))
        calls += bench.deliver().calls
    counted = _number(bench, "select sum(failures) from tiktok_ops.event_outbox")
    bench.sandbox.control.clear_faults()
    bench.set_clock(timedelta(minutes=10))
    bench.deliver()
    red = bench.check(rows).found
    if calls > 1:
        red["calls_after_refusal"] = [f"{calls} calls"]
    if counted:
        red["refusal_counted"] = [f"{counted} failures"]
    return red


def horizon(bench: Bench) -> Red:
    """TikTok took the events, nobody heard so, and 49 hours pass."""
    rows = [purchase(number) for number in range(1, 11)]
    bench.enqueue(rows)
    bench.sandbox.control.fault("T06", endpoint="events", times=1)
    bench.deliver()
    bench.set_clock(timedelta(hours=49))
    bench.deliver()
    red = bench.check(rows).found
    ended = _number(
        bench, "select count(*) from tiktok_ops.event_outbox where state = 'expired_unknown'"
    )
    if ended == len(rows):
        del red["wrong_end"]  # here this is the right one
    return red


def consent(bench: Bench) -> Red:
    """A person withdraws consent between the outbox and the call."""
    bench.enqueue([purchase(1), purchase(2)])
    change_row(bench.database, "ord_1", consent_state="denied")
    bench.deliver()
    sent = bench.sent().keys()
    red = {} if "ord_2" in sent else {"lost": ["ord_2"]}
    return red | ({"sent_without_consent": ["ord_1"]} if "ord_1" in sent else {})


def nothing(bench: Bench) -> Red:
    """Columns that hold nothing."""
    rows = [
        purchase(number, email=[one], phone=one, external_id=one, first_name=one, zip=one)
        for number, one in enumerate(NOTHINGS, 1)
    ]
    bench.enqueue(rows)
    bench.deliver()
    hashes = {hashlib.sha256(one.lower().encode()).hexdigest() for one in NOTHINGS}
    log = bench.sandbox.truth_log.read_text()
    found = [one for one in hashes if one in log]
    return {"hash_of_nothing": found} if found else {}


def names(bench: Bench) -> Red:
    """A view whose name needs quotes."""
    name = 'exports."Ev""il; Events"'
    copy_rows(bench.database, [purchase(1)])
    view = sql.Identifier("exports", 'Ev"il; Events')
    bench.database.execute(sql.SQL("create view {} as table exports.events").format(view))
    try:
        bench.enqueue(relation=name)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return {"identifier": [str(error)]}
    found = _number(bench, "select count(*) from tiktok_ops.event_outbox")
    return {} if found == 1 else {"identifier": [f"{found} events"]}


def late(bench: Bench) -> Red:
    """A row that is older than what was read, and is committed after it."""
    rows = [purchase(1, event_time=NOW - timedelta(hours=2)), purchase(2)]
    bench.enqueue(rows[1:])
    bench.enqueue(rows[:1])
    bench.deliver()
    return bench.check(rows).found


def frozen(bench: Bench) -> Red:
    """A row changes after TikTok may have taken it."""
    rows = [purchase(1)]
    bench.enqueue(rows)
    bench.sandbox.control.fault("T06", endpoint="events", times=1)
    bench.deliver()
    change_row(bench.database, "ord_1", value="99.00")
    bench.set_clock(timedelta(hours=1))
    bench.enqueue()
    bench.deliver()
    red = bench.check(rows).found
    if len({str(copy) for copy in bench.sent()["ord_1"]}) > 1:
        red["changed_under_key"] = ["ord_1"]
    return red


SCENARIOS: dict[str, Callable[[Bench], Red]] = {
    one.__name__: one
    for one in (
        answers,
        crash,
        zombie,
        lease,
        auth,
        horizon,
        consent,
        nothing,
        names,
        late,
        frozen,
    )
}


def _take(bench: Bench) -> batches.Batch:
    settings, limits = EventSettings(), Limits()
    claimed = batches.claim(bench.database, Worker(PIXEL, "late", "late"), settings, limits)
    assert claimed.batch is not None
    assert batches.start(bench.database, claimed.batch, limits)
    return claimed.batch


def _settle(bench: Bench, batch: batches.Batch, verdict: Verdict) -> None:
    batches.settle(bench.database, batch, verdict, None, Limits(), chance=0.0)


def _number(bench: Bench, query: str) -> int:
    row = bench.database.execute(query).fetchone()
    return int(row[0] or 0) if row else 0
