"""The settings of alerts and retention: their defaults, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from airflow_provider_tiktok.event_configuration import EVENT_OPTIONS
from airflow_provider_tiktok.hooks.delivery_settings import reconciliation, retention, thresholds
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.warehouse.delivery_checks import Thresholds
from airflow_provider_tiktok.warehouse.outbox_care import Retention


def test_the_defaults_are_those_of_the_engine() -> None:
    assert thresholds() == Thresholds()
    assert retention() == Retention()
    assert (reconciliation().days, reconciliation().largest_gap) == (3, 0.02)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("alert_backlog_hours", "soon", "alert_backlog_hours is 'soon'; it takes a number of at"),
        ("alert_backlog_hours", "nan", "it takes a number of at least 0"),
        ("alert_coverage_drop", "30", "alert_coverage_drop is '30'; it takes a number from 0 to 1"),
        ("alert_quarantine_share", "-0.1", "it takes a number from 0 to 1"),
        ("alert_stats_days", "0", "it takes a number of at least 1"),
        ("retention_payload_days", "1", "it takes a number of at least 3"),
        ("retention_receipt_days", "7", "it takes a number of at least 30"),
    ],
)
def test_a_value_that_cannot_work_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    assert name in EVENT_OPTIONS
    monkeypatch.setenv(f"AIRFLOW__TIKTOK__{name.upper()}", value)
    with pytest.raises(SettingsError, match="Correct Airflow's configuration") as refused:
        _ = thresholds(), reconciliation(), retention()
    assert sentence in str(refused.value)


def test_a_value_of_the_configuration_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__TIKTOK__ALERT_BACKLOG_HOURS", "0.5")
    assert thresholds().longest_wait == timedelta(minutes=30)
