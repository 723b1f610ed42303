-- A ledger for benchmarks/spend_models.py. Numbers are made from the row's own, so that every run has
-- the same. Parameters: advertiser, ads, first (the first hour of an account without daylight saving
-- time), hours.

-- account --
insert into tiktok_raw.advertisers (
    advertiser_id, connection_id, advertiser_name, display_timezone, currency
)
values (%(advertiser)s, 'tiktok_default', 'One', 'America/Phoenix', 'USD');

-- hours --
-- One pull per hour, just after its end, with one row per ad.
with hours as (
    select %(first)s::timestamp + interval '1 hour' * step as hour
    from generate_series(0, %(hours)s::integer - 1) as steps (step)
),

pulls as (
    insert into tiktok_raw.report_pulls (
        advertiser_id, data_level, time_dimension, start_date, end_date, display_timezone,
        currency, metrics, observed_at, finished_at, rows_read, rows_changed, is_complete
    )
    select
        %(advertiser)s,
        'AUCTION_AD',
        'stat_time_hour',
        hour::date,
        hour::date,
        'America/Phoenix',
        'USD',
        '{spend}',
        (hour + interval '70 minutes') at time zone 'America/Phoenix',
        (hour + interval '71 minutes') at time zone 'America/Phoenix',
        %(ads)s,
        %(ads)s,
        true
    from hours
    returning pull_id, observed_at
)

insert into tiktok_raw.spend_snapshots (
    advertiser_id, data_level, time_dimension, stat_time, entity_id, seq, pull_id, observed_at,
    campaign_id, adgroup_id, currency, spend, impressions, clicks, conversion, complete_payment,
    total_complete_payment_rate
)
select
    %(advertiser)s,
    'AUCTION_AD',
    'stat_time_hour',
    to_char(
        pulls.observed_at at time zone 'America/Phoenix' - interval '70 minutes',
        'YYYY-MM-DD HH24:00:00'
    ),
    (1800000000000000 + ad)::text,
    1,
    pulls.pull_id,
    pulls.observed_at,
    (1600000000000000 + ad / 20)::text,
    (1700000000000000 + ad / 5)::text,
    'USD',
    (ad * 7 + pulls.pull_id * 13) %% 997 / 100.0,
    10,
    1,
    0,
    0,
    0
from pulls
cross join generate_series(1, %(ads)s::integer) as ads (ad);

-- restatement --
-- One pull that changes 1 %% of the two days before an hour, right after the hour's own.
with pull as (
    insert into tiktok_raw.report_pulls (
        advertiser_id, data_level, time_dimension, start_date, end_date, display_timezone,
        currency, metrics, observed_at, finished_at, rows_read, rows_changed, is_complete
    )
    select
        %(advertiser)s,
        'AUCTION_AD',
        'stat_time_hour',
        (%(first)s::timestamp - interval '2 days')::date,
        %(first)s::date,
        'America/Phoenix',
        'USD',
        '{spend}',
        (%(first)s::timestamp + interval '72 minutes') at time zone 'America/Phoenix',
        (%(first)s::timestamp + interval '73 minutes') at time zone 'America/Phoenix',
        %(ads)s * 48,
        1,
        true
    returning pull_id, observed_at
),

newest as (
    select distinct on (stat_time, entity_id) *
    from tiktok_raw.spend_snapshots
    where
        advertiser_id = %(advertiser)s
        and data_level = 'AUCTION_AD'
        and time_dimension = 'stat_time_hour'
        and stat_time
        between to_char(%(first)s::timestamp - interval '2 days', 'YYYY-MM-DD HH24:00:00')
        and to_char(%(first)s::timestamp - interval '1 hour', 'YYYY-MM-DD HH24:00:00')
    order by stat_time asc, entity_id asc, seq desc
)

insert into tiktok_raw.spend_snapshots (
    advertiser_id, data_level, time_dimension, stat_time, entity_id, seq, pull_id, observed_at,
    campaign_id, adgroup_id, currency, spend, impressions, clicks, conversion, complete_payment,
    total_complete_payment_rate
)
select
    newest.advertiser_id,
    newest.data_level,
    newest.time_dimension,
    newest.stat_time,
    newest.entity_id,
    newest.seq + 1,
    pull.pull_id,
    pull.observed_at,
    newest.campaign_id,
    newest.adgroup_id,
    newest.currency,
    newest.spend + 0.01,
    newest.impressions,
    newest.clicks,
    newest.conversion,
    newest.complete_payment,
    newest.total_complete_payment_rate
from newest
cross join pull
where hashtext(newest.stat_time || newest.entity_id || pull.pull_id::text) %% 100 = 0;
