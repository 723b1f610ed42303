"""Read a listing page by page, and notice when the pages do not add up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from airflow_provider_tiktok.api.errors import TikTokShrinkError
from airflow_provider_tiktok.api.fields import items, members
from airflow_provider_tiktok.api.strict_json import without_decimals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from airflow_provider_tiktok.api.client import TikTokClient
    from airflow_provider_tiktok.api.errors import Outcome
    from airflow_provider_tiktok.api.messages import ApiRequest

T = TypeVar("T")

# However many pages TikTok announces at first, no listing may grow beyond this many more.
_SPARE_PAGES = 10


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """The items of a listing, and whether they are provably all.

    `refused` holds the ids that TikTok refused one by one, with its answer.
    """

    items: tuple[T, ...]
    incomplete_reason: str | None = None
    request_ids: tuple[str, ...] = ()
    refused: Mapping[str, Outcome] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """True when nothing can be missing: only then may an absent object count as gone."""
        return self.incomplete_reason is None

    def __iter__(self) -> Iterator[T]:
        """Iterate over the items."""
        return iter(self.items)

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.items)


@dataclass(slots=True)
class PageCheck:
    """Follow the pages of one listing. `problems` are the things that did not add up, each once."""

    page_size: int
    problems: list[str] = field(default_factory=list)
    pages: int = 0
    rows: int = 0
    total_number: int | None = None
    total_page: int | None = None
    _limit: int = 0

    def see(self, page: int, count: int, page_info: object) -> bool:
        """Take in a page with `count` rows; return True when another page must be asked for."""
        info = members(page_info)
        total_page, total_number = info.get("total_page"), info.get("total_number")
        self.pages += 1
        self.rows += count
        if not isinstance(total_page, int) or not isinstance(total_number, int):
            self.note("page_info_missing")
            return self._blind(page, count)
        self._compare(total_page, total_number)
        self._check_length(page, count, total_page)
        if page >= self._limit:
            if page < total_page:
                self.note("never_ending_pages")
            return False
        return page < total_page

    def halve(self, page: int) -> int:
        """Halve the page size; return the number that `page` then begins at."""
        self.page_size //= 2
        self.total_page = None
        return 2 * page - 1

    def finish(self) -> None:
        """Note when fewer or more rows came than TikTok announced."""
        if self.total_number is not None and self.rows != self.total_number:
            self.note("rows_differ_from_total")

    def note(self, problem: str) -> None:
        """Remember a problem."""
        if problem not in self.problems:
            self.problems.append(problem)

    def _blind(self, page: int, count: int) -> bool:
        """Go on without page_info as long as pages are full, within the limit."""
        self._limit = self._limit or _SPARE_PAGES
        return count >= self.page_size and page < self._limit

    def _compare(self, total_page: int, total_number: int) -> None:
        if self.total_page is None:  # the first page of this size
            self._limit = 2 * total_page + _SPARE_PAGES
            self.total_page = total_page
        if self.total_number is None:
            self.total_number = total_number
        if (total_page, total_number) != (self.total_page, self.total_number):
            self.note("totals_changed")
            self.total_page, self.total_number = total_page, total_number

    def _check_length(self, page: int, count: int, total_page: int) -> None:
        if count > self.page_size:
            self.note("page_size_ignored")
        elif page < total_page and count < self.page_size:
            self.note("short_page")
        elif total_page == 0 and count > 0:
            self.note("totals_wrong")


def read_listing(
    client: TikTokClient,
    request_for: Callable[[int, int], ApiRequest],
    *,
    page_size: int,
    list_name: str,
    read: Callable[[Mapping[str, object]], T | None],
    key: Callable[[T], str],
) -> Listing[T]:
    """Read every page of a listing. Raises `TikTokError` when a page cannot be had.

    `request_for` makes the request for a page number and a page size, `read` an item or None when
    it cannot be read, `key` the item's identity. An item that comes twice is kept once. A page that
    times out is asked for in halves.
    """
    check = PageCheck(page_size)
    found: dict[str, T] = {}
    request_ids: list[str] = []
    page, goes_on = 1, True
    while goes_on:
        can_shrink = check.page_size % 2 == 0 and check.page_size > page_size // 8
        try:
            outcome = client.call_outcome(request_for(page, check.page_size), can_shrink=can_shrink)
        except TikTokShrinkError:
            page = check.halve(page)
            continue
        data = members(outcome.data)
        rows = items(data.get(list_name))
        request_ids += [outcome.request_id] if outcome.request_id else []
        for row in rows:
            item = read(members(row))
            if item is None:
                check.note("unreadable_item")
            elif key(item) in found:
                check.note("repeated_key")
            else:
                found[key(item)] = item
        goes_on = check.see(page, len(rows), data.get("page_info"))
        page += 1
    check.finish()
    return Listing(tuple(found.values()), "; ".join(check.problems) or None, tuple(request_ids))


def joined(listings: Sequence[Listing[T]], key: Callable[[T], str]) -> Listing[T]:
    """Return one listing of several that may overlap; complete when each of them is."""
    found = {key(item): item for listing in reversed(listings) for item in listing}
    reasons = dict.fromkeys(reason for listing in listings if (reason := listing.incomplete_reason))
    return Listing(
        items=tuple(found.values()),
        incomplete_reason="; ".join(reasons) or None,
        request_ids=tuple(name for listing in listings for name in listing.request_ids),
        refused={name: why for listing in listings for name, why in listing.refused.items()},
    )


def raw(item: Mapping[str, object]) -> dict[str, object]:
    """Return all that TikTok sent about an item, ready for a JSON column."""
    plain = without_decimals(dict(item))
    return plain if isinstance(plain, dict) else {}
