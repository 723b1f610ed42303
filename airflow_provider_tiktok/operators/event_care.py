"""Send events again, forget people, keep nothing longer than needed, pause a pixel."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from airflow_provider_tiktok.hooks.delivery_settings import retention
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.operators.base import TikTokOperator
from airflow_provider_tiktok.warehouse import outbox_care
from airflow_provider_tiktok.warehouse.outbox_replay import ReplayFilter, replay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from airflow.sdk import Context


class TikTokReplayEventsOperator(TikTokOperator):
    """Let ended events that match wait for delivery again; the next delivery sends them.

    Every value may be templated; an empty one does not narrow. Lists are separated by commas.

    :param is_dry_run: "True", the default, counts and changes nothing.
    :param past_horizon: "True" sends also what left more than 47 hours ago and may be at TikTok,
        which would count it twice.
    """

    template_fields: Sequence[str] = (
        "event_ids",
        "states",
        "reasons",
        "event",
        "pixel_code",
        "since",
        "until",
        "replayed_run_id",
        "is_dry_run",
        "past_horizon",
    )

    def __init__(
        self,
        *,
        event_ids: str = "",
        states: str = "",
        reasons: str = "",
        event: str = "",
        pixel_code: str = "",
        since: str = "",
        until: str = "",
        replayed_run_id: str = "",
        is_dry_run: bool | str = True,
        past_horizon: bool | str = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.event_ids = event_ids
        self.states = states
        self.reasons = reasons
        self.event = event
        self.pixel_code = pixel_code
        self.since = since
        self.until = until
        self.replayed_run_id = replayed_run_id
        self.is_dry_run = is_dry_run
        self.past_horizon = past_horizon

    def run_job(self, context: Context) -> dict[str, int]:
        """Return how many events are replayed, and how many stay and why.

        :raises WarehouseError: the filter matches everything, or names no state.
        """
        wanted = ReplayFilter(
            event_ids=_words(self.event_ids),
            states=_words(self.states),
            reasons=_words(self.reasons),
            event=self.event or None,
            event_source_id=self.pixel_code or None,
            since=_time("since", self.since),
            until=_time("until", self.until),
            run_id=self.replayed_run_id or None,
            connection_id=self.hook.settings.connection_id,
        )
        with self.hook.connect_warehouse() as warehouse:
            result = replay(
                warehouse,
                wanted,
                requested_by=f"{context['dag'].dag_id} {context['run_id']}",
                is_dry_run=_flag("is_dry_run", self.is_dry_run),
                past_horizon=_flag("past_horizon", self.past_horizon),
            )
        counts = {
            "replayed": result.replayed,
            "with_purchase": result.with_purchase,
            "past_horizon": result.past_horizon,
            "without_payload": result.without_payload,
        }
        self.log.info("Replay%s: %s", " (dry run)" * result.is_dry_run, counts)
        return counts


class TikTokForgetPeopleOperator(TikTokOperator):
    """Remove everything that people's events say, and never take them in again.

    :param subject_keys: their values of the export views' column subject_key, a list or a text
        with commas between them; may be templated or mapped. They are not logged.
    """

    template_fields: Sequence[str] = ("subject_keys",)

    def __init__(self, *, subject_keys: Sequence[str] | str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.subject_keys = subject_keys

    def run_job(self, context: Context) -> dict[str, int]:
        """Return how many events the people had, and how many of them still waited.

        :raises SettingsError: it names nobody.
        """
        keys = self.subject_keys
        people = _words(keys) if isinstance(keys, str) else [key for key in keys if key]
        if not people:
            raise SettingsError("subject_keys names nobody, so nobody was forgotten.")
        with self.hook.connect_warehouse() as warehouse:
            result = outbox_care.forget(
                warehouse,
                people,
                forgotten_by=f"{context['dag'].dag_id} {context['run_id']}",
            )
        return {"events": result.events, "stopped": result.stopped}


class TikTokRetainEventsOperator(TikTokOperator):
    """Remove payloads and receipts past their time: settings ``retention_*`` of ``[tiktok]``."""

    def run_job(self, context: Context) -> dict[str, int]:  # noqa: ARG002 - the interface's argument
        """Return how many payloads, events and calls were removed."""
        with self.hook.connect_warehouse() as warehouse:
            result = outbox_care.retain(warehouse, retention())
        counts = {
            "payloads": result.payloads,
            "events": result.events,
            "batches": result.batches,
        }
        self.log.info("Removed: %s", counts)
        return counts


class TikTokPausePixelOperator(TikTokOperator):
    """Let the events of a pixel wait, or go on.

    :param pixel_code: TikTok's pixel code; may be templated or mapped.
    :param is_paused: False lets it go on.
    """

    template_fields: Sequence[str] = ("pixel_code",)

    def __init__(self, *, pixel_code: str, is_paused: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pixel_code = pixel_code
        self.is_paused = is_paused

    def run_job(self, context: Context) -> None:
        """Change it."""
        with self.hook.connect_warehouse() as warehouse:
            if self.is_paused:
                paused_by = f"{context['dag'].dag_id} {context['run_id']}"
                outbox_care.pause(warehouse, self.pixel_code, paused_by=paused_by)
            else:
                outbox_care.resume(warehouse, self.pixel_code)
        self.log.info("Pixel %s %s.", self.pixel_code, "waits" if self.is_paused else "goes on")


def _words(text: str) -> list[str] | None:
    return [word.strip() for word in text.split(",") if word.strip()] or None


def _flag(name: str, value: bool | str) -> bool:  # noqa: FBT001 - a template gives text for it
    text = str(value).strip().lower()
    if text not in {"true", "false"}:
        raise SettingsError(f"{name} is {str(value)[:40]!r}; it takes True or False.")
    return text == "true"


def _time(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{name} is {text!r}; it takes a time such as 2026-11-01.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
