"""Leave a part of the quota to others: what may wait keeps within a share of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_provider_tiktok.warehouse.limiter import DatabaseLimiter


@dataclass(frozen=True)
class PacedLimiter:
    """Ask a share's limiter first, then that of the whole quota. See `api.limiter.Limiter`.

    All who hold a limiter of the share keep within it together.
    """

    whole: DatabaseLimiter
    share: DatabaseLimiter

    def acquire(self, group: str) -> float:
        """Return 0 and count the call, or the seconds to wait before asking again.

        A call that the whole quota refuses has used its permit of the share: slower, never faster.
        """
        return self.share.acquire(group) or self.whole.acquire(group)

    def cool_down(self, group: str, seconds: float) -> None:
        """Refuse every worker's calls of `group` for `seconds` from now."""
        self.whole.cool_down(group, seconds)

    def close(self) -> None:
        """Close both sessions of the warehouse."""
        self.share.close()
        self.whole.close()
