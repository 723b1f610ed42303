"""``airflow tiktok forget``, ``retain``, ``pause``, ``resume`` and ``alerts``."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

from airflow.utils.providers_configuration_loader import providers_configuration_loaded

from airflow_provider_tiktok.cli.session import opened_hook, say
from airflow_provider_tiktok.cli.text import counted, wrapped
from airflow_provider_tiktok.hooks.delivery_settings import retention, thresholds
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.warehouse.delivery_checks import CHECKS, find_alerts
from airflow_provider_tiktok.warehouse.outbox_care import (
    count_subjects,
    forget,
    is_known_source,
    pause,
    resume,
    retain,
    subjects_of,
)

if TYPE_CHECKING:
    import argparse

UNKNOWN_SOURCE = (
    "No pixel of this code was imported and no event of it was ever enqueued: check the code. "
    "`airflow tiktok status` lists those with events."
)


@providers_configuration_loaded
def forget_people(args: argparse.Namespace) -> None:
    """Count what people's events are; with ``--yes`` remove what they say."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        named = list(args.subject_keys or ())
        if not any(named) and not args.event_ids:
            raise SettingsError("Say whom to forget: --subject KEY, or --event-id ID.")
        found = {
            event_id: subjects_of(warehouse, hook.settings.connection_id, [event_id])
            for event_id in args.event_ids or ()
        }
        if of_nobody := sorted(event_id for event_id, subjects in found.items() if not subjects):
            raise SettingsError(
                f"No person is known for {', '.join(of_nobody)}, so nothing was changed: never "
                "enqueued, payload past its retention, or the person was forgotten already."
            )
        people = sorted({*named, *(one for subjects in found.values() for one in subjects)})
        if args.yes:
            result = forget(warehouse, people, forgotten_by=getpass.getuser())
        else:
            result = count_subjects(warehouse, people)
    whose = f"of {counted(len(people), 'person') if len(people) == 1 else f'{len(people)} people'}"
    if args.yes:
        say(
            f"What {counted(result.events, 'event')} {whose} said is removed; {result.stopped} of "
            "them still waited and will not be sent. New rows of theirs are refused. Delete them "
            "at the source as well: this provider does not change your tables."
        )
    else:
        say(
            f"{counted(result.events, 'event')} {whose}, {result.stopped} of them still waiting. "
            "Nothing was changed; add --yes to forget."
        )


@providers_configuration_loaded
def retain_events(args: argparse.Namespace) -> None:
    """Remove what is past its retention time."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        kept = retention()
        result = retain(warehouse, kept)
    say(
        f"Removed: {counted(result.payloads, 'payload')} older than {kept.payloads.days} days "
        f"({kept.quarantine.days} in quarantine), {counted(result.events, 'receipt')} older than "
        f"{kept.receipts.days} days."
    )


@providers_configuration_loaded
def pause_pixel(args: argparse.Namespace) -> None:
    """Let a pixel's events wait."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        pause(warehouse, args.pixel, paused_by=getpass.getuser())
        is_known = is_known_source(warehouse, args.pixel)
    say(
        f"{args.pixel} is paused. Its events are enqueued and wait; web events expire after 7 "
        f"days.\nGo on with: airflow tiktok resume {args.pixel}"
    )
    if not is_known:
        say(UNKNOWN_SOURCE)


@providers_configuration_loaded
def resume_pixel(args: argparse.Namespace) -> None:
    """Let a pixel go on."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        resume(warehouse, args.pixel)
        is_known = is_known_source(warehouse, args.pixel)
    say(f"{args.pixel} goes on: the next run of tiktok_events sends what waits.")
    if not is_known:
        say(UNKNOWN_SOURCE)


@providers_configuration_loaded
def show_alerts(args: argparse.Namespace) -> None:
    """Run the checks of the DAG tiktok_alerts."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        alerts = find_alerts(warehouse, thresholds())
    for alert in alerts:
        say(wrapped(f"{alert.check}  {alert.place}  ", alert.message))
    if alerts:
        sys.exit(1)
    say(f"All is well: {', '.join(CHECKS)}.")
