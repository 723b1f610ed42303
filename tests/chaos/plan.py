"""What one run of chaos does: how many events, kills and faults, and from which seed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from airflow_provider_tiktok.warehouse.outbox_batches import Limits
from tests.integration.outbox.export import OTHER_PIXEL, PIXEL

PIXELS = (PIXEL, OTHER_PIXEL)
START = datetime(2026, 11, 3, tzinfo=UTC)
# Shares of requests that go wrong; together one in five. Throttles are rarer than the rest because
# each one silences a worker for TikTok's five minutes.
FAULTS: dict[str, tuple[float, dict[str, object]]] = {
    "T05": (0.025, {}),
    "T06": (0.025, {}),
    "T07": (0.02, {}),
    "T08": (0.004, {"seconds": 0.8}),
    "T09": (0.02, {}),
    "T10": (0.004, {"seconds": 0.8}),
    "A01": (0.02, {}),
    "A02": (0.02, {}),
    "A03": (0.01, {"retry_after": 0}),
    "A05": (0.001, {}),
    "A06": (0.001, {}),
    "A12": (0.01, {}),
    "A13": (0.02, {}),
    "A15": (0.01, {}),
    "A16": (0.01, {}),
}

HASTY = Limits(lease=timedelta(seconds=1.2), batch_size=10, first_wait=0.02, longest_wait=0.3)


@dataclass(frozen=True)
class Plan:
    """One run. Times are in seconds; `weights` are chances of each blow beside a kill."""

    seed: int = 1
    kills: int = 200
    events: int = 4_000
    workers: int = 4
    fault_share: float = 0.2
    pause: float = 0.07
    # TikTok thinks for a while after it took a batch: most kills fall into that.
    latency: float = 0.12
    longest: float = 1_800.0
    weights: dict[str, float] = field(
        default_factory=lambda: {"kill": 0.82, "stop": 0.08, "cut": 0.07, "sandbox": 0.03}
    )
    limits: Limits = HASTY

    def fault_rules(self, seed: int) -> list[dict[str, object]]:
        """Return the sandbox's rules, scaled to `fault_share`."""
        # The rules are drawn one after the other, so that a few of them hit the same request.
        scale = -math.log1p(-self.fault_share) / sum(share for share, _ in FAULTS.values())
        rules: list[dict[str, object]] = [
            {
                "kind": kind,
                "endpoint": "events",
                "probability": share * scale,
                "seed": seed * 1_000 + number,
                "options": options,
            }
            for number, (kind, (share, options)) in enumerate(FAULTS.items())
        ]
        late = {"kind": "T08", "endpoint": "events", "options": {"seconds": self.latency}}
        return [*rules, late]
