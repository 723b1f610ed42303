"""``airflow tiktok preview`` and ``send-test``: look at events before they count."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from airflow.utils.providers_configuration_loader import providers_configuration_loaded

from airflow_provider_tiktok.cli.session import opened_hook, say
from airflow_provider_tiktok.cli.text import counted, named, wrapped
from airflow_provider_tiktok.events.masking import masked
from airflow_provider_tiktok.hooks.event_settings import event_settings
from airflow_provider_tiktok.hooks.sources import CONVERSIONS, REFUNDS
from airflow_provider_tiktok.warehouse import outbox
from airflow_provider_tiktok.warehouse.outbox_trial import send_test_events

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    import psycopg

    from airflow_provider_tiktok.events.build import BuiltEvent
    from airflow_provider_tiktok.hooks.tiktok import TikTokHook

NO_ID = "(no event_id)"


@providers_configuration_loaded
def preview(args: argparse.Namespace) -> None:
    """Show what the newest rows, or those asked for, would be sent as."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        events = _events(hook, warehouse, args)
        for event in events:
            say(event_text(event))
        if args.count:
            say(_counts(hook, warehouse, args))
    if missing := _missing(events, args):
        sys.exit(missing)
    if not events:
        say(_nothing(args))


@providers_configuration_loaded
def send_test(args: argparse.Namespace) -> None:
    """Send them with a test event code."""
    with opened_hook(args) as hook:
        with hook.connect_warehouse() as warehouse:
            events = _events(hook, warehouse, args)
        missing = _missing(events, args)
        if not events:
            sys.exit(missing or _nothing(args))
        trial = send_test_events(hook.client, events, args.test_event_code)
    for event in trial.kept_back:
        head = f"{event.event_id or NO_ID} is not sent: {event.reason}. "
        say(wrapped(head, event.hint or "", indent=2))
    for one in trial.refused:
        head = f"{one.event_id} is refused by TikTok (request {one.request_id}): {one.message}. "
        say(wrapped(head, one.hint or "", indent=2))
    for call in trial.accepted:
        say(
            f"  {call.event_source_id}: TikTok accepted {counted(call.events, 'test event')} "
            f"(request {call.request_id})."
        )
    say(
        f"{counted(trial.sent, 'event')} sent with {args.test_event_code}. Look at the Test Events "
        "tab of the pixel in Events Manager; nothing was counted, and the outbox is as it was."
    )
    if missing or trial.refused:
        sys.exit(missing or 1)


def event_text(event: BuiltEvent) -> str:
    """Return an event as a person reads it before it leaves."""
    lines = [
        f"{event.event_id or NO_ID}  {event.event} to {event.event_source} {event.event_source_id}",
        named(
            [
                ("would be", event.state),
                ("reason", event.reason or ""),
                ("what to do", event.hint or ""),
                ("consent", event.consent_state),
                ("withheld", withheld_text(event.withheld)),
            ]
        ),
    ]
    if event.payload is not None:
        lines.append(payload_text(event.payload))
    return "\n".join([*lines, ""])


def payload_text(payload: str) -> str:
    """Return a payload as indented JSON without anything that names a person."""
    text = json.dumps(masked(payload), indent=2, ensure_ascii=False, default=float)
    return "\n".join(f"    {line}" for line in text.splitlines())


def withheld_text(withheld: Mapping[str, str]) -> str:
    """Return which signals stayed here and why, reason by reason."""
    by_reason: dict[str, list[str]] = {}
    for signal, reason in withheld.items():
        by_reason.setdefault(reason, []).append(signal)
    return "; ".join(f"{', '.join(names)} ({reason})" for reason, names in by_reason.items())


def _relations(args: argparse.Namespace) -> tuple[str, ...]:
    return (args.relation,) if args.relation else (CONVERSIONS, REFUNDS)


def _events(
    hook: TikTokHook, warehouse: psycopg.Connection[Any], args: argparse.Namespace
) -> list[BuiltEvent]:
    settings = event_settings(hook.settings, outbox.account_countries(warehouse))
    found = []
    for relation in _relations(args):
        found += outbox.preview(
            warehouse, relation, settings, limit=args.limit, event_ids=args.event_ids
        )
    return found


def _missing(events: Sequence[BuiltEvent], args: argparse.Namespace) -> str | None:
    """Return what to do about events that were asked for and that no export view has."""
    missing = set(args.event_ids or ()) - {event.event_id for event in events}
    if not missing:
        return None
    return (
        f"Not in {' and '.join(_relations(args))}: {', '.join(sorted(missing))}. Model "
        "rpt_quarantined_rows says which rows were left out and why; the dbt project's views hold "
        "the days of var export_days."
    )


def _nothing(args: argparse.Namespace) -> str:
    return f"No events in {' and '.join(_relations(args))}."


def _counts(hook: TikTokHook, warehouse: psycopg.Connection[Any], args: argparse.Namespace) -> str:
    settings = event_settings(hook.settings, outbox.account_countries(warehouse))
    lines = []
    for relation in _relations(args):
        with warehouse.transaction(force_rollback=True):
            result = outbox.enqueue(warehouse, relation, settings)
        counts = [f"{number} {name}" for name, number in result.counts().items() if number]
        reasons = [f"{number} {name}" for name, number in result.reasons.most_common()]
        lines.append(
            wrapped(f"{relation}: ", ", ".join(counts) or "nothing new")
            + (f"\n  because of: {', '.join(reasons)}" if reasons else "")
        )
    return "\n".join(["The next run would find (nothing was written):", *lines])
