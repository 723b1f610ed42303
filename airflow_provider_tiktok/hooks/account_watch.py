"""Notice what a person must know about accounts and pixels: gained, gone, changed, quiet."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.api.accounts import pixel_event_stats
from airflow_provider_tiktok.api.errors import TikTokError, TikTokReauthoriseError
from airflow_provider_tiktok.warehouse.notices import (
    CONDITIONS,
    close_notice,
    open_notice,
    sentence_of,
)
from airflow_provider_tiktok.warehouse.overview import known_accounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import psycopg

    from airflow_provider_tiktok.api.accounts import Pixel
    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.warehouse.accounts_save import SaveResult
    from airflow_provider_tiktok.warehouse.notices import Kind

log = logging.getLogger(__name__)

_GAINED: dict[str, Kind] = {"advertiser": "advertiser_gained", "pixel": "pixel_gained"}
_GONE: dict[str, Kind] = {"advertiser": "advertiser_gone", "pixel": "pixel_gone"}
_CHANGED: dict[str, Kind] = {
    "display_timezone": "time_zone_changed",
    "currency": "currency_changed",
}
# A pixel that took fewer events in a week may be silent for a day and well.
BUSY_WEEK = 20
RECENT = timedelta(days=1)
WEEK = timedelta(days=7)


class AccountWatch:
    """What is worth a notice, for one connection.

    Each notice is a row that the page shows until it is over, and a warning in the task's log.
    """

    def __init__(self, warehouse: psycopg.Connection[Any], connection_id: str) -> None:
        """Read what is known before the import."""
        self._warehouse = warehouse
        self._connection_id = connection_id
        known = known_accounts(warehouse, connection_id)
        self._known = {"advertiser": known.advertisers, "pixel": known.pixels}

    def saved(self, kind: str, result: SaveResult, names: Mapping[str, str | None]) -> None:
        """Compare an import with what was known before it; the first one brings no news.

        :param names: the names of what the import brought, by id.
        """
        known = self._known[kind]
        elsewhere = set(result.held_elsewhere)
        for entity_id, name in names.items():
            if known and entity_id not in known and entity_id not in elsewhere:
                self._tell(_GAINED[kind], entity_id, new=name)
        for change in result.changes:
            if change.field in _CHANGED and change.old_value is not None:
                self._tell(
                    _CHANGED[change.field], change.entity_id, change.old_value, change.new_value
                )
            elif change.field == "presence" and change.new_value == "missing":
                self._tell(_GONE[kind], change.entity_id)
            elif change.field == "presence":
                self._over(_GONE[kind], change.entity_id)

    def traffic(
        self, client: TikTokClient, advertiser_id: str, pixels: Sequence[Pixel], today: date
    ) -> None:
        """Ask TikTok which pixels were busy for a week and took nothing since yesterday.

        An account whose statistics cannot be read is left out: they are no condition for anything.
        """
        codes = {pixel.pixel_id: pixel.pixel_code for pixel in pixels}
        if not codes:
            return
        try:
            recent = self._counts(client, advertiser_id, list(codes), today - RECENT, today)
            before = self._counts(
                client, advertiser_id, list(codes), today - RECENT - WEEK, today - 2 * RECENT
            )
        except TikTokReauthoriseError:
            raise
        except TikTokError as error:
            log.info("Advertiser %s: no statistics of its pixels. %s", advertiser_id, error)
            return
        for pixel_id, code in codes.items():
            if recent.get(pixel_id):
                self._over("pixel_quiet", code)
            elif before.get(pixel_id, 0) >= BUSY_WEEK:
                self._tell("pixel_quiet", code, str(before[pixel_id]))

    @staticmethod
    def _counts(
        client: TikTokClient, advertiser_id: str, pixel_ids: list[str], first: date, last: date
    ) -> dict[str, int]:
        found: dict[str, int] = {}
        for count in pixel_event_stats(client, advertiser_id, pixel_ids, first, last):
            found[count.pixel_id] = found.get(count.pixel_id, 0) + count.total_count
        return found

    def _tell(
        self, kind: Kind, entity_id: str, old: str | None = None, new: str | None = None
    ) -> None:
        is_news = open_notice(
            self._warehouse, self._connection_id, kind, entity_id, old=old, new=new
        )
        if is_news:
            level = logging.WARNING if kind in CONDITIONS else logging.INFO
            log.log(level, "%s", sentence_of(kind, entity_id, old, new))

    def _over(self, kind: Kind, entity_id: str) -> None:
        close_notice(self._warehouse, self._connection_id, kind, entity_id)
