"""The commands about spend: what reading it will take, and what was read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from airflow.utils.providers_configuration_loader import providers_configuration_loaded

from airflow_provider_tiktok.cli.session import opened_hook, say
from airflow_provider_tiktok.cli.spend_text import plan_text, pulls_text
from airflow_provider_tiktok.hooks.grant import advertisers_to_read
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.warehouse.accounts import Advertiser, enabled_advertisers
from airflow_provider_tiktok.warehouse.spend_price import price_of_days, price_of_due
from airflow_provider_tiktok.warehouse.spend_time import account_zone
from airflow_provider_tiktok.warehouse.status import now, pulls

if TYPE_CHECKING:
    import argparse
    from typing import Any

    import psycopg

    from airflow_provider_tiktok.hooks.tiktok import TikTokHook


@providers_configuration_loaded
def plan(args: argparse.Namespace) -> None:
    """Say what reading a range of days takes, or what the next hourly run would read."""
    first, last = _range(args)
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        tier, moment = hook.settings.quota_tier, now(warehouse)
        found = []
        for advertiser in _advertisers(warehouse, hook, args.advertiser):
            if first is None or last is None:
                found.append(price_of_due(warehouse, advertiser, moment, tier=tier))
                continue
            zone = account_zone(advertiser.display_timezone, advertiser.timezone)
            today = moment.astimezone(zone).date()
            if first > today:
                raise SettingsError(
                    f"--from {first} is after today ({today}) of advertiser "
                    f"{advertiser.advertiser_id}: choose an earlier day.",
                )
            end = min(last, today)
            found.append(price_of_days(warehouse, advertiser, first, end, tier=tier))
        what = f"{first} to {last}" if first else f"what is due at {moment:%Y-%m-%d %H:%M} UTC"
        say(plan_text(found, what=what, tier=tier))


@providers_configuration_loaded
def show_pulls(args: argparse.Namespace) -> None:
    """Show the last pulls in words: when, what, how much, what was left out and why."""
    with opened_hook(args) as hook, hook.connect_warehouse() as warehouse:
        ids = [one.advertiser_id for one in _advertisers(warehouse, hook, args.advertiser)]
        say(pulls_text(pulls(warehouse, ids, limit=args.last)))


def _range(args: argparse.Namespace) -> tuple[date | None, date | None]:
    if args.first is None and args.end is None:
        return None, None
    try:
        first, last = date.fromisoformat(args.first), date.fromisoformat(args.end)
    except (TypeError, ValueError):
        raise SystemExit("Give both --from and --to as days of the account: 2026-11-30.") from None
    if last < first:
        raise SystemExit(f"The range ends ({last}) before it begins ({first}): swap the dates.")
    return first, last


def _advertisers(
    warehouse: psycopg.Connection[Any], hook: TikTokHook, advertiser_id: str | None
) -> list[Advertiser]:
    wanted = [advertiser_id] if advertiser_id else advertisers_to_read(warehouse, hook.settings)
    found = [
        advertiser
        for advertiser in enabled_advertisers(warehouse, hook.settings.connection_id)
        if advertiser.advertiser_id in wanted
    ]
    if not found:
        named = f"Advertiser {advertiser_id}" if advertiser_id else "No advertiser"
        verb = "is not" if advertiser_id else "is"
        raise SettingsError(
            f"{named} {verb} imported by connection {hook.settings.connection_id} and switched on. "
            "Run the DAG tiktok_accounts first and read its log.",
        )
    return found
