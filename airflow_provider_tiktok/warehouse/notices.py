"""Remember what changed about accounts and pixels until a person has seen it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from psycopg.rows import class_row

from airflow_provider_tiktok.warehouse.database import statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    import psycopg

Kind = Literal[
    "scope_lost",
    "scope_gained",
    "advertiser_gained",
    "advertiser_gone",
    "pixel_gained",
    "pixel_gone",
    "time_zone_changed",
    "currency_changed",
    "pixel_quiet",
]
# These last until an import finds that they are over; the others happened at one moment.
CONDITIONS: frozenset[Kind] = frozenset(
    {"scope_lost", "advertiser_gone", "pixel_gone", "pixel_quiet"}
)

_SENTENCES: dict[Kind, str] = {
    "scope_lost": "The app lost scope {id}. Add it to the app in TikTok's portal, then connect "
    "again.",
    "scope_gained": "The app may use scope {id} now.",
    "advertiser_gained": "Advertiser {id} ({new}) joined the grant; its spend is pulled from now "
    "on.",
    "advertiser_gone": "Advertiser {id} left the grant. Its spend is kept and no longer read; "
    "connect again with someone who has access to it.",
    "pixel_gained": "Pixel {id} ({new}) was found; it takes events from now on.",
    "pixel_gone": "Pixel {id} is no longer listed by TikTok. Its events wait.",
    "time_zone_changed": "Advertiser {id} moved from {old} to {new}: hours before and after do "
    "not line up.",
    "currency_changed": "Advertiser {id} changed from {old} to {new}: do not add up spend before "
    "and after.",
    "pixel_quiet": "Pixel {id} took no event since yesterday, and {old} in the week before. Check "
    "the site and the deliveries.",
}


@dataclass(frozen=True)
class Notice:
    """One thing to know about an account or a pixel."""

    kind: Kind
    entity_id: str
    old_value: str | None
    new_value: str | None
    opened_at: datetime
    is_open: bool

    @property
    def sentence(self) -> str:
        """What happened, and what to do about it."""
        return sentence_of(self.kind, self.entity_id, self.old_value, self.new_value)


def sentence_of(kind: Kind, entity_id: str, old: str | None, new: str | None) -> str:
    """Return one sentence on a change."""
    return _SENTENCES[kind].format(
        id=entity_id, old=old or "nothing known", new=new or "nothing known"
    )


def open_notice(
    connection: psycopg.Connection[Any],
    connection_id: str,
    kind: Kind,
    entity_id: str,
    *,
    old: str | None = None,
    new: str | None = None,
) -> bool:
    """Record a change; return False when it is a condition that is open already."""
    parameters = {
        "connection_id": connection_id,
        "kind": kind,
        "entity_id": entity_id,
        "old_value": old,
        "new_value": new,
        "stays_open": kind in CONDITIONS,
    }
    return connection.execute(statement("notices/open"), parameters).fetchone() is not None


def close_notice(
    connection: psycopg.Connection[Any], connection_id: str, kind: Kind, entity_id: str
) -> None:
    """Record that a condition is over."""
    parameters = {"connection_id": connection_id, "kind": kind, "entity_id": entity_id}
    connection.execute(statement("notices/close"), parameters)


def notice_scopes(
    connection: psycopg.Connection[Any],
    connection_id: str,
    before: Iterable[str],
    after: Sequence[str],
) -> None:
    """Record which scopes a new grant lost and gained against the one before."""
    known = set(before)
    for scope in sorted(known - set(after)):
        open_notice(connection, connection_id, "scope_lost", scope)
    for scope in sorted(set(after) - known):
        open_notice(connection, connection_id, "scope_gained", scope)
    for scope in after:
        close_notice(connection, connection_id, "scope_lost", scope)


def recent_notices(connection: psycopg.Connection[Any], connection_id: str) -> list[Notice]:
    """Return what is open, and what happened in the last two weeks; the open ones first."""
    with connection.cursor(row_factory=class_row(Notice)) as cursor:
        cursor.execute(statement("notices/recent"), {"connection_id": connection_id})
        return cursor.fetchall()
