"""Who clicked what, who is who, and which click earned an order: worked out from rows alone.

Written to be read, for small worlds, and to share nothing with the dbt project nor with the
generator: it knows only what the user's tables hold.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlsplit

from sandbox.world.tables import (
    CustomerRow,
    IdentityRow,
    LeadEventRow,
    OrderRow,
    PageViewRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.world.tables import Row

WINDOW = timedelta(days=28)
Node = tuple[str, str]  # visitor, customer or email, and its value


class RecordedClick(NamedTuple):
    """The first landing hit that carries a ttclid."""

    clicked_at: datetime
    ttclid: str
    ad_id: str
    visitor_id: str


def clicks_in(rows: Iterable[Row]) -> list[RecordedClick]:
    """Return one click per ttclid of the page views, the earliest hit of each, oldest first.

    A hit is a click when its URL has a ttclid and an ad_id that is a number: a literal macro is
    neither a click nor an ad.
    """
    first: dict[str, RecordedClick] = {}
    for row in rows:
        if not isinstance(row, PageViewRow):
            continue
        query = parse_qs(urlsplit(row.page_url).query)
        ttclid, ad_id = query.get("ttclid", [""])[0], query.get("ad_id", [""])[0]
        if not ttclid or not ad_id.isdigit():
            continue
        click = RecordedClick(row.occurred_at, ttclid, ad_id, row.visitor_id)
        if ttclid not in first or click < first[ttclid]:
            first[ttclid] = click
    return sorted(first.values())


def persons_in(rows: Iterable[Row]) -> dict[Node, int]:
    """Return a person's number for every visitor, customer and e-mail address.

    Two of them are one person when any row names both, over any number of steps (connected
    components). E-mail addresses are compared in lower case without outer blanks.
    """
    neighbours: dict[Node, set[Node]] = defaultdict(set)
    for row in rows:
        nodes = _nodes(row)
        for node in nodes:
            neighbours[node].update(nodes)
    person_of: dict[Node, int] = {}
    for number, start in enumerate(neighbours):
        waiting = [start]
        while waiting:
            node = waiting.pop()
            if node not in person_of:
                person_of[node] = number
                waiting.extend(neighbours[node])
    return person_of


def credited_clicks(
    rows: Iterable[Row], *, window: timedelta = WINDOW
) -> dict[str, RecordedClick | None]:
    """Return for every order the click that earned it, or None.

    An order is credited to the last click of any visitor of the same person that came no later
    than the order and no more than `window` before it. Of two clicks in one second the one with
    the greater ttclid counts as the later.
    """
    rows = list(rows)
    person_of = persons_in(rows)
    clicks_of: dict[int, list[RecordedClick]] = defaultdict(list)
    for click in clicks_in(rows):
        clicks_of[person_of["visitor", click.visitor_id]].append(click)
    credited: dict[str, RecordedClick | None] = {}
    for row in rows:
        if not isinstance(row, OrderRow):
            continue
        nodes = _nodes(row)
        clicks = clicks_of[person_of[nodes[0]]] if nodes else []
        earliest = row.ordered_at - window
        eligible = [click for click in clicks if earliest <= click.clicked_at <= row.ordered_at]
        credited[row.order_id] = eligible[-1] if eligible else None
    return credited


def _nodes(row: Row) -> list[Node]:
    """Return the visitor, customer and e-mail address that a row names together."""
    named: dict[str, str | None] = {}
    if isinstance(row, PageViewRow):
        named = {"visitor": row.visitor_id}
    elif isinstance(row, IdentityRow | LeadEventRow):
        named = {"visitor": row.visitor_id, "customer": row.customer_id, "email": row.email}
    elif isinstance(row, CustomerRow):
        named = {"customer": row.customer_id, "email": row.email}
    elif isinstance(row, OrderRow):
        named = {"visitor": row.visitor_id, "customer": row.customer_id}
    cleaned = {kind: _compared(kind, value) for kind, value in named.items() if value is not None}
    return [(kind, value) for kind, value in cleaned.items() if value]


def _compared(kind: str, value: str) -> str:
    return value.strip().lower() if kind == "email" else value
