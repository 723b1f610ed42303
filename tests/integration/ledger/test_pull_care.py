"""Old pulls that changed nothing leave; what the ledger stands on stays."""

from __future__ import annotations

from datetime import timedelta

from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.spend_care import retain_pulls

# Four readings of one day, 100 hours apart: the first brought a value, the last is the newest.
PULLS = """
insert into tiktok_raw.advertisers (advertiser_id, connection_id) values ('7', 'tiktok_default');
insert into tiktok_raw.report_pulls (
    advertiser_id, data_level, time_dimension, start_date, end_date, metrics, observed_at,
    is_complete, incomplete_reason
)
select
    '7', 'AUCTION_AD', 'stat_time_hour', '2026-01-01', '2026-01-01', '{}',
    tiktok_ops.now() - interval '200 days' + n * interval '100 hours', n <> 2,
    case when n = 2 then 'a page failed' end
from generate_series(1, 4) as n;
insert into tiktok_raw.spend_snapshots (
    advertiser_id, data_level, time_dimension, stat_time, entity_id, seq, pull_id, observed_at,
    spend
)
select '7', data_level, time_dimension, '2026-01-01 10:00:00', 'ad', 1, pull_id, observed_at, 1
from tiktok_raw.report_pulls order by pull_id limit 1;
"""


def test_only_pulls_that_nothing_stands_on_are_removed(warehouse):
    with connect(warehouse) as connection:
        connection.execute(PULLS)
        assert retain_pulls(connection, timedelta(days=300)) == 0
        assert retain_pulls(connection) == 2
        assert retain_pulls(connection) == 0
        left = connection.execute(
            "select is_complete, extract(day from tiktok_ops.now() - observed_at)::int "
            "from tiktok_raw.report_pulls order by pull_id"
        ).fetchall()
        assert left == [(True, 195), (True, 183)]


# Of a day that ran, its gap opened and closed every hour; another day's gap was never explained.
GAPS = """
insert into tiktok_raw.spend_gaps (
    advertiser_id, stat_date, campaign_id, seq, pull_id, observed_at, spend, impressions, clicks,
    conversion, reason
)
select
    '7', stat_date::date, '', seq, (select min(pull_id) from tiktok_raw.report_pulls),
    tiktok_ops.now() - interval '190 days', 0, 0, 0, 0, reason
from (
    values
    ('2026-01-01', 1, 'settling'), ('2026-01-01', 2, 'closed'), ('2026-01-01', 3, 'settling'),
    ('2026-01-01', 4, 'closed'), ('2026-01-02', 1, 'unknown'), ('2026-01-02', 2, 'settling')
) as gaps (stat_date, seq, reason)
"""


def test_gaps_that_only_said_how_a_day_settled_are_removed_but_for_the_newest(warehouse):
    with connect(warehouse) as connection:
        connection.execute(PULLS)
        connection.execute(GAPS)
        retain_pulls(connection, timedelta(days=300))
        everything = connection.execute("select count(*) from tiktok_raw.spend_gaps").fetchone()
        assert everything == (6,)
        retain_pulls(connection)
        left = connection.execute(
            "select stat_date::text, seq, reason from tiktok_raw.spend_gaps order by 1, 2"
        ).fetchall()
        assert left == [
            ("2026-01-01", 4, "closed"),
            ("2026-01-02", 1, "unknown"),
            ("2026-01-02", 2, "settling"),
        ]
