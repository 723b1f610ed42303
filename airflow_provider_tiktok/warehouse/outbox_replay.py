"""Send ended events again, because a person asked for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.warehouse.database import WarehouseError, statement

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

# TikTok drops copies for 48 hours; one hour is left for the event to arrive.
HORIZON = timedelta(hours=47)
ENDED_STATES = ("delivered", "quarantined", "suppressed", "expired", "expired_unknown")


@dataclass(frozen=True, slots=True)
class ReplayFilter:
    """Which ended events to send again. What is None does not narrow.

    `since` and `until` bound event_time, `until` excluded. `run_id` is of the run that sent them.
    `connection_id` narrows, but alone it says too little.
    """

    event_ids: list[str] | None = None
    states: list[str] | None = None
    reasons: list[str] | None = None
    event: str | None = None
    event_source_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    run_id: str | None = None
    connection_id: str | None = None

    def __post_init__(self) -> None:
        """Refuse a filter that matches nothing by a slip, or everything."""
        unknown = set(self.states or ()) - set(ENDED_STATES)
        if unknown:
            raise WarehouseError(
                f"{min(unknown)!r} is no state an event ends in: {', '.join(ENDED_STATES)}."
            )
        if not any(value for name, value in asdict(self).items() if name != "connection_id"):
            raise WarehouseError(
                "Say which events to replay: by id, state, reason, time, pixel or event."
            )


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What a replay does, in numbers of events.

    `past_horizon` events may have been counted by TikTok already and would count twice;
    `without_payload` ones cannot be sent: their row is wrong, retention removed what they said, or
    the person was forgotten. `with_purchase` are refunds that come back with their purchase.
    """

    replayed: int
    with_purchase: int
    past_horizon: int
    without_payload: int
    is_dry_run: bool


def replay(
    connection: psycopg.Connection[Any],
    wanted: ReplayFilter,
    *,
    requested_by: str,
    is_dry_run: bool = True,
    past_horizon: bool = False,
) -> ReplayResult:
    """Let the ended events that match wait for delivery again; return how many.

    Their event_id and what they say stay the same, so within 48 hours TikTok drops what it has.

    :param is_dry_run: count and change nothing.
    :param past_horizon: also send what first left more than 47 hours ago; TikTok may count it
        twice.
    """
    parameters = {**asdict(wanted), "horizon": HORIZON, "is_past_horizon": past_horizon}
    with connection.transaction():
        rows = connection.execute(
            statement("outbox_care/match_replay"), parameters, prepare=False
        ).fetchall()
        verdicts = Counter(verdict for _, verdict in rows)
        outbox_ids = [key for key, verdict in rows if verdict in {"replayed", "with_purchase"}]
        if outbox_ids and not is_dry_run:
            connection.execute(
                statement("outbox_care/replay"),
                {"outbox_ids": outbox_ids, "requested_by": requested_by, "horizon": HORIZON},
            )
    return ReplayResult(
        replayed=verdicts["replayed"],
        with_purchase=verdicts["with_purchase"],
        past_horizon=verdicts["past_horizon"],
        without_payload=verdicts["no_payload"],
        is_dry_run=is_dry_run,
    )
