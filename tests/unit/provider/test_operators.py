"""Operators as Airflow's parser and its kill signal see them."""

from __future__ import annotations

import inspect
import threading
from datetime import date
from typing import TYPE_CHECKING

import pytest
from airflow.sdk import BaseOperator

from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.operators.accounts import (
    TikTokImportAccountsOperator,
    TikTokImportAdsOperator,
)
from airflow_provider_tiktok.operators.backfill import (
    TikTokPlanBackfillOperator,
    TikTokReportBackfillOperator,
)
from airflow_provider_tiktok.operators.backfill_slices import (
    TikTokBackfillDeliveryOperator,
    TikTokBackfillEventsOperator,
)
from airflow_provider_tiktok.operators.backfill_spend import TikTokBackfillSpendOperator
from airflow_provider_tiktok.operators.events import (
    TikTokDeliverEventsOperator,
    TikTokEnqueueEventsOperator,
    TikTokListPixelsOperator,
)
from airflow_provider_tiktok.operators.failures import ThrottleRetryPolicy
from airflow_provider_tiktok.operators.spend import (
    TikTokListAdvertisersOperator,
    TikTokPullSpendOperator,
    days_between,
)
from airflow_provider_tiktok.operators.spend_care import TikTokRetainPullsOperator
from airflow_provider_tiktok.operators.spend_tasks import TikTokSpendReportTaskOperator
from airflow_provider_tiktok.operators.trial_events import TikTokSendTestEventsOperator

if TYPE_CHECKING:
    from airflow_provider_tiktok.operators.base import TikTokOperator

OPERATORS = [
    TikTokBackfillDeliveryOperator,
    TikTokBackfillEventsOperator,
    TikTokBackfillSpendOperator,
    TikTokDeliverEventsOperator,
    TikTokEnqueueEventsOperator,
    TikTokImportAccountsOperator,
    TikTokImportAdsOperator,
    TikTokListAdvertisersOperator,
    TikTokListPixelsOperator,
    TikTokPlanBackfillOperator,
    TikTokPullSpendOperator,
    TikTokReportBackfillOperator,
    TikTokRetainPullsOperator,
    TikTokSendTestEventsOperator,
    TikTokSpendReportTaskOperator,
]
TODAY = date(2026, 11, 21)


def own_arguments(operator: type[TikTokOperator]) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(operator.__init__).parameters
    return {
        name: parameter
        for name, parameter in parameters.items()
        if name not in {"self", "kwargs", "retry_policy", "map_index_template"}
    }


def made(operator: type[TikTokOperator]) -> TikTokOperator:
    needed = {
        name: "{{ x }}"
        for name, parameter in own_arguments(operator).items()
        if parameter.default is inspect.Parameter.empty
    }
    return operator(task_id="task", **needed)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_an_operator_is_made_without_connections(operator: type[TikTokOperator]) -> None:
    task = made(operator)
    assert (task.tiktok_conn_id, task.warehouse_conn_id) == ("tiktok_default", "tiktok_warehouse")
    assert isinstance(task.retry_policy, ThrottleRetryPolicy)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_no_argument_hides_one_of_airflows_own(operator: type[TikTokOperator]) -> None:
    airflows = {*dir(BaseOperator), *inspect.signature(BaseOperator.__init__).parameters}
    assert own_arguments(operator).keys() & airflows == set()


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_what_is_templated_is_an_argument(operator: type[TikTokOperator]) -> None:
    assert set(operator.template_fields) <= own_arguments(operator).keys()


def test_a_killed_task_stops_waiting() -> None:
    task = made(TikTokListPixelsOperator)
    waiting = threading.Thread(target=task._nap, args=(3600.0,), daemon=True)
    waiting.start()
    task.on_kill()
    waiting.join(timeout=60)
    assert not waiting.is_alive()
    assert task._is_stopped()


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-11-19", "2026-11-20", 2),
        ("2026-11-20", "2026-12-24", 2),
        ("2024-02-28", "2024-03-01", 3),
    ],
    ids=["days", "not beyond today", "leap day"],
)
def test_a_range_of_days(first: str, last: str, days: int) -> None:
    found = days_between(first, last, today=TODAY)
    assert len(found) == days
    assert found[0] == date.fromisoformat(first)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-11-20", "2026-11-19"),
        ("2026-11-22", "2026-11-23"),
        ("20.11.2026", "2026-11-20"),
        ("", ""),
    ],
    ids=["backwards", "future", "no date", "nothing"],
)
def test_a_range_that_cannot_be_read_is_refused(first: str, last: str) -> None:
    with pytest.raises(SettingsError):
        days_between(first, last, today=TODAY)
