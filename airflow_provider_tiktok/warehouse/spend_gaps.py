"""Compare what an account cost with what its ads cost, and keep what is left over."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.warehouse.database import statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

log = logging.getLogger(__name__)

# Reports whose numbers the comparison uses and that may change what it finds.
COMPARED = {
    ("AUCTION_AD", "stat_time_hour"),
    ("AUCTION_ADVERTISER", "stat_time_day"),
    ("AUCTION_CAMPAIGN", "stat_time_day"),
}


def write_gaps(connection: psycopg.Connection[Any], pull: Mapping[str, Any]) -> int:
    """Compare the days of a pull, in its transaction; return how many gaps opened or changed.

    :param pull: what was asked for, and the pull's number; the parameters of ``measure_gaps.sql``.
    """
    if (pull["data_level"], pull["time_dimension"]) not in COMPARED:
        return 0
    if connection.execute(statement("spend/lock_totals"), pull).fetchone() is None:
        return 0
    measured = connection.execute(statement("spend/measure_gaps"), pull).fetchone()
    if measured is None or measured[0] is None:
        return 0
    gaps = {"gaps": measured[0]}
    written = connection.execute(statement("spend/judge_gaps"), {**pull, **gaps}).fetchall()
    for day, campaign_id, spend, reason in written:
        if reason not in {"closed", "settling"}:
            log.warning(
                "Advertiser %s, %s: %s of spend is on no ad (%s%s); it stays in the account's "
                "total as unallocated.",
                pull["advertiser_id"],
                day,
                spend,
                reason,
                f", campaign {campaign_id}" if campaign_id else "",
            )
    return len(written)
