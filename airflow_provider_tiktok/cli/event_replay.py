"""``airflow tiktok replay``: send ended events again, counted first."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from airflow.utils.providers_configuration_loader import providers_configuration_loaded

from airflow_provider_tiktok.cli.session import opened_hook, say
from airflow_provider_tiktok.cli.text import counted
from airflow_provider_tiktok.warehouse.outbox_replay import ReplayFilter, ReplayResult, replay

if TYPE_CHECKING:
    import argparse


@providers_configuration_loaded
def replay_events(args: argparse.Namespace) -> None:
    """Count what matches; with ``--yes`` let it wait for delivery again."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        wanted = ReplayFilter(
            event_ids=args.event_ids,
            states=args.states,
            reasons=args.reasons,
            event=args.event,
            event_source_id=args.pixel,
            since=args.since,
            until=args.until,
            run_id=args.run_id,
            connection_id=hook.settings.connection_id,
        )
        result = replay(
            warehouse,
            wanted,
            requested_by=getpass.getuser(),
            is_dry_run=not args.yes,
            past_horizon=args.past_horizon,
        )
    say(replay_text(result))


def replay_text(result: ReplayResult) -> str:
    """Return what a replay does, in sentences."""
    sending = result.replayed + result.with_purchase
    wait = f"{'waits' if sending == 1 else 'wait'} for delivery again"
    would = "would wait for delivery again" if result.is_dry_run else wait
    lines = [f"{counted(sending, 'event')} {would}."]
    if result.with_purchase:
        lines.append(
            f"Among them {counted(result.with_purchase, 'refund')} that comes back with the "
            "purchase."
        )
    if result.past_horizon:
        lines.append(
            f"{counted(result.past_horizon, 'event')} stay: TikTok may have them, they left more "
            "than 47 hours ago and would count twice. Look at Events Manager; --past-48-hours "
            "sends them in any case."
        )
    if result.without_payload:
        lines.append(
            f"{counted(result.without_payload, 'event')} cannot be sent: the row is still wrong, "
            "retention removed what it said, or the person was forgotten. See `airflow tiktok "
            "receipt`."
        )
    if sending:
        lines.append(
            "Nothing was changed; add --yes to do it."
            if result.is_dry_run
            else "The next run of tiktok_events sends them."
        )
    return "\n".join(lines)
