"""Say which events of an export view a run is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class ExportScope:
    """Events from `since` on and before `until`, of these pixels or event sets, of one source.

    What is None or empty bounds nothing. The view's `event_time` must be a timestamp with time zone
    to be bounded by it; rows without a time are in no bounded scope.
    """

    since: datetime | None = None
    until: datetime | None = None
    event_source_ids: tuple[str, ...] = ()
    event_source: str | None = None

    @property
    def is_bounded_in_time(self) -> bool:
        """True where only some times are looked at."""
        return self.since is not None or self.until is not None

    def parameters(self) -> dict[str, Any]:
        """Return what the statements that read export views ask for."""
        return {
            "since": self.since,
            "until": self.until,
            "event_source_ids": list(self.event_source_ids) or None,
            "event_source": self.event_source,
        }


EVERYTHING = ExportScope()
