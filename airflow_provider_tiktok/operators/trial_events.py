"""Try events out in Events Manager, without the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_tiktok.hooks.event_settings import event_settings
from airflow_provider_tiktok.operators.base import TikTokOperator
from airflow_provider_tiktok.warehouse.backfill import find_backfill
from airflow_provider_tiktok.warehouse.outbox import account_countries, preview
from airflow_provider_tiktok.warehouse.outbox_scope import EVERYTHING
from airflow_provider_tiktok.warehouse.outbox_trial import send_test_events

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from airflow.sdk import Context


class TikTokSendTestEventsOperator(TikTokOperator):
    """Send the newest events of an export view to the *Test Events* tab of Events Manager.

    Nothing is written to the outbox and TikTok counts nothing, so it may be repeated.

    :param relation: the view, as ``schema.name``; may be templated or mapped.
    :param backfill_id: whose days, pixels and source to keep to; without it all; may be templated.
    :param test_event_code: from the tab; may be templated.
    :param limit: how many events.
    """

    template_fields: Sequence[str] = ("relation", "backfill_id", "test_event_code")

    def __init__(
        self,
        *,
        relation: str,
        test_event_code: str,
        backfill_id: int | str = "",
        limit: int = 10,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.relation = relation
        self.backfill_id = backfill_id
        self.test_event_code = test_event_code
        self.limit = limit

    def run_job(self, context: Context) -> dict[str, int]:  # noqa: ARG002 - the interface's argument
        """Return how many events were sent, and how many could not be.

        :raises TikTokError: TikTok took no event of a call; the message says what to do.
        """
        with self.hook.connect_warehouse() as warehouse:
            settings = event_settings(self.hook.settings, account_countries(warehouse))
            scope = EVERYTHING
            if self.backfill_id:
                request = find_backfill(warehouse, int(self.backfill_id)).request
                scope = request.scope(request.first_day, request.last_day)
            events = preview(warehouse, self.relation, settings, limit=self.limit, scope=scope)
        trial = send_test_events(self.hook.client, events, self.test_event_code)
        for event in trial.kept_back:
            self.log.warning("%s: %s. %s", event.event_id, event.reason, event.hint)
        for one in trial.refused:
            self.log.warning(
                "%s: TikTok refuses it (request %s): %s. %s",
                *(one.event_id, one.request_id, one.message, one.hint),
            )
        for call in trial.accepted:
            self.log.info("%s: %s test events accepted.", call.event_source_id, call.events)
        not_sent = len(trial.kept_back) + len(trial.refused)
        return {"sent": trial.sent, "not_sent": not_sent}
