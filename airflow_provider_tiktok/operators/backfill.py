"""Plan a backfill, refuse what cannot work before anything is asked, and report what came of it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from airflow.sdk.exceptions import AirflowSkipException

from airflow_provider_tiktok.hooks.event_settings import event_settings
from airflow_provider_tiktok.hooks.grant import advertisers_to_read, pixels_to_serve
from airflow_provider_tiktok.operators.base import TikTokOperator
from airflow_provider_tiktok.operators.events import CONVERSIONS, REFUNDS
from airflow_provider_tiktok.operators.spend_pull import find_advertiser
from airflow_provider_tiktok.warehouse.backfill import (
    Price,
    find_backfill,
    keep_plan,
    open_slices,
    progress,
    report,
)
from airflow_provider_tiktok.warehouse.backfill_outcomes import OUTCOMES
from airflow_provider_tiktok.warehouse.backfill_request import (
    SPEND,
    BackfillRequest,
    check_age,
    read_chosen,
    read_days,
    read_event_source,
    read_pace,
    read_what,
    slices_of,
)
from airflow_provider_tiktok.warehouse.backfill_survey import Tally, survey_events
from airflow_provider_tiktok.warehouse.outbox import account_countries
from airflow_provider_tiktok.warehouse.spend_price import price_of_days
from airflow_provider_tiktok.warehouse.status import now

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    import psycopg
    from airflow.sdk import Context

EXPORTS = {"conversions": CONVERSIONS, "refunds": REFUNDS}
# An account east of UTC may be in tomorrow already.
FURTHEST_AHEAD = timedelta(hours=14)
IMPORT_FIRST = "Run the DAG tiktok_accounts, or correct the form."


class Plan(TypedDict):
    """What the tasks after the plan are mapped over; empty lists for what is not to be done."""

    backfill_id: int
    spend: list[int]
    events: list[int]
    delivery: list[int]
    test_relations: list[str]


class TikTokPlanBackfillOperator(TikTokOperator):
    """Check what a backfill is asked for, keep the plan, and return what to map tasks over.

    The same request goes on where an earlier run of it was stopped. All arguments may be templated.

    :param what: ``spend``, ``conversions`` and ``refunds``, separated by commas.
    :param from_date: first day, ``YYYY-MM-DD``: of the account for spend, of UTC for events.
    :param to_date: last day, included.
    :param advertisers: ids, separated by commas; empty for all.
    :param pixels: codes, separated by commas; empty for all.
    :param event_source: ``web``, ``offline`` or ``crm``; ``all`` or empty for every one.
    :param pace: the share of TikTok's quota that it may use, so that hourly work goes on.
    :param is_dry_run: "True" keeps the plan and does nothing.
    :param test_event_code: from Events Manager; with it events go there to be looked at, and the
        outbox is left alone.
    """

    template_fields: Sequence[str] = (
        "what",
        "from_date",
        "to_date",
        "advertisers",
        "pixels",
        "event_source",
        "pace",
        "is_dry_run",
        "test_event_code",
    )

    def __init__(
        self,
        *,
        what: str,
        from_date: str,
        to_date: str,
        advertisers: str = "",
        pixels: str = "",
        event_source: str = "",
        pace: float | str = 0.5,
        is_dry_run: bool | str = True,
        test_event_code: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.what = what
        self.from_date = from_date
        self.to_date = to_date
        self.advertisers = advertisers
        self.pixels = pixels
        self.event_source = event_source
        self.pace = pace
        self.is_dry_run = is_dry_run
        self.test_event_code = test_event_code

    def run_job(self, context: Context) -> Plan:
        """Return the plan: numbers of slices. In a dry run there are none.

        :raises BackfillError: the request cannot work; the message says why.
        """
        is_dry_run = str(self.is_dry_run).lower() == "true"
        is_test = bool(self.test_event_code)
        with self.hook.connect_warehouse() as warehouse:
            request = self._request(warehouse)
            relations = [EXPORTS[kind] for kind in request.event_kinds]
            price = self._price(warehouse, request)
            counts = self._survey(warehouse, request)
            slices = slices_of(request, EXPORTS)
            if is_test:
                slices = [piece for piece in slices if piece.kind == SPEND]
            backfill_id, goes_on = keep_plan(
                warehouse,
                request,
                slices,
                counts,
                price,
                run_id=context["run_id"],
                is_dry_run=is_dry_run or not slices,
            )
            left = {} if is_dry_run else open_slices(warehouse, backfill_id)
        self._say(request, price, counts)
        if is_dry_run:
            self.log.info("Dry run: backfill %s is planned and nothing else happens.", backfill_id)
        else:
            self.log.info(
                "%s backfill %s: %s of %s slices are left.",
                "Going on with" if goes_on else "Starting",
                backfill_id,
                sum(map(len, left.values())),
                len(slices),
            )
        return Plan(
            backfill_id=backfill_id,
            spend=left.get(SPEND, []),
            events=[*left.get("conversions", []), *left.get("refunds", [])],
            delivery=left.get("delivery", []),
            test_relations=relations if is_test and not is_dry_run else [],
        )

    def _request(self, warehouse: psycopg.Connection[Any]) -> BackfillRequest:
        """Return what is asked for, or refuse it."""
        what = read_what(self.what)
        moment = now(warehouse)
        today = (moment + FURTHEST_AHEAD).date()
        first, last = read_days(self.from_date, self.to_date, today=today)
        advertiser_ids: tuple[str, ...] = ()
        pixel_codes: tuple[str, ...] = ()
        if SPEND in what:
            known = advertisers_to_read(warehouse, self.hook.settings)
            advertiser_ids = read_chosen(
                self.advertisers, known, what="advertiser", where=IMPORT_FIRST
            )
        if set(what) - {SPEND}:
            known = pixels_to_serve(warehouse, self.hook.settings)
            pixel_codes = read_chosen(self.pixels, known, what="pixel", where=IMPORT_FIRST)
        request = BackfillRequest(
            connection_id=self.tiktok_conn_id,
            what=what,
            first_day=first,
            last_day=last,
            advertiser_ids=advertiser_ids,
            event_source_ids=pixel_codes,
            event_source=read_event_source(self.event_source),
            pace=read_pace(str(self.pace)),
        )
        check_age(request, now=moment)
        return request

    def _price(self, warehouse: psycopg.Connection[Any], request: BackfillRequest) -> Price:
        """Return what reading the days of spend takes."""
        tier = self.hook.settings.quota_tier
        calls, rows, minutes = 0, 0, 0.0
        for advertiser_id in request.advertiser_ids:
            advertiser = find_advertiser(warehouse, self.tiktok_conn_id, advertiser_id)
            priced = price_of_days(
                warehouse, advertiser, request.first_day, request.last_day, tier=tier
            )
            price = priced.estimate
            calls, rows = calls + price.calls, rows + price.rows
            minutes += price.minutes / request.pace
            if price.mode == "async":
                self.log.info(
                    "Advertiser %s: %.0f minutes of paging; TikTok is asked to prepare the days "
                    "as report tasks instead, which leaves the quota to others.",
                    advertiser_id,
                    price.minutes / request.pace,
                )
        return Price(calls, rows, minutes)

    def _survey(
        self, warehouse: psycopg.Connection[Any], request: BackfillRequest
    ) -> Counter[Tally]:
        counts: Counter[Tally] = Counter()
        settings = event_settings(self.hook.settings, account_countries(warehouse))
        scope = request.scope(request.first_day, request.last_day)
        for kind in request.event_kinds:
            counts += survey_events(warehouse, kind, EXPORTS[kind], settings, scope)
        return counts

    def _say(self, request: BackfillRequest, price: Price, counts: Counter[Tally]) -> None:
        if request.advertiser_ids:
            self.log.info(
                "Spend: %s advertisers, %s days from %s to %s, about %s calls and %s rows; %s at "
                "%.0f%% of the %s tier.",
                len(request.advertiser_ids),
                (request.last_day - request.first_day).days + 1,
                request.first_day,
                request.last_day,
                price.calls,
                price.rows,
                f"at least {price.minutes:.0f} minutes" if price.minutes >= 1 else "seconds",
                100 * request.pace,
                self.hook.settings.quota_tier,
            )
        for kind in request.event_kinds:
            self.log.info("%s: %s", kind.capitalize(), sentence_of(counts, kind))


class TikTokReportBackfillOperator(TikTokOperator):
    """Count what came of everything that a backfill was asked for, and keep it in the warehouse.

    :param backfill_id: as the plan returned it; may be templated.
    """

    template_fields: Sequence[str] = ("backfill_id",)

    def __init__(self, *, backfill_id: int | str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.backfill_id = backfill_id

    def run_job(self, context: Context) -> dict[str, int]:  # noqa: ARG002 - the interface's argument
        """Return the days and events by what became of them.

        :raises AirflowSkipException: it was a dry run, or there is no plan.
        """
        if not self.backfill_id:
            raise AirflowSkipException("There is no plan: the log of the task `plan` says why.")
        number = int(self.backfill_id)
        with self.hook.connect_warehouse() as warehouse:
            (before,) = progress(warehouse, self.tiktok_conn_id, backfill_id=number)
            if before.state == "dry_run":
                raise AirflowSkipException("A dry run: the plan is all there is.")
            backfill = find_backfill(warehouse, number)
            counts = report(warehouse, backfill)
            (state,) = progress(warehouse, self.tiktok_conn_id, backfill_id=number)
        for kind in backfill.request.what:
            self.log.info("%s: %s", kind.capitalize(), sentence_of(counts, kind))
        if state.state == "done":
            self.log.info("Backfill %s is done: %s slices.", number, state.slices)
        else:
            self.log.warning(
                "Backfill %s: %s of %s slices are done%s Trigger the same request again, and it "
                "goes on.",
                number,
                state.slices_done,
                state.slices,
                f" ({state.last_message})." if state.last_message else ".",
            )
        summed: Counter[str] = Counter()
        for tally, quantity in counts.items():
            summed[f"{tally.kind}_{tally.outcome}"] += quantity
        return {**summed, "slices": state.slices, "slices_done": state.slices_done}


def sentence_of(counts: Counter[Tally], kind: str) -> str:
    """Return what becomes of one kind in one sentence, the most frequent first."""
    found: Counter[tuple[str, str]] = Counter()
    for tally, quantity in counts.items():
        if tally.kind == kind:
            found[tally.outcome, tally.reason] += quantity
    if not found:
        return "none in this range."
    parts = [
        f"{quantity} {OUTCOMES[outcome]}{f' ({reason})' if reason else ''}"
        for (outcome, reason), quantity in found.most_common()
    ]
    return "; ".join(parts) + "."
