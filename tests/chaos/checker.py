"""Compare what the warehouse says with what the sandbox took. Only the sandbox is believed.

After Jepsen's total-queue: what goes in must come out, once, and nothing else.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.chaos.history import TERMINAL

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

    from tests.chaos.history import Sampler
    from tests.chaos.source import Source

EVENTS = """
select event_id, outbox_id, state, batch_id, attempts
from tiktok_ops.event_outbox
"""
# A try is unclear when TikTok may have taken the event although nobody read so in time.
ATTEMPTS = """
select
    attempts.outbox_id,
    batches.batch_id,
    batches.request_id,
    batches.outcome,
    batches.outcome in ('unknown', 'retry', 'partial', 'lease_expired', 'sent')
    or (
        batches.outcome <> 'not_sent'
        and coalesce(batches.finished_at > batches.leased_until, false)
    ) as is_unclear
from tiktok_ops.event_attempts as attempts
inner join tiktok_ops.event_batches as batches using (batch_id)
"""
HISTORY = "select outbox_id, old_state, new_state, was_replayed from chaos.history"
NAMES = (
    "lost",
    "phantom",
    "unexpected",
    "unexplained_duplicates",
    "unannounced",
    "double_acknowledgements",
    "state_regressions",
    "conservation",
    "stuck",
    "counted_twice",
    "refund_before_purchase",
    "false_receipts",
    "wrong_end",
    "crashes",
)
MEANING = {
    "lost": "events that TikTok should have and does not",
    "phantom": "events we call delivered and TikTok does not have",
    "unexpected": "events at TikTok that are in no source row",
    "unexplained_duplicates": "copies at TikTok beyond one and the tries of unclear outcome",
    "unannounced": "copies at TikTok beyond the tries that were written down before",
    "double_acknowledgements": "events that were written as delivered twice",
    "state_regressions": "final states that changed without a replay",
    "conservation": "samples in which an event was missing or in two states",
    "stuck": "events in no final state after the drain",
    "counted_twice": "events that TikTok's deduplication counted twice",
    "refund_before_purchase": "refunds that arrived before their purchase",
    "false_receipts": "delivered events whose receipt names no request in which they were",
    "wrong_end": "events that ended in another state than their row deserves",
    "crashes": "workers that ended with an error nobody expects",
}


@dataclass
class Findings:
    """What is wrong, by name of the check; and numbers that are no fault."""

    wrong: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in NAMES})
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def found(self) -> dict[str, list[str]]:
        """The checks that are red, each with the first things it found."""
        return {name: found[:5] for name, found in self.wrong.items() if found}


@dataclass(frozen=True)
class Truth:
    """The sandbox's log, by event_id: positions of its copies, requests, and those counted."""

    copies: dict[str, list[int]]
    requests: dict[str, set[str]]
    counted: Counter[str]


def read_truth(path: Path) -> Truth:
    """Read the log of accepted events; a line that a kill cut short was never answered."""
    copies: dict[str, list[int]] = defaultdict(list)
    requests: dict[str, set[str]] = defaultdict(set)
    counted: Counter[str] = Counter()
    position = 0
    with path.open("rb") as lines:
        for line in lines:
            record: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {}
            if record.get("kind") != "events":
                continue
            for (_, event_id, _), decision in zip(record["keys"], record["decisions"], strict=True):
                position += 1
                copies[event_id].append(position)
                requests[event_id].add(record["request_id"])
                counted[event_id] += decision == "counted"
    return Truth(copies, requests, counted)


def check(
    database: psycopg.Connection[Any],
    source: Source,
    truth_log: Path,
    sampler: Sampler,
    crashes: str = "",
) -> Findings:
    """Return everything that is wrong after a run that has drained."""
    truth = read_truth(truth_log)
    findings = Findings()
    wrong = findings.wrong
    events = {row[0]: row[1:] for row in database.execute(EVENTS).fetchall()}
    tries = defaultdict(list)
    for outbox_id, *rest in database.execute(ATTEMPTS).fetchall():
        tries[outbox_id].append(rest)

    wrong["lost"] = sorted(source.must_arrive - truth.copies.keys())
    wrong["unexpected"] = sorted(truth.copies.keys() - source.must_arrive)
    wrong["counted_twice"] = [one for one, times in truth.counted.items() if times != 1]
    wrong["conservation"] = sampler.violations
    wrong["crashes"] = [crashes] if crashes else []
    for event_id, (outbox_id, state, batch_id, attempts) in events.items():
        copies = len(truth.copies.get(event_id, ()))
        unclear = sum(is_unclear for *_, is_unclear in tries[outbox_id])
        if state == "delivered" and not copies:
            wrong["phantom"].append(event_id)
        if state not in TERMINAL:
            wrong["stuck"].append(f"{event_id} {state}")
        if copies - 1 > unclear:
            wrong["unexplained_duplicates"].append(f"{event_id}: {copies} copies, {unclear}")
        if copies > attempts:
            wrong["unannounced"].append(f"{event_id}: {copies} copies, {attempts} tries")
        if state == "delivered":
            receipt = {one[1] for one in tries[outbox_id] if one[0] == batch_id}
            if not receipt & truth.requests.get(event_id, set()):
                wrong["false_receipts"].append(f"{event_id}: {receipt}")
        if state != source.must_not_arrive.get(event_id, "delivered"):
            wrong["wrong_end"].append(f"{event_id} {state}")
    wrong["refund_before_purchase"] = [
        event_id
        for event_id, positions in truth.copies.items()
        if event_id.startswith("refund_")
        and positions[0] < min(truth.copies.get(f"ord_{event_id[7:]}", [1 << 60]))
    ]
    _read_history(database, wrong)
    findings.numbers = {
        "events": len(events),
        "accepted": sum(map(len, truth.copies.values())),
        "resent": sum(len(copies) - 1 for copies in truth.copies.values()),
        "attempts": sum(map(len, tries.values())),
        "samples": sampler.samples,
    }
    return findings


def _read_history(database: psycopg.Connection[Any], wrong: dict[str, list[str]]) -> None:
    delivered: Counter[int] = Counter()
    for outbox_id, old, new, was_replayed in database.execute(HISTORY).fetchall():
        delivered[outbox_id] += new == "delivered"
        if old in TERMINAL and not was_replayed:
            wrong["state_regressions"].append(f"{outbox_id}: {old} to {new}")
    wrong["double_acknowledgements"] = [str(one) for one, times in delivered.items() if times > 1]
