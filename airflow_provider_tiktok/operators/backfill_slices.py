"""Do one slice of a backfill: what all slices share, and those of events and their delivery."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException

from airflow_provider_tiktok.hooks.event_settings import event_settings
from airflow_provider_tiktok.operators.base import TikTokOperator
from airflow_provider_tiktok.triggers.report_tasks import ReportTaskTrigger
from airflow_provider_tiktok.warehouse.backfill import (
    SliceBusyError,
    end_slice,
    find_backfill,
    progress,
    taken,
)
from airflow_provider_tiktok.warehouse.delivery import Pace, deliver
from airflow_provider_tiktok.warehouse.delivery_result import Stopped
from airflow_provider_tiktok.warehouse.outbox import account_countries, enqueue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import psycopg
    from airflow.sdk import Context

    from airflow_provider_tiktok.warehouse.backfill import Backfill, Slice

# An orphan of a task that Airflow gave up is over by then.
BUSY_SECONDS = 300.0
# How long a slice with work left rests, without a worker, before it goes on. TikTok may be down for
# hours; the outbox gives up by itself after 46 of them.
REST = timedelta(seconds=5)
LONGER_RESTS = {Stopped.THROTTLED: timedelta(minutes=1), Stopped.FAILING: timedelta(minutes=5)}


class SliceOperator(TikTokOperator):
    """What the three kinds of slices share: taking one, ending it, going on with it later.

    :param backfill_id: as the plan returned it; may be templated.
    :param slice_number: one of the plan; mapped.
    :param max_seconds: after them no work is taken; the task is scheduled again for the rest.
    """

    template_fields: Sequence[str] = ("backfill_id",)

    def __init__(
        self,
        *,
        backfill_id: int | str,
        slice_number: int,
        max_seconds: float = 240.0,
        map_index_template: str = "{{ slice_label }}",
        **kwargs: Any,
    ) -> None:
        super().__init__(map_index_template=map_index_template, **kwargs)
        self.backfill_id = backfill_id
        self.slice_number = slice_number
        self.max_seconds = max_seconds
        self._rest = REST
        self.waits_for: timedelta | None = None

    def resume(self, context: Context, event: object) -> Any:
        """Go on after a wait for TikTok; Airflow calls it."""
        self.log.debug("Waited for %s", event)
        return self.execute(context)

    def run_job(self, context: Context) -> dict[str, int]:
        """Return the counts of the slice; none when it was done before.

        :raises AirflowRescheduleException: its time is over and work is left.
        :raises TaskDeferred: TikTok prepares reports; the task goes on in a while.
        """
        number = int(self.backfill_id)
        self._ends = time.monotonic() + self.max_seconds
        with self.hook.connect_warehouse() as warehouse:
            backfill = find_backfill(warehouse, number)
            self.hook.keep_within(backfill.request.pace)
            counts, is_done = self._once_free(warehouse, backfill, context)
            (state,) = progress(warehouse, self.tiktok_conn_id, backfill_id=number)
        self.log.info(
            "Backfill %s: %s of %s slices are done.", number, state.slices_done, state.slices
        )
        if not is_done and not self._is_stopped():
            if self.waits_for is not None:
                self.hook.close()
                self.defer(
                    trigger=ReportTaskTrigger(
                        self.waits_for.total_seconds(), f"backfill {number}, {self.slice_number}"
                    ),
                    method_name=self.resume.__name__,
                )
            goes_on_at = datetime.now(UTC) + self._rest
            raise AirflowRescheduleException(goes_on_at)  # type: ignore[no-untyped-call]
        return counts

    def _once_free(
        self, warehouse: psycopg.Connection[Any], backfill: Backfill, context: Context
    ) -> tuple[dict[str, int], bool]:
        """Do the slice once no other process holds it; return its counts and whether it is done."""
        busy_until = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                return self._do(warehouse, backfill, context)
            except SliceBusyError as error:
                if self._is_stopped() or time.monotonic() > busy_until:
                    raise
                self.log.info("%s Waiting for it.", error)
                self._nap(5.0)

    def _do(
        self, warehouse: psycopg.Connection[Any], backfill: Backfill, context: Context
    ) -> tuple[dict[str, int], bool]:
        number, run_id = backfill.backfill_id, context["run_id"]
        self.waits_for = None
        with taken(warehouse, number, self.slice_number, run_id=run_id) as piece:
            if piece is None:
                self.log.info("Slice %s was done before.", self.slice_number)
                return {}, True
            days = f"{piece.first_day} to {piece.last_day}"
            context["slice_label"] = f"{piece.subject} {days}"  # type: ignore[typeddict-unknown-key]
            self.log.info("Slice %s: %s of %s, %s", piece.slice_number, piece.kind,
                          piece.subject, days)  # fmt: skip
            counts, left = self.work(warehouse, backfill, piece, run_id)
            state = "done" if left is None else "planned"
            end_slice(warehouse, number, self.slice_number, state, counts, message=left)
        return dict(counts), left is None

    def work(
        self,
        warehouse: psycopg.Connection[Any],
        backfill: Backfill,
        piece: Slice,
        run_id: str,
    ) -> tuple[Mapping[str, int], str | None]:
        """Return the counts, and why work is left; None when the slice is done."""
        raise NotImplementedError

    def must_end(self) -> bool:
        """Return whether no more work may be taken."""
        return self._is_stopped() or time.monotonic() >= self._ends


class TikTokBackfillEventsOperator(SliceOperator):
    """Bring the events of a slice's days into the outbox, each once, whoever met it first."""

    def work(
        self,
        warehouse: psycopg.Connection[Any],
        backfill: Backfill,
        piece: Slice,
        run_id: str,  # noqa: ARG002 - the interface's argument
    ) -> tuple[Mapping[str, int], str | None]:
        """Return how many events were enqueued, refused and so on."""
        settings = event_settings(self.hook.settings, account_countries(warehouse))
        scope = backfill.request.scope(piece.first_day, piece.last_day)
        result = enqueue(warehouse, piece.subject, settings, scope=scope, stop=self.must_end)
        self.log.info("%s: %s; reasons: %s", piece.subject, result.counts(), dict(result.reasons))
        is_done = result.read == 0 or not self.must_end()
        return result.counts(), None if is_done else "rows are left"


