"""Bring conversions and refunds into the outbox, and deliver what waits there to TikTok."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowFailException

from airflow_provider_tiktok.events.reasons import HINTS, Reason
from airflow_provider_tiktok.hooks.event_settings import event_settings
from airflow_provider_tiktok.hooks.grant import pixels_to_serve
from airflow_provider_tiktok.hooks.sources import CONVERSIONS, REFUNDS
from airflow_provider_tiktok.operators.base import TikTokOperator
from airflow_provider_tiktok.warehouse.delivery import Pace, deliver
from airflow_provider_tiktok.warehouse.delivery_result import Stopped
from airflow_provider_tiktok.warehouse.outbox import account_countries, enqueue
from airflow_provider_tiktok.warehouse.status import refused_token

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence
    from typing import Any

    import psycopg
    from airflow.sdk import Context

    from airflow_provider_tiktok.events.settings import EventSettings

__all__ = [
    "CONVERSIONS",
    "REFUNDS",
    "TikTokDeliverEventsOperator",
    "TikTokEnqueueEventsOperator",
    "TikTokListPixelsOperator",
]

_PAUSES = {
    Stopped.TIME: "its time is over",
    Stopped.ASKED: "the task was stopped",
    Stopped.THROTTLED: "TikTok's quota is used up",
    Stopped.PAUSED: "a person paused this pixel",
}


class _EventsOperator(TikTokOperator):
    """What the operators of events share."""

    def _settings(self, warehouse: psycopg.Connection[Any]) -> EventSettings:
        return event_settings(self.hook.settings, account_countries(warehouse))

    def _tell(self, reasons: Counter[str]) -> None:
        """Say in one line each why events ended, and what to do about it."""
        for reason, events in reasons.most_common():
            hint = HINTS[Reason(reason)] if reason in set(Reason) else ""
            self.log.warning("%s events: %s. %s", events, reason, hint)


class TikTokEnqueueEventsOperator(_EventsOperator):
    """Bring the new and the changed rows of an export view into the outbox, each once.

    :param relation: the view, as ``schema.name``; may be templated.
    :param is_dry_run: count what would happen and write nothing; may be templated ("True").
    """

    template_fields: Sequence[str] = ("relation", "is_dry_run")

    def __init__(
        self, *, relation: str = CONVERSIONS, is_dry_run: bool | str = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.relation = relation
        self.is_dry_run = is_dry_run

    def run_job(self, context: Context) -> dict[str, int]:  # noqa: ARG002 - the interface's argument
        """Return how many rows were read, enqueued, refused and so on."""
        is_dry_run = str(self.is_dry_run).lower() == "true"
        with self.hook.connect_warehouse() as warehouse:
            settings = self._settings(warehouse)
            with warehouse.transaction(force_rollback=True) if is_dry_run else nullcontext():
                result = enqueue(warehouse, self.relation, settings, stop=self._is_stopped)
        self._tell(result.reasons)
        self.log.info("%s: %s%s", self.relation, result.counts(), " (dry run)" * is_dry_run)
        return result.counts()


class TikTokListPixelsOperator(TikTokOperator):
    """Return the codes of the pixels to deliver to, to map tasks over."""

    def run_job(self, context: Context) -> list[str]:  # noqa: ARG002 - the interface's argument
        """Return the pixel codes."""
        with self.hook.connect_warehouse() as warehouse:
            codes = pixels_to_serve(warehouse, self.hook.settings)
        if not codes:
            self.log.warning(
                "Connection %s has no pixel: run the DAG tiktok_accounts, or list pixel_codes in "
                "it. Events wait.",
                self.tiktok_conn_id,
            )
        return codes


class TikTokDeliverEventsOperator(_EventsOperator):
    """Deliver the waiting events of one pixel.

    The task ends after *max_seconds* even if events are left: they are delivered by the next run.
    A task that is stopped finishes the calls that are on their way and records their answers.

    :param pixel_code: TikTok's pixel code; may be templated or mapped.
    :param max_seconds: below Airflow's heartbeat timeout (300), so that a task which Airflow has
        given up is over before its next try begins.
    """

    template_fields: Sequence[str] = ("pixel_code",)

    def __init__(self, *, pixel_code: str, max_seconds: float = 240.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pixel_code = pixel_code
        self.max_seconds = max_seconds

    def run_job(self, context: Context) -> dict[str, int | str]:
        """Return how many events were delivered, retried, refused and so on.

        :raises AirflowFailException: TikTok refuses the token or the permission; events wait.
        """
        self.hook.settings.check(self.pixel_code)
        self.hook.token_source()  # here, where a missing one has lost nothing
        with self.hook.connect_warehouse() as warehouse:
            result = deliver(
                warehouse,
                self.hook.client,
                self.pixel_code,
                settings=self._settings(warehouse),
                run_id=context["run_id"],
                stop=self._is_stopped,
                max_seconds=self.max_seconds,
                pace=Pace(sleep=self._nap),
            )
            # Without a call of our own the refusal may be of a token that was replaced since.
            if result.calls and (refused := refused_token(warehouse, self.pixel_code)):
                self.hook.token_source.died(refused[0])
        self._tell(result.reasons)
        self.log.info("Pixel %s: %s", self.pixel_code, result.counts())
        if result.needs_a_person:
            raise AirflowFailException(f"Pixel {self.pixel_code}: {result.message} Events wait.")
        if result.stopped in _PAUSES:
            self.log.warning(
                "Pixel %s: ended because %s; the next run goes on.",
                self.pixel_code,
                _PAUSES[result.stopped],
            )
        return result.counts()
