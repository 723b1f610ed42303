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
    if not any((sending, result.past_horizon, result.without_payload)):
        return (
            "No event that has ended matches. What still waits is sent without a replay; `airflow "
            "tiktok receipt` shows one event, `airflow tiktok status` how many are where."
        )
    wait = "waits" if sending == 1 else "wait"
    would = "would wait" if result.is_dry_run else wait
    lines = [f"{counted(sending, 'event')} {would} for delivery again."]
    if result.with_purchase:
        come = "comes" if result.with_purchase == 1 else "come"
        lines.append(
            f"Among them {counted(result.with_purchase, 'refund')} that {come} back with the "
            "purchase."
        )
    if result.past_horizon:
        stay = "stays" if result.past_horizon == 1 else "stay"
        lines.append(
            f"{counted(result.past_horizon, 'event')} {stay}: TikTok may have what left more than "
            "47 hours ago and would count it twice. Look at Events Manager; --past-48-hours sends "
            "it in any case."
        )
    if result.without_payload:
        lines.append(
            f"{counted(result.without_payload, 'event')} cannot be sent: the row is still wrong, "
            "too old or without consent, retention removed what it said, or the person was "
            "forgotten. See `airflow tiktok receipt`."
        )
    if sending:
        what = "it" if sending == 1 else "them"
        lines.append(
            "Nothing was changed; add --yes to do it."
            if result.is_dry_run
            else f"The next run of tiktok_events sends {what}."
        )
    return "\n".join(lines)
