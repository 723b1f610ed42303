"""Print what the warehouse knows after the demo; every number comes out of a dbt mart."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row

from sandbox.demo import receipts
from sandbox.demo.table import format_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.demo.stage import Stage

Row = dict[str, Any]
NEXT = """\
Try next:
  make ui                                        the same in Airflow's web UI, in real time
  make shell RUN="airflow tiktok doctor"         check every part and say what to fix
  make shell RUN="airflow tiktok preview"        what events leave as, hashed
  make shell RUN='psql -c "select * from analytics.rpt_ad_roi_daily limit 5"'"""


def print_report(stage: Stage, *, seconds: float) -> None:
    """Print the ROI, a restated hour, the deliveries, receipts, the coverage and the time."""
    with psycopg.connect(stage.warehouse_uri, row_factory=dict_row) as connection:
        for title, show in SECTIONS:
            print(f"\n{title}\n")
            print(show(connection))
    print(f"\nTook {seconds:.0f} s. The data stays in {stage.folder}.\n\n{NEXT}")


def _rows(connection: psycopg.Connection[Row], name: str, **parameters: object) -> list[Row]:
    text = resources.files("sandbox.demo").joinpath("sql", f"{name}.sql").read_text()
    return connection.execute(text.encode(), parameters or None).fetchall()


def _roi(connection: psycopg.Connection[Row]) -> str:
    return format_table(
        [
            {
                "advertiser": row["advertiser_name"] or "",
                "campaign": row["campaign"],
                "": row["currency"],
                "spend": money(row["spend"]),
                "clicks": count(row["clicks"]),
                "conv.": count(row["conversions"]),
                "gross": money(row["gross"]),
                "refunded": money(row["refunded"]),
                "net": money(row["net"]),
                "ROI": percent(row["roi"]),
                "net ROAS": ratio(row["net_roas"]),
            }
            for row in _rows(connection, "campaign_roi")
        ],
        left=("advertiser", "campaign", ""),
    )


def _restatement(connection: psycopg.Connection[Row]) -> str:
    versions = _rows(connection, "most_restated_hour")
    (proof,) = _rows(connection, "deltas_add_up")
    first = versions[0]
    table = format_table(
        [
            {
                "snapshot": str(row["seq"]),
                "seen at (UTC)": row["observed_at_utc"],
                "delta": f"{row['spend_delta']:+,.2f}",
                "spend": money(row["spend"]),
            }
            for row in versions
        ],
        left=("seen at (UTC)",),
    )
    return (
        f"  ad {first['ad_id']}, hour {first['account_hour']} of its account, {first['currency']}\n"
        f"{table}\n\n"
        f"  {proof['ad_hours']:,} ad hours, {proof['snapshots']:,} snapshots, "
        f"{proof['restatements']:,} of them restatements. "
        f"Hours whose deltas do not add up to TikTok's latest number: {proof['differences']}"
    )


def _states(connection: psycopg.Connection[Row]) -> str:
    return format_table(
        [
            {
                "event": row["event"],
                "state": row["state"],
                "reason": row["reason"],
                "events": count(row["events"]),
                "attempts": count(row["attempts"]),
            }
            for row in _rows(connection, "delivery_states")
        ],
        left=("event", "state", "reason"),
    )


def _stories(connection: psycopg.Connection[Row]) -> str:
    return receipts.stories(partial(_rows, connection))


def _reconciliation(connection: psycopg.Connection[Row]) -> str:
    return receipts.reconciliation(partial(_rows, connection))


def _coverage(connection: psycopg.Connection[Row]) -> str:
    return format_table(
        [
            {
                "signal": row["signal"],
                "events": f"{row['events_with_signal']:,} of {row['events']:,}",
                "share": percent(row["coverage"]),
                "withheld": count(row["events_withheld"]),
            }
            for row in _rows(connection, "signal_coverage")
        ],
        left=("signal",),
    )


def money(value: Decimal | None) -> str:
    """Format an amount with two decimals; nothing stays nothing."""
    return "" if value is None else f"{value:,.2f}"


def count(value: Decimal | int | None) -> str:
    """Format a whole number."""
    return "" if value is None else f"{int(value):,}"


def ratio(value: Decimal | None) -> str:
    """Format a ratio; one without a meaning is a dash."""
    return "-" if value is None else f"{value:.2f}"


def percent(value: Decimal | None) -> str:
    """Format a share as per cent; one without a meaning is a dash."""
    return "-" if value is None else f"{value * Decimal(100):,.0f} %"


SECTIONS: list[tuple[str, Callable[[psycopg.Connection[Row]], str]]] = [
    ("What each campaign earned, after refunds (analytics.rpt_campaign_roi_daily)", _roi),
    ("How TikTok restated one hour (analytics.fct_spend_deltas)", _restatement),
    ("What became of every event (analytics.fct_event_deliveries)", _states),
    (
        "Three receipts (analytics.fct_event_deliveries, analytics.fct_event_attempts; UTC)",
        _stories,
    ),
    ("Which signals the delivered events carried (analytics.rpt_signal_coverage_daily)", _coverage),
    (
        "What TikTok counted of what it accepted (analytics.rpt_event_reconciliation_daily)",
        _reconciliation,
    ),
]
