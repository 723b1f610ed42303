"""Plan a backfill, refuse what cannot work before anything is asked, and try events out."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from airflow_provider_tiktok.api.errors import error_for
from airflow_provider_tiktok.api.events import track
from airflow_provider_tiktok.hooks.event_settings import event_settings
from airflow_provider_tiktok.hooks.grant import advertisers_to_read, pixels_to_serve
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.operators.base import TikTokOperator
from airflow_provider_tiktok.operators.events import CONVERSIONS, REFUNDS
from airflow_provider_tiktok.operators.spend import days_between
from airflow_provider_tiktok.warehouse.outbox import account_countries, preview
from airflow_provider_tiktok.warehouse.spend_coverage import rows_a_day
from airflow_provider_tiktok.warehouse.spend_estimate import estimate
from airflow_provider_tiktok.warehouse.spend_plan import DateRange
from airflow_provider_tiktok.warehouse.status import now

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from typing import Any

    import psycopg
    from airflow.sdk import Context

    from airflow_provider_tiktok.events.build import BuiltEvent

SPEND = "spend"
EXPORTS = {"conversions": CONVERSIONS, "refunds": REFUNDS}


class Plan(TypedDict):
    """What the tasks after the plan are mapped over; empty lists for what is not to be done."""

    advertiser_ids: list[str]
    relations: list[str]
    pixel_codes: list[str]
    test_relations: list[str]


class TikTokPlanBackfillOperator(TikTokOperator):
    """Check what a backfill is asked for, say what it takes, and return what to map tasks over.

    :param what: ``spend``, ``conversions`` and ``refunds``, separated by commas; may be templated.
    :param from_date: first account-local day of spend, ``YYYY-MM-DD``; may be templated.
    :param to_date: last account-local day, included; may be templated.
    :param is_dry_run: "True" says what would be done and does nothing; may be templated.
    :param test_event_code: from Events Manager; with it events go there to be looked at, and the
        outbox is left alone. May be templated.
    """

    template_fields: Sequence[str] = (
        "what",
        "from_date",
        "to_date",
        "is_dry_run",
        "test_event_code",
    )

    def __init__(
        self,
        *,
        what: str,
        from_date: str,
        to_date: str,
        is_dry_run: bool | str = True,
        test_event_code: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.what = what
        self.from_date = from_date
        self.to_date = to_date
        self.is_dry_run = is_dry_run
        self.test_event_code = test_event_code

    def run_job(self, context: Context) -> Plan:  # noqa: ARG002 - the interface's argument
        """Return the plan; in a dry run only the export views to count are in it.

        :raises SettingsError: the request cannot work; the message says why.
        """
        asked = {word.strip() for word in self.what.split(",") if word.strip()}
        unknown = asked - {SPEND, *EXPORTS}
        if unknown or not asked:
            raise SettingsError(
                f"what is {self.what!r}; choose some of {', '.join([SPEND, *EXPORTS])}.",
            )
        is_dry_run = str(self.is_dry_run).lower() == "true"
        is_test = self.test_event_code not in {"", "None"}
        relations = [relation for name, relation in EXPORTS.items() if name in asked]
        plan = Plan(advertiser_ids=[], relations=[], pixel_codes=[], test_relations=[])
        with self.hook.connect_warehouse() as warehouse:
            if SPEND in asked:
                today = now(warehouse).date()
                days = days_between(self.from_date, self.to_date, today=today)
                advertiser_ids = advertisers_to_read(warehouse, self.hook.settings)
                self._price(warehouse, advertiser_ids, days)
                plan["advertiser_ids"] = [] if is_dry_run else advertiser_ids
            if relations and is_test and not is_dry_run:
                plan["test_relations"] = relations
            elif relations:
                plan["relations"] = relations
                codes = pixels_to_serve(warehouse, self.hook.settings)
                plan["pixel_codes"] = [] if is_dry_run else codes
        self.log.info("Plan%s: %s", " of a dry run" * is_dry_run, plan)
        return plan

    def _price(
        self, warehouse: psycopg.Connection[Any], advertiser_ids: Sequence[str], days: list[date]
    ) -> None:
        """Say how long reading the days takes."""
        tier = self.hook.settings.quota_tier
        windows = [DateRange(day, day) for day in days]
        calls, minutes = 0, 0.0
        for advertiser_id in advertiser_ids:
            price = estimate(windows, rows_a_day=rows_a_day(warehouse, advertiser_id), tier=tier)
            calls, minutes = calls + price.calls, minutes + price.minutes
        self.log.info(
            "Spend: %s advertisers, %s days from %s to %s, about %s calls; at least %.0f minutes "
            "at the %s tier.",
            len(advertiser_ids),
            len(days),
            days[0],
            days[-1],
            calls,
            minutes,
            tier,
        )


class TikTokSendTestEventsOperator(TikTokOperator):
    """Send the newest events of an export view to the *Test Events* tab of Events Manager.

    Nothing is written to the outbox and TikTok counts nothing, so it may be repeated.

    :param relation: the view, as ``schema.name``; may be templated or mapped.
    :param test_event_code: from the tab; may be templated.
    :param limit: how many events.
    """

    template_fields: Sequence[str] = ("relation", "test_event_code")

    def __init__(
        self, *, relation: str, test_event_code: str, limit: int = 10, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.relation = relation
        self.test_event_code = test_event_code
        self.limit = limit

    def run_job(self, context: Context) -> dict[str, int]:  # noqa: ARG002 - the interface's argument
        """Return how many events were sent, and how many could not be.

        :raises TikTokError: TikTok refused a call; the message says what to do.
        """
        with self.hook.connect_warehouse() as warehouse:
            settings = event_settings(self.hook.settings, account_countries(warehouse))
            events = preview(warehouse, self.relation, settings, limit=self.limit)
        sendable: dict[tuple[str, str], list[BuiltEvent]] = {}
        for event in events:
            if event.payload is not None:
                sendable.setdefault((event.event_source, event.event_source_id), []).append(event)
            else:
                self.log.warning("%s: %s. %s", event.event_id, event.reason, event.hint)
        for (source, source_id), group in sendable.items():
            outcome = track(
                self.hook.client,
                event_source=source,
                event_source_id=source_id,
                data=[(event.payload or "").encode() for event in group],
                test_event_code=self.test_event_code,
            )
            if not outcome.is_success:
                raise error_for(outcome, "event/track/")
            self.log.info("%s: %s test events accepted.", source_id, len(group))
        sent = sum(map(len, sendable.values()))
        return {"sent": sent, "not_sent": len(events) - sent}
