"""Learn from the snapshots how long an account's spend keeps changing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow_provider_tiktok.warehouse.database import statement
from airflow_provider_tiktok.warehouse.spend_time import account_zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from airflow_provider_tiktok.warehouse.accounts import Advertiser

AGES = (0, 1, 2, 3, 6, 12, 24, 48, 72, 120, 168, 336, 504, 672)
# Conversions come in for 28 days, and TikTok may correct them once more.
LONGEST_WINDOW_DAYS = 35
SHORTEST_WINDOW_DAYS = 3


@dataclass(frozen=True)
class Maturity:
    """At this age an hour's spend was this share of what it became; 1 is all of it."""

    age_hours: int
    share: Decimal


def maturity_curve(
    connection: psycopg.Connection[Any], advertiser: Advertiser, *, settled_days: int = 14
) -> list[Maturity]:
    """Return the share of its final spend that an hour carried at each age, as pulls saw it.

    :param settled_days: only hours older than this count, up to 90 days.
    :returns: nothing when the ledger holds no such hour with spend.
    """
    parameters = {
        "advertiser_id": advertiser.advertiser_id,
        "time_zone": account_zone(advertiser.display_timezone, advertiser.timezone).key,
        "settled_days": settled_days,
        "ages": list(AGES),
    }
    rows = connection.execute(statement("spend/maturity"), parameters)
    return [Maturity(age, share) for age, share in rows if share is not None]


def window_days(curve: Sequence[Maturity], *, tolerance: Decimal = Decimal("0.001")) -> int:
    """Return for how many days an account is worth reading again, by the evidence of its curve.

    :param tolerance: a difference from the final spend that nobody minds, as a share of it.
    :returns: days after which the curve stays within the tolerance; 35 without evidence.
    """
    unsettled = [point.age_hours for point in curve if abs(1 - point.share) > tolerance]
    if not curve or unsettled[-1:] == [curve[-1].age_hours]:
        return LONGEST_WINDOW_DAYS
    settled_from = next(
        point.age_hours for point in curve if not unsettled or point.age_hours > unsettled[-1]
    )
    return min(max(-(-settled_from // 24), SHORTEST_WINDOW_DAYS), LONGEST_WINDOW_DAYS)
