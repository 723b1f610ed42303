"""Compare our receipts with what TikTok counted, per pixel, day and event, and keep both."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.events.names import type_of
from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.delivery_checks import Alert

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import psycopg

    from airflow_provider_tiktok.api.accounts import PixelEventCount


@dataclass(frozen=True, slots=True)
class Compared:
    """One pixel, day and event: our receipts beside TikTok's counts.

    `receipts` were accepted by event/track. `unknown_outcomes` were sent and may have arrived.
    `counted_total` is of server and browser together: an event that came both ways counts once.
    """

    event_source_id: str
    day: date
    event_type: str
    receipts: int
    unknown_outcomes: int
    counted_total: int
    counted_server: int
    counted_browser: int

    @property
    def missing(self) -> int:
        """How many accepted events TikTok does not count."""
        return max(0, self.receipts - self.counted_total)

    @property
    def foreign(self) -> int:
        """How many server events TikTok counts that did not come from this warehouse."""
        return max(0, self.counted_server - self.receipts - self.unknown_outcomes)


def reconcile(
    connection: psycopg.Connection[Any],
    event_source_id: str,
    day: date,
    counted: Iterable[PixelEventCount],
) -> list[Compared]:
    """Compare one pixel's UTC day with TikTok's counts of it, write both down and return them.

    Events are compared under TikTok's names of today, whatever name leaves.

    :param counted: what `pixel_event_stats` answered for this pixel and day only.
    """
    parameters = {"event_source_id": event_source_id, "day": day}
    rows = connection.execute(statement("delivery_checks/receipts_of_day"), parameters)
    ours = {event_type: (receipts, unknown) for event_type, receipts, unknown in rows}
    total, server, browser = Counter[str](), Counter[str](), Counter[str]()
    for count in counted:
        event_type = type_of(count.event)
        total[event_type] += count.total_count
        server[event_type] += count.server_count
        browser[event_type] += count.browser_count
    compared = []
    for event_type in sorted(ours.keys() | total.keys()):
        receipts, unknown_outcomes = ours.get(event_type, (0, 0))
        one = Compared(
            event_source_id,
            day,
            event_type,
            receipts,
            unknown_outcomes,
            total[event_type],
            server[event_type],
            browser[event_type],
        )
        compared.append(one)
        connection.execute(
            statement("delivery_checks/save_reconciliation"),
            {
                **parameters,
                "event_type": event_type,
                "receipts": receipts,
                "unknown_outcomes": unknown_outcomes,
                "counted_total": one.counted_total,
                "counted_server": one.counted_server,
                "counted_browser": one.counted_browser,
            },
        )
    return compared


def gaps(compared: Iterable[Compared], *, largest_share: float) -> list[Alert]:
    """Return where both differ by more than a share of the larger."""
    return [
        Alert("reconciliation", one.event_source_id, sentence)
        for one in compared
        if (sentence := _gap(one, largest_share))
    ]


def _gap(one: Compared, largest_share: float) -> str | None:
    head = (
        f"{one.event_type} on {one.day}: {one.receipts} receipts, TikTok counted "
        f"{one.counted_total} ({one.counted_server} from servers)."
    )
    if one.missing > largest_share * one.receipts:
        return (
            f"{head} {one.missing} that TikTok accepted are not counted: look at the pixel's "
            "Diagnostics in Events Manager."
        )
    if one.foreign > largest_share * one.counted_server:
        return (
            f"{head} {one.foreign} have no receipt here: look for another sender with the same "
            "pixel."
        )
    return None
