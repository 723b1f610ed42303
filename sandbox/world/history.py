"""Everything that the user's tables hold of a stretch of time, hour of visits by hour of visits."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from sandbox.world.book import Book
from sandbox.world.delivery import clicks_of
from sandbox.world.orders import REFUND_LAGS, SECOND_REFUND_LAG
from sandbox.world.people import person_of
from sandbox.world.purchases import STAGES, write_lead, write_order
from sandbox.world.sessions import WITHDRAWN_AFTER, may_withdraw, write_session
from sandbox.world.special_cases import STORIES
from sandbox.world.visits import ORDER_LAGS, click, root_of, session, sessions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.world.account_tree import AdPlan
    from sandbox.world.hours import Hour
    from sandbox.world.links import Links
    from sandbox.world.tables import Row
    from sandbox.world.visits import Chances, Visit

HOUR = 3_600
BATCH = 50_000  # rows kept in memory at a time
# What follows from a visit comes in one of these hours after it, give or take.
BEFORE, AFTER = 1, 4


def _hours_that_follow() -> list[int]:
    found = {0, WITHDRAWN_AFTER // HOUR, *(hours for _, hours, _, _ in STAGES)}
    for ordered in set(ORDER_LAGS):
        refunds = {ordered + lag for lag in REFUND_LAGS}
        found |= {ordered} | refunds | {refund + SECOND_REFUND_LAG for refund in refunds}
    for story in STORIES:
        ordered = (story.order_after or 0) // HOUR
        found |= {ordered} | {ordered + after // HOUR for after, _ in story.refunds}
    return sorted(found)


FOLLOWING = _hours_that_follow()


class Shop:
    """One site with its ads and hours: writes what its visits leave behind."""

    def __init__(
        self, chances: Chances, plans: tuple[AdPlan, ...], hours: tuple[Hour, ...], links: Links
    ) -> None:
        self._chances = chances
        self._plans = plans
        self._hours = hours
        self._links = links

    def batches(self, since: int, until: int) -> Iterator[dict[type[Row], list[Row]]]:
        """Yield all rows of [since, until) in batches that fit into memory."""
        book = Book(since, until)
        for hour in self._hours:
            if not _matters(hour, since, until):
                continue
            for visit in self._visits(hour, book):
                self._write(visit, book)
                if book.count >= BATCH:
                    yield book.take()
        yield book.take()

    def _visits(self, hour: Hour, book: Book) -> Iterator[Visit]:
        chances, site = self._chances, self._plans[0].site
        is_now = book.overlaps(hour.epoch, hour.epoch + 2 * HOUR)
        for plan in self._plans:
            for number in range(clicks_of(chances.seed, chances.size, plan, hour)):
                visit = click(chances, plan, hour, number)
                if is_now or _goes_on(visit):
                    yield visit
        for number in range(sessions_of(chances, site, hour, len(self._plans))):
            visit = session(chances, site, hour, number)
            if is_now or _goes_on(visit):
                yield visit

    def _write(self, visit: Visit, book: Book) -> None:
        seed = self._chances.seed
        root = root_of(self._chances, visit, self._plans, self._hours)
        person = person_of(seed, root)
        write_session(book, visit, person, seed, self._links)
        if visit.order_at is not None:
            write_order(book, visit, person, seed)
        if visit.lead_at is not None:
            write_lead(book, visit, person, seed)


def _goes_on(visit: Visit) -> bool:
    """Whether something may come of a visit after its session."""
    return visit.order_at is not None or visit.lead_at is not None or may_withdraw(visit)


def _matters(hour: Hour, since: int, until: int) -> bool:
    """Whether visits of an hour may leave anything in [since, until)."""
    first = bisect_left(FOLLOWING, (since - hour.epoch) / HOUR - AFTER)
    return first < len(FOLLOWING) and hour.epoch + (FOLLOWING[first] - BEFORE) * HOUR < until
