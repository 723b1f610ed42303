"""Import what a token may see: accounts and pixels; campaigns, ad groups and ads by name."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.api.accounts import (
    advertiser_info,
    list_ad_groups,
    list_ads,
    list_campaigns,
    list_pixels,
)
from airflow_provider_tiktok.api.errors import TikTokError, TikTokReauthoriseError
from airflow_provider_tiktok.hooks.account_watch import AccountWatch
from airflow_provider_tiktok.hooks.grant import advertisers_to_import, refusal
from airflow_provider_tiktok.warehouse.accounts import (
    save_ad_groups,
    save_ads,
    save_advertisers,
    save_campaigns,
    save_pixels,
)
from airflow_provider_tiktok.warehouse.status import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from airflow_provider_tiktok.api.accounts import Pixel
    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.hooks.settings import Settings
    from airflow_provider_tiktok.warehouse.accounts_save import SaveResult

log = logging.getLogger(__name__)


@dataclass
class AccountImport:
    """What an import found. ``problems`` are sentences that a person must act on.

    ``failures`` are errors that may pass by themselves; the accounts they belong to were skipped.
    """

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    failures: list[TikTokError] = field(default_factory=list)


def import_accounts(
    warehouse: psycopg.Connection[Any],
    client: TikTokClient,
    settings: Settings,
    *,
    most_with_pixels: int | None = None,
) -> AccountImport:
    """Save the advertisers of the connection and their pixels; one that fails leaves the others.

    :param most_with_pixels: read the pixels of so many advertisers and count the others as
        ``pixels_left``, where a person waits for the answer.

    :raises TikTokReauthoriseError: the token is dead, so nothing can be imported.
    """
    found = AccountImport(problems=list(_refused_advertisers(settings)))
    watch = AccountWatch(warehouse, settings.connection_id)
    asked, is_whole_grant = advertisers_to_import(client, settings)
    asked = [advertiser_id for advertiser_id in asked if advertiser_id not in settings.refused]
    listing = advertiser_info(client, asked)
    found.problems += [refusal(name, outcome) for name, outcome in listing.refused.items()]
    is_complete = is_whole_grant and listing.is_complete and not listing.refused
    saved = save_advertisers(
        warehouse, settings.connection_id, listing.items, is_complete=is_complete
    )
    _tell("advertiser", saved, found.counts)
    names = {one.advertiser_id: one.advertiser_name for one in listing}
    watch.saved("advertiser", saved, names)
    elsewhere = set(saved.held_elsewhere)
    ours = [one.advertiser_id for one in listing if one.advertiser_id not in elsewhere]
    for advertiser_id in ours[:most_with_pixels]:
        pixels = _import_pixels(warehouse, client, advertiser_id, found, watch)
        if most_with_pixels is None:
            watch.traffic(client, advertiser_id, pixels, now(warehouse).date())
    if left := len(ours[most_with_pixels:]) if most_with_pixels is not None else 0:
        found.counts["pixels_left"] = left
    return found


def import_ads(
    warehouse: psycopg.Connection[Any], client: TikTokClient, advertiser_id: str
) -> Counter[str]:
    """Save the campaigns, ad groups and ads of one advertiser, and return the counts.

    :raises TikTokError: TikTok does not list them.
    :raises WarehouseError: the advertiser was never imported.
    """
    counts: Counter[str] = Counter()
    for kind, read, save in (
        ("campaign", list_campaigns, save_campaigns),
        ("ad_group", list_ad_groups, save_ad_groups),
        ("ad", list_ads, save_ads),
    ):
        listing = read(client, advertiser_id)
        saved = save(warehouse, advertiser_id, listing.items, is_complete=listing.is_complete)
        _tell(kind, saved, counts)
    return counts


def _refused_advertisers(settings: Settings) -> Sequence[str]:
    return [settings.refused[name] for name in settings.advertiser_ids if name in settings.refused]


def _import_pixels(
    warehouse: psycopg.Connection[Any],
    client: TikTokClient,
    advertiser_id: str,
    found: AccountImport,
    watch: AccountWatch,
) -> Sequence[Pixel]:
    try:
        listing = list_pixels(client, advertiser_id)
    except TikTokReauthoriseError:
        raise
    except TikTokError as error:
        log.warning("Advertiser %s: its pixels were not read. %s", advertiser_id, error)
        found.failures.append(error)
        return ()
    saved = save_pixels(warehouse, advertiser_id, listing.items, is_complete=listing.is_complete)
    _tell("pixel", saved, found.counts)
    watch.saved("pixel", saved, {one.pixel_code: one.pixel_name for one in listing})
    return listing.items


def _tell(kind: str, saved: SaveResult, counts: Counter[str]) -> None:
    counts.update(
        {
            f"{kind}s": saved.seen,
            f"{kind}s_added": saved.added,
            f"{kind}s_changed": len({change.entity_id for change in saved.changes}),
            f"{kind}s_missing": saved.missing,
        }
    )
    for entity_id in saved.held_elsewhere:
        log.warning("%s %s comes from another connection already; left there.", kind, entity_id)
    if kind in {"advertiser", "pixel"}:
        for change in saved.changes:
            log.info(
                "%s %s: %s was %s and is %s now.",
                kind,
                change.entity_id,
                change.field,
                change.old_value,
                change.new_value,
            )
