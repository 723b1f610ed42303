"""Deliberate defects of the engine. Each must turn a named check red, or the checks prove nothing.

python -m tests.chaos.mutants
"""

from __future__ import annotations

import re
import sys
import tempfile
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import sql

from airflow_provider_tiktok.api.errors import ErrorClass
from airflow_provider_tiktok.events import signals
from airflow_provider_tiktok.warehouse import (
    database,
    delivery,
    delivery_consent,
    delivery_decisions,
    delivery_queue,
    delivery_sender,
    outbox,
    outbox_batches,
    outbox_relation,
)
from airflow_provider_tiktok.warehouse.delivery_decisions import DELIVERED, Verdict
from tests.chaos.bench import Bench
from tests.chaos.scenarios import SCENARIOS, Red
from tests.chaos.worker import fork

if TYPE_CHECKING:
    from sandbox.postgres import EmbeddedPostgres
    from tests.chaos.servers import SandboxProcess

READERS = (delivery_consent, delivery_queue, outbox, outbox_batches, outbox_relation)
Plant = Callable[[], None] if TYPE_CHECKING else Any


@dataclass(frozen=True)
class Mutant:
    """A defect, the scenario that must notice it, and the check that must be red."""

    name: str
    scenario: str
    check: str
    plant: Plant


def _in_sql(name: str, *changes: tuple[str, str]) -> None:
    """Change the text of a statement wherever it is read."""
    text: Any = database.statement(name)
    for old, new in changes:
        assert old in text, f"{name}.sql no longer says {old}"
        text = text.replace(old, new)
    before = outbox_batches.statement
    for module in READERS:
        module.statement = lambda asked: text if asked == name else before(asked)  # type: ignore[attr-defined]


def _answer(error_class: ErrorClass, verdict: Verdict) -> None:
    delivery_decisions._DECISIONS[error_class] = lambda _outcome, _events: verdict


def no_fencing() -> None:
    """Settle events by their ids alone."""
    _in_sql(
        "delivery/settle",
        ("outbox.batch_id = (select batch.batch_id from batch)\n", "true\n"),
        ("outbox.state = 'inflight'", "true"),
        (
            "and batches.outcome in ('ready', 'sent', 'lease_expired')",
            "",
        ),
    )


def attempt_after_send() -> None:
    """Claim without writing the attempt down."""
    _in_sql(
        "delivery/claim",
        ("attempts = outbox.attempts + 1,", ""),
        ("where reason is null and batch_id is not null", "where false"),
        ("        held.outbox_ids,\n", "        '{}'::bigint[] as outbox_ids,\n"),
    )


def lease_by_worker() -> None:
    """Let a worker whose clock is five minutes slow say how long its lease is."""
    slow = "clock.now - interval '5 minutes' + %(lease)s"
    _in_sql("delivery/claim", ("clock.now + %(lease)s", slow))
    _in_sql(
        "delivery/start_batch",
        ("clock.now + %(lease)s", slow),
        ("batches.leased_until > clock.now", "true"),
    )


def success_by_status() -> None:
    """Take every HTTP 200 for a success."""
    plain = delivery.decide
    delivery.decide = lambda outcome, events: (
        DELIVERED if outcome.http_status == 200 else plain(outcome, events)
    )


def retry_refused_token() -> None:
    """Ask again at once when TikTok refuses the token."""
    _answer(ErrorClass.REAUTHORISE, Verdict("reauthorise", was_refused=True))


def count_refusal() -> None:
    """Count the refusal of the token against the events."""
    verdict = Verdict("reauthorise", was_refused=True, is_failure=True, stops="blocked")
    _answer(ErrorClass.REAUTHORISE, verdict)


def no_horizon() -> None:
    """Resend an unknown outcome for ten days."""
    plain = outbox_batches.claim

    def claim(connection: Any, worker: Any, settings: Any, limits: Any, **rest: Any) -> Any:
        limits = replace(limits, unknown_window=timedelta(days=10))
        return plain(connection, worker, settings, limits, **rest)

    outbox_batches.claim = claim


def stays_queued() -> None:
    """Leave an event in the queue that a worker has."""
    _in_sql("delivery/claim", ("queue.ctid = any(", "false and queue.ctid = any("))


def random_ids() -> None:
    """Give an event another id each time it is sent."""
    plain = delivery_sender.track_request

    def track_request(*, data: bytes, **rest: Any) -> Any:
        fresh = re.sub(b'"event_id":"', lambda found: found[0] + _id(), data)
        return plain(data=fresh, **rest)

    delivery_sender.track_request = track_request


def _id() -> bytes:
    return uuid.uuid4().hex[:8].encode()


def quarantine_batch() -> None:
    """Quarantine every event of a rejected call."""
    verdict = Verdict("rejected", state="quarantined", reason="rejected_by_tiktok", hint="-")
    _answer(ErrorClass.QUARANTINE, verdict)


def hash_nothing() -> None:
    """Hash what a column holds even where that is nothing."""
    plain = signals._one

    def one(signal: Any, value: Any, region: Any, *, hashed: bool) -> str:
        if hashed and signals.normalise.is_empty_like(str(value)):
            return signals.sha256(str(value).lower())
        return plain(signal, value, region, hashed=hashed)

    signals._one = one


def consent_once() -> None:
    """Look at consent when an event is enqueued, never again."""
    delivery_queue.withdraw = lambda _connection, _pixel: 0


def unquoted_names() -> None:
    """Put the view's name into the statement as it is."""

    def with_relation(name: str, relation: Any, columns: Any = ()) -> Any:
        text: Any = database.statement(name).replace("export_relation", ".".join(relation.parts))
        return sql.SQL(text.replace("export_columns", ", ".join(columns)))

    outbox.with_relation = with_relation
    delivery_consent.with_relation = with_relation


