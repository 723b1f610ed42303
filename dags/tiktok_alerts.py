"""Fail when somebody should look at the delivery of events; each task says what to do.

- `check_backlog`: events have been due for too long;
- `check_quarantine`: too many events were set aside;
- `check_blocked`: TikTok refuses the token or a permission, so events wait;
- `check_expired_unknown`: events were given up because nobody knows whether TikTok has them;
- `check_coverage`: a signal is on far fewer of yesterday's events than in the week before.

The thresholds are the settings `alert_*` of Airflow's section `[tiktok]`. A check that fails stays
red until what it found is put right or is older than `alert_period_hours`. Attach your notifier to
this DAG (`on_failure_callback`), and nothing of the delivery itself is touched by a red check.
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import DAG, CronTriggerTimetable

from airflow_provider_tiktok.operators.event_checks import TikTokCheckEventsOperator

with DAG(
    "tiktok_alerts",
    schedule=CronTriggerTimetable("20 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    # The next hour tries again.
    default_args={"retries": 0},
    doc_md=__doc__,
    tags=["tiktok"],
) as dag:
    for check in ("backlog", "quarantine", "blocked", "expired_unknown", "coverage"):
        TikTokCheckEventsOperator(task_id=f"check_{check}", check=check)
