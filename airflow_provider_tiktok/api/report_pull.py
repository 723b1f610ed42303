"""What every reading of a report keeps: its rows as they come, and whether they are provably all.

`incomplete_reasons` are of these: not_read_to_the_end, error (a page could not be had), partial
(code 20001), truncated (more than 20,000 ids), totals_changed, totals_wrong,
rows_differ_from_total, short_page, page_size_ignored, page_info_missing, never_ending_pages,
metrics_changed, repeated_key, rejected_rows, promoted_missing (TikTok refused the filter for them),
deleted_may_be_missing (an asynchronous report takes no filter for deleted objects, and TikTok does
not say whether they are in it).
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_tiktok.api.errors import TikTokError
from airflow_provider_tiktok.api.report_rows import (
    RejectedRow,
    ReportRequest,
    ReportRow,
    RowReader,
)
from airflow_provider_tiktok.api.seen_keys import SeenKeys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Rows that came in one answer. The totals are what TikTok announced, None if it did not."""

    rows: tuple[ReportRow | RejectedRow, ...]
    page: int
    total_page: int | None
    total_number: int | None
    request_id: str | None
    throttle_header: str | None


class ReportReader(ABC):
    """Iterate over the pages of one report, once; afterwards ask whether it is complete.

    Every row that can be read is passed on, also one whose key came before (`repeated_keys` counts
    them): on the day the clocks go back a key may rightly come twice, which only the account's time
    zone tells. Memory does not grow with the report but for 16 bytes a row, by which a repeated key
    is seen.
    """

    def __init__(self, request: ReportRequest) -> None:
        """Prepare to read; sends nothing."""
        self.request = request
        self.request_ids: list[str] = []
        self.pages = 0
        self.rows_read = 0
        self.repeated_keys = 0
        self.total_number: int | None = None
        self._reader = RowReader(request)
        self._skipped = list(self._reader.refused)
        self._seen = SeenKeys()
        self._notes: list[str] = []
        self._is_started = self._is_ended = False

    @property
    def is_complete(self) -> bool:
        """True when all pages were read and nothing speaks against their being all."""
        return not self.incomplete_reasons

    @property
    def incomplete_reasons(self) -> tuple[str, ...]:
        """Everything that did not add up, in the order it was seen; none for a complete report."""
        return tuple(self._notes) if self._is_ended else (*self._notes, "not_read_to_the_end")

    @property
    def incomplete_reason(self) -> str | None:
        """All of `incomplete_reasons` as one text, None for a complete report."""
        return "; ".join(self.incomplete_reasons) or None

    @property
    def skipped_metrics(self) -> tuple[str, ...]:
        """Metrics, attributes and filters that TikTok refuses here and that were left out."""
        return tuple(self._skipped)

    def __iter__(self) -> Iterator[ReportPage]:
        """Yield the pages, once. Raises `TikTokError` when one cannot be had."""
        if self._is_started:
            raise RuntimeError("a report is read once: make another reader")
        self._is_started = True
        try:
            yield from self._read_pages()
        except TikTokError:
            self._note("error")
            self._is_ended = True
            raise
        self._is_ended = True

    @abstractmethod
    def _read_pages(self) -> Iterator[ReportPage]:
        """Yield every page, noting what does not add up."""

    def _note(self, *problems: str) -> None:
        """Remember what does not add up, each problem once."""
        self._notes += [problem for problem in problems if problem not in self._notes]

    def _skip(self, names: Sequence[str]) -> None:
        """Leave out what TikTok refused, and say so."""
        log.warning(
            "%s of advertiser %s: TikTok refuses %s here; the rest of the report goes on",
            self.request.data_level,
            self.request.advertiser_id,
            ", ".join(names),
        )
        if self.pages:
            self._note("metrics_changed")
        self._skipped += names
        self._reader.without(names)

    def _take(self, rows: Sequence[object]) -> tuple[ReportRow | RejectedRow, ...]:
        """Return the rows of one answer, read and counted."""
        self.pages += 1
        self.rows_read += len(rows)
        return tuple(map(self._take_row, rows))

    def _take_row(self, raw: object) -> ReportRow | RejectedRow:
        row = self._reader.read(raw)
        if isinstance(row, RejectedRow):
            self._note("rejected_rows")
        elif not self._seen.add((row.stat_time, row.entity_id)):
            self.repeated_keys += 1
            self._note("repeated_key")
        return row