def partial_is_whole() -> None:
    """Take 20001 for a success."""
    _answer(ErrorClass.PARTIAL, DELIVERED)


def refund_at_once() -> None:
    """Let a refund go without its purchase."""
    plain = outbox.staged_row

    def staged_row(event: Any, source_hash: str) -> Any:
        row = list(plain(event, source_hash))
        row[8] = False
        return tuple(row)

    outbox.staged_row = staged_row


def sent_unsaid() -> None:
    """Send without having committed that bytes leave."""
    outbox_batches.start = lambda _connection, _batch, _limits: True


def receipt_first() -> None:
    """Write the receipt before the answer."""
    plain = outbox_batches.start

    def start(connection: Any, batch: Any, limits: Any) -> bool:
        started = plain(connection, batch, limits)
        outbox_batches.settle(connection, batch, DELIVERED, None, limits, chance=0.0)
        return started

    outbox_batches.start = start


def no_recovery() -> None:
    """Leave the events of dead workers with them."""
    outbox_batches.recover = lambda _connection: 0


def watermark() -> None:
    """Read only rows that are newer than all that were read."""
    read = "(single.content::json ->> 'event_time')::timestamptz"
    newest = "coalesce((select max(event_time) from tiktok_ops.event_outbox), '-infinity')"
    _in_sql(
        "outbox/read_export",
        (
            "single.is_in_scope\n",
            f"single.is_in_scope and {read} >= {newest}\n",
        ),
    )


def thaw() -> None:
    """Build an event anew although TikTok may have it."""
    _in_sql(
        "outbox/change_events",
        ("when at_tiktok.may_be then 'frozen'", "when outbox.state = 'delivered' then 'frozen'"),
    )


MUTANTS = (
    Mutant("no fencing token", "zombie", "state_regressions", no_fencing),
    Mutant("attempt written after the send", "crash", "unannounced", attempt_after_send),
    Mutant("lease by the worker's clock", "lease", "live_lease", lease_by_worker),
    Mutant("success by HTTP status", "answers", "phantom", success_by_status),
    Mutant("retry on 40105", "auth", "calls_after_refusal", retry_refused_token),
    Mutant("refused token counts as an attempt", "auth", "refusal_counted", count_refusal),
    Mutant("resend past 48 hours", "horizon", "counted_twice", no_horizon),
    Mutant("stays in the queue while it is sent", "answers", "conservation", stays_queued),
    Mutant("random event_id", "answers", "unexpected", random_ids),
    Mutant("whole batch quarantined", "answers", "lost", quarantine_batch),
    Mutant("hash of the empty string", "nothing", "hash_of_nothing", hash_nothing),
    Mutant("consent read at enqueue only", "consent", "sent_without_consent", consent_once),
    Mutant("view name without quotes", "names", "identifier", unquoted_names),
    Mutant("20001 taken for a success", "answers", "phantom", partial_is_whole),
    Mutant("refund does not wait", "answers", "refund_before_purchase", refund_at_once),
    Mutant("bytes leave uncommitted", "crash", "unexplained_duplicates", sent_unsaid),
    Mutant("receipt before the answer", "crash", "phantom", receipt_first),
    Mutant("dead workers keep their events", "crash", "stuck", no_recovery),
    Mutant("a watermark instead of a comparison", "late", "lost", watermark),
    Mutant("payload rebuilt under its key", "frozen", "changed_under_key", thaw),
)


def red_checks(
    scenario: str, warehouse: str, sandbox: SandboxProcess, plant: Plant = lambda: None
) -> Red:
    """Play a scenario in a process of its own, with a defect or without, and return what is red."""
    ours, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=_play, args=(theirs, scenario, warehouse, sandbox, plant))
    process.start()
    theirs.close()
    try:
        red: Red = ours.recv()
    except EOFError:
        red = {"crashes": [f"{scenario} ended with {process.exitcode}"]}
    process.join()
    return red


def _play(line: Any, scenario: str, warehouse: str, sandbox: SandboxProcess, plant: Plant) -> None:
    bench = Bench(warehouse, sandbox)
    bench.prepare()
    bench.set_clock(timedelta(0))
    plant()
    line.send(SCENARIOS[scenario](bench))


def killed(
    server: EmbeddedPostgres,
    template: str,
    sandbox: SandboxProcess,
    mutants: Sequence[Mutant] = MUTANTS,
) -> list[tuple[Mutant, Red]]:
    """Return what each mutant turned red."""
    found = []
    for number, mutant in enumerate(mutants):
        name = f"mutant_{number}"
        warehouse = server.create_database(name, template=template)
        found.append((mutant, red_checks(mutant.scenario, warehouse, sandbox, mutant.plant)))
        server.drop_database(name)
    return found


def table(found: list[tuple[Mutant, Red]]) -> list[str]:
    """Return the lines of a Markdown table."""
    lines = ["| defect | must turn red | red |", "|---|---|---|"]
    for mutant, red in found:
        verdict = ", ".join(red) if mutant.check in red else f"**SURVIVED** {', '.join(red)}"
        lines.append(f"| {mutant.name} | {mutant.check} ({mutant.scenario}) | {verdict} |")
    return lines


def main() -> int:
    """Print the table; return 1 when a mutant survived."""
    from tests.chaos.stage import new_stage  # noqa: PLC0415 - not for those who import mutants

    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, new_stage(Path(folder)) as stage:
        found = killed(stage.postgres, stage.template, stage.sandbox)
    sys.stdout.write("\n".join(table(found)) + "\n")
    return int(any(mutant.check not in red for mutant, red in found))


if __name__ == "__main__":
    sys.exit(main())
