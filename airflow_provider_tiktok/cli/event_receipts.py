"""``airflow tiktok receipt`` and ``quarantine``: what became of events, and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from airflow.utils.providers_configuration_loader import providers_configuration_loaded

from airflow_provider_tiktok.cli.event_preview import payload_text, withheld_text
from airflow_provider_tiktok.cli.session import opened_hook, say
from airflow_provider_tiktok.cli.text import counted, moment, named, table
from airflow_provider_tiktok.events.reasons import NEW_WHEN_CORRECTED
from airflow_provider_tiktok.warehouse.outbox_receipts import ended_badly, read_receipts

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from airflow_provider_tiktok.warehouse.outbox_receipts import Attempt, EndedEvent, Receipt


@providers_configuration_loaded
def receipt(args: argparse.Namespace) -> None:
    """Show the receipts of events."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        receipts = read_receipts(
            warehouse, hook.settings.connection_id, args.event_ids, event_source_id=args.pixel
        )
    for one in receipts:
        say(receipt_text(one, with_payload=args.payload))
    missing = set(args.event_ids) - {one.event_id for one in receipts}
    if missing:
        pixel = f" for {args.pixel}" if args.pixel else ""
        sys.exit(
            f"Never enqueued by {args.connection}{pixel}: {', '.join(sorted(missing))}. `airflow "
            "tiktok preview --event-id …` shows whether the export view has it."
        )


@providers_configuration_loaded
def quarantine(args: argparse.Namespace) -> None:
    """List the events that were set aside."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        events = ended_badly(
            warehouse,
            hook.settings.connection_id,
            states=args.states,
            reason=args.reason,
            event_source_id=args.pixel,
            limit=args.limit,
        )
    for event in events:
        say(_ended_text(event))
    total = events[0].total if events else 0
    shown = f", the newest {len(events)} are shown" if total > len(events) else ""
    say(f"{counted(total, 'event')} {' or '.join(args.states)}{shown}.")
    to_replay = [event for event in events if _is_replayed_when_corrected(event)]
    if to_replay:
        say(
            "After the row is corrected and enqueued again: airflow tiktok replay --event-id "
            f"{to_replay[0].event_id} --yes"
        )


def receipt_text(receipt: Receipt, *, with_payload: bool = False) -> str:
    """Return a receipt as a person reads it."""
    pairs = [
        ("state", _state(receipt)),
        ("reason", receipt.reason or ""),
        ("what to do", receipt.hint or ""),
        ("happened", moment(receipt.event_time)),
        ("enqueued", moment(receipt.enqueued_at)),
        ("settled", moment(receipt.settled_at)),
        ("consent", receipt.consent_state + ", limited data use" * receipt.limited_data_use),
        ("signals sent" if receipt.attempts else "signals", ", ".join(receipt.signals)),
        ("withheld", withheld_text(receipt.withheld)),
        ("payload hash", receipt.payload_hash or ""),
        ("row changed", _changed(receipt)),
    ]
    replays = [
        f"  replayed {moment(one.requested_at)} by {one.requested_by}, from {one.from_state}"
        + (f" ({one.from_reason})" if one.from_reason else "")
        + (", past the horizon" if one.is_past_horizon else "")
        for one in receipt.replays
    ]
    head = f"{receipt.event_id}  {receipt.event} to {receipt.event_source} "
    parts = [f"{head}{receipt.event_source_id}", named(pairs), *replays]
    parts.append(_attempts(receipt.attempts) if receipt.attempts else "  never sent")
    if with_payload:
        parts.append(payload_text(receipt.payload) if receipt.payload else "  payload: not kept")
    return "\n".join([*parts, ""])


def _state(receipt: Receipt) -> str:
    if receipt.waits_for_purchase:
        purchase = receipt.purchase_state or "not here yet"
        return f"{receipt.state}, waits for its purchase {receipt.purchase_event_id} ({purchase})"
    if receipt.state == "pending" and receipt.has_unknown_outcome:
        return "pending, and TikTok may have it already"
    return receipt.state


def _changed(receipt: Receipt) -> str:
    if receipt.payload_changed_at is None:
        return ""
    return f"{moment(receipt.payload_changed_at)}, after it was sent; what was sent stays as it is"


def _attempts(attempts: Sequence[Attempt]) -> str:
    rows = [
        (
            str(one.attempt),
            moment(one.sent_at),
            one.outcome,
            "" if one.code is None else str(one.code),
            one.request_id or "",
            one.run_id or "",
        )
        for one in attempts
    ]
    head = ("attempt", "sent", "outcome", "code", "request", "run")
    said = [f"  attempt {one.attempt}: {one.message}" for one in attempts if one.code]
    return "\n".join([table(head, rows), *said])


def _is_replayed_when_corrected(event: EndedEvent) -> bool:
    return event.state == "quarantined" and event.reason not in NEW_WHEN_CORRECTED


def _replay_of(event: EndedEvent) -> str:
    if event.reason in NEW_WHEN_CORRECTED:
        return "not needed: the corrected row is a new event"
    return "" if event.can_be_replayed else "not before its row is corrected"


def _ended_text(event: EndedEvent) -> str:
    answer = "" if event.code is None else f"{event.code} {event.message}"
    request = f" (request {event.request_id})" if answer and event.request_id else ""
    pairs = [
        (event.state, event.reason),
        ("since", moment(event.settled_at)),
        ("TikTok", f"{answer}{request}"),
        ("what to do", event.hint or ""),
        ("replay", _replay_of(event) if event.state == "quarantined" else ""),
    ]
    return f"{event.event_id}  {event.event} to {event.event_source_id}\n{named(pairs)}\n"
