"""Options of the commands about spend."""

from __future__ import annotations

from airflow_provider_tiktok.cli.options import option

FROM = option(
    "--from",
    metavar="DAY",
    dest="first",
    text="the first day of the account, as 2026-11-30; without days: what the next run reads",
)
TO = option("--to", metavar="DAY", dest="end", text="the last day, included")
ADVERTISER = option("--advertiser", metavar="ID", text="only this advertiser (default: all)")
LAST = option("--last", metavar="NUMBER", type=int, default=20, text="how many (default: 20)")
