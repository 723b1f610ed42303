"""Keep what TikTok says about accounts, pixels, campaigns, ad groups and ads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from airflow_provider_tiktok.warehouse.accounts_save import (
    AD,
    AD_GROUP,
    ADVERTISER,
    CAMPAIGN,
    PIXEL,
    save_entities,
)
from airflow_provider_tiktok.warehouse.database import WarehouseError, statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg

    from airflow_provider_tiktok.warehouse.accounts_save import EntityKind, Info, SaveResult


@dataclass(frozen=True)
class Advertiser:
    """An account that the hourly pull reads."""

    advertiser_id: str
    connection_id: str
    advertiser_name: str | None
    display_timezone: str | None
    timezone: str | None
    currency: str | None


@dataclass(frozen=True)
class Pixel:
    """A pixel that events are sent to; ``pixel_code`` is TikTok's event source id."""

    pixel_code: str
    pixel_id: str
    advertiser_id: str
    connection_id: str
    pixel_name: str | None


def save_advertisers(
    connection: psycopg.Connection[Any],
    connection_id: str,
    infos: Iterable[Info],
    *,
    is_complete: bool = True,
) -> SaveResult:
    """Save the accounts of a grant and return what is new, changed and gone.

    :param infos: accounts under TikTok's field names ("TikTok: Get ad account details").
    :param is_complete: False when *infos* is a selection, so that the others are not missing.
    """
    return save_entities(
        connection,
        ADVERTISER,
        {"connection_id": connection_id},
        infos,
        is_complete=is_complete,
    )


def save_pixels(
    connection: psycopg.Connection[Any],
    advertiser_id: str,
    infos: Iterable[Info],
    *,
    is_complete: bool = True,
) -> SaveResult:
    """Save the pixels of an account and return what is new, changed and gone.

    :param infos: pixels under TikTok's field names ("TikTok: Get pixels").
    :raises WarehouseError: the account itself was never saved.
    """
    connection_id = _connection_of(connection, advertiser_id)
    return save_entities(
        connection,
        PIXEL,
        {"advertiser_id": advertiser_id, "connection_id": connection_id},
        infos,
        is_complete=is_complete,
    )


def save_campaigns(
    connection: psycopg.Connection[Any],
    advertiser_id: str,
    infos: Iterable[Info],
    *,
    is_complete: bool = True,
) -> SaveResult:
    """Save the campaigns of an account and return what is new, changed and gone.

    :raises WarehouseError: the account itself was never saved.
    """
    return _save_children(connection, CAMPAIGN, advertiser_id, infos, is_complete=is_complete)


def save_ad_groups(
    connection: psycopg.Connection[Any],
    advertiser_id: str,
    infos: Iterable[Info],
    *,
    is_complete: bool = True,
) -> SaveResult:
    """Save the ad groups of an account and return what is new, changed and gone.

    :raises WarehouseError: the account itself was never saved.
    """
    return _save_children(connection, AD_GROUP, advertiser_id, infos, is_complete=is_complete)


def save_ads(
    connection: psycopg.Connection[Any],
    advertiser_id: str,
    infos: Iterable[Info],
    *,
    is_complete: bool = True,
) -> SaveResult:
    """Save the ads of an account and return what is new, changed and gone.

    :raises WarehouseError: the account itself was never saved.
    """
    return _save_children(connection, AD, advertiser_id, infos, is_complete=is_complete)


def enabled_advertisers(
    connection: psycopg.Connection[Any],
    connection_id: str,
) -> list[Advertiser]:
    """Return the accounts of a connection that are switched on and still in the grant."""
    with connection.cursor(row_factory=class_row(Advertiser)) as cursor:
        cursor.execute(statement("accounts/enabled_advertisers"), {"connection_id": connection_id})
        return cursor.fetchall()


def enabled_pixels(connection: psycopg.Connection[Any], connection_id: str) -> list[Pixel]:
    """Return the pixels of a connection that are switched on and still in the grant."""
    with connection.cursor(row_factory=class_row(Pixel)) as cursor:
        cursor.execute(statement("accounts/enabled_pixels"), {"connection_id": connection_id})
        return cursor.fetchall()


def enable_advertiser(
    connection: psycopg.Connection[Any],
    advertiser_id: str,
    *,
    is_enabled: bool,
) -> None:
    """Switch the pulls of an account on or off.

    :raises WarehouseError: no such account.
    """
    _enable(connection, "advertiser", advertiser_id, is_enabled=is_enabled)


def enable_pixel(
    connection: psycopg.Connection[Any],
    pixel_code: str,
    *,
    is_enabled: bool,
) -> None:
    """Switch the events of a pixel on or off.

    :raises WarehouseError: no such pixel.
    """
    _enable(connection, "pixel", pixel_code, is_enabled=is_enabled)


def _save_children(
    connection: psycopg.Connection[Any],
    kind: EntityKind,
    advertiser_id: str,
    infos: Iterable[Info],
    *,
    is_complete: bool,
) -> SaveResult:
    _connection_of(connection, advertiser_id)  # an account that was never saved has no children
    owner = {"advertiser_id": advertiser_id}
    return save_entities(connection, kind, owner, infos, is_complete=is_complete)


def _connection_of(connection: psycopg.Connection[Any], advertiser_id: str) -> str:
    found = connection.execute(
        statement("accounts/find_advertiser"), {"advertiser_id": advertiser_id}
    ).fetchone()
    if found is None:
        raise WarehouseError(
            f"Advertiser {advertiser_id} is not in tiktok_raw.advertisers. Import the accounts "
            "first (DAG tiktok_accounts).",
        )
    return str(found[0])


def _enable(
    connection: psycopg.Connection[Any],
    kind: str,
    entity_id: str,
    *,
    is_enabled: bool,
) -> None:
    done = connection.execute(
        statement(f"accounts/enable_{kind}"), {"entity_id": entity_id, "is_enabled": is_enabled}
    )
    if done.rowcount == 0:
        raise WarehouseError(
            f"There is no {kind} {entity_id}. Import the accounts first (DAG tiktok_accounts).",
        )