class TikTokBackfillDeliveryOperator(SliceOperator):
    """Deliver what waits for a pixel, at the pace of the backfill."""

    def work(
        self,
        warehouse: psycopg.Connection[Any],
        backfill: Backfill,  # noqa: ARG002 - the interface's argument
        piece: Slice,
        run_id: str,
    ) -> tuple[Mapping[str, int], str | None]:
        """Return how many events were delivered, refused and so on.

        :raises AirflowFailException: TikTok refuses the token or the permission; events wait.
        """
        self.hook.settings.check(piece.subject)
        result = deliver(
            warehouse,
            self.hook.client,
            piece.subject,
            settings=event_settings(self.hook.settings, account_countries(warehouse)),
            run_id=run_id,
            stop=self._is_stopped,
            max_seconds=max(self._ends - time.monotonic(), 1.0),
            pace=Pace(sleep=self._nap),
        )
        counts = {name: int(n) for name, n in result.counts().items() if name != "stopped"}
        self.log.info("Pixel %s: %s", piece.subject, result.counts())
        if result.needs_a_person or result.stopped is Stopped.PAUSED:
            why = result.message or "It is paused; resume it first."
            raise AirflowFailException(f"Pixel {piece.subject}: {why} Events wait.")
        is_done = result.stopped is Stopped.EMPTY
        self._rest = LONGER_RESTS.get(result.stopped, REST)
        return counts, None if is_done else f"events wait ({result.stopped.value})"
