-- A world for benchmarks/roi_models.py: people who visit, click, order and ask money back, evenly over
-- a stretch of time. Numbers are made from the row's own number, so that every run has the same rows.
-- Parameters: views (page views of the whole stretch), days, ads, since and until (share of it, 0 to 1).

-- accounts --
insert into tiktok_raw.advertisers (
    advertiser_id, connection_id, advertiser_name, display_timezone, timezone, currency, country
)
values ('1', 'tiktok_default', 'Benchmark', 'America/New_York', 'America/New_York', 'USD', 'US');
insert into tiktok_raw.pixels (pixel_code, pixel_id, advertiser_id, connection_id)
values ('CUS00000000000000001', '9', '1', 'tiktok_default');
insert into tiktok_raw.campaigns (campaign_id, advertiser_id, campaign_name)
select
    'c' || n,
    '1',
    'Campaign ' || n
from generate_series(0, %(ads)s::int / 20) as numbers (n);
insert into tiktok_raw.ad_groups (adgroup_id, campaign_id, advertiser_id, adgroup_name)
select
    (200000 + n)::text,
    'c' || n / 4,
    '1',
    'Ad group ' || n
from generate_series(0, %(ads)s::int / 5) as numbers (n);
insert into tiktok_raw.ads (ad_id, adgroup_id, campaign_id, advertiser_id, ad_name)
select
    (100000 + n)::text,
    (200000 + n / 5)::text,
    'c' || n / 20,
    '1',
    'Ad ' || n
from generate_series(0, %(ads)s::int - 1) as numbers (n);

-- page_views --
insert into web.page_views (
    page_view_id, occurred_at, visitor_id, page_url, ttp, ip_address, user_agent, locale
)
select
    'p' || n,
    %(start)s::timestamptz + n * %(days)s::int * interval '1 day' / %(views)s::bigint,
    'v' || n / 40 * 10 + n * 7 %% 10 - case when n %% 9 = 0 then least(n / 40 * 10, 4000) else 0 end,
    'https://us.northwind.example/products/' || n %% 1000 || case
        when n %% 8 = 0
            then '?utm_source=tiktok&utm_campaign=Campaign%%20' || n %% 100
                || '&campaign_id=1&adgroup_id=2&ad_id=' || 100000 + n * 13 %% %(ads)s::int
                || '&ttclid=E.C.P.' || md5(n::text)
        else '?page=' || n %% 50
    end,
    'ttp' || n / 40,
    '203.0.113.' || n %% 250,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)',
    'en-US'
from generate_series(
    ceil(%(since)s::numeric * %(views)s::bigint)::bigint,
    ceil(%(until)s::numeric * %(views)s::bigint)::bigint - 1
) as numbers (n);

-- shop --
create temporary table new_orders on commit drop as
select
    n,
    'v' || n * 10 / 40 * 10 + n * 70 %% 10 as visitor_id,
    case when n %% 5 < 3 then 'k' || n %% (1 + %(views)s::bigint / 15) end as customer_id,
    %(start)s::timestamptz + n * %(days)s::int * interval '1 day' / (%(views)s::bigint / 10)
    + interval '1 minute' as ordered_at
from generate_series(
    ceil(%(since)s::numeric * (%(views)s::bigint / 10))::bigint,
    ceil(%(until)s::numeric * (%(views)s::bigint / 10))::bigint - 1
) as numbers (n);
insert into shop.orders (
    order_id, customer_id, visitor_id, ordered_at, currency, total_amount, page_url, ip_address, user_agent
)
select
    'o' || n,
    customer_id,
    visitor_id,
    ordered_at,
    'USD',
    10 + n %% 9000 / 100.0,
    'https://us.northwind.example/checkout',
    '203.0.113.' || n %% 250,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)'
from new_orders;
insert into shop.order_items (
    order_item_id, order_id, product_id, product_name, quantity, unit_price
)
select
    'i' || n,
    'o' || n,
    'product' || n %% 1000,
    'Product',
    1,
    10 + n %% 9000 / 100.0
from new_orders;
insert into shop.refunds (refund_id, order_id, refunded_at, currency, amount)
select
    'r' || n,
    'o' || greatest(n - n %% 1000, 0),
    ordered_at,
    'USD',
    5
from new_orders
where n %% 20 = 0;
insert into shop.customers (customer_id, email, phone, country, created_at, updated_at)
select
    customer_id,
    customer_id || '@example.com',
    '+12025550100',
    'US',
    min(ordered_at),
    max(ordered_at)
from new_orders
where customer_id is not null
group by customer_id
on conflict (customer_id) do update set updated_at = excluded.updated_at;
insert into web.identities (identity_id, visitor_id, customer_id, email, observed_at)
select
    'y' || n,
    visitor_id,
    customer_id,
    customer_id || '@example.com',
    ordered_at
from new_orders
where customer_id is not null and n %% 2 = 0;
insert into web.consents (consent_id, visitor_id, recorded_at, ad_consent)
select
    'a' || n,
    visitor_id,
    ordered_at,
    case when n %% 10 = 0 then 'denied' else 'granted' end
from new_orders;

-- spend --
-- One pull reads the hours of the stretch; each ad spends in a third of its hours.
with pull as (
    insert into tiktok_raw.report_pulls (
        advertiser_id, data_level, time_dimension, start_date, end_date, display_timezone, currency,
        metrics, observed_at, finished_at, rows_read, rows_changed, is_complete
    )
    select
        '1',
        'AUCTION_AD',
        'stat_time_hour',
        (%(start)s::timestamptz + %(since)s::numeric * %(days)s::int * interval '1 day')::date - 1,
        (%(start)s::timestamptz + %(until)s::numeric * %(days)s::int * interval '1 day')::date,
        'America/New_York',
        'USD',
        array['spend'],
        %(start)s::timestamptz + %(until)s::numeric * %(days)s::int * interval '1 day' - interval '1 day',
        %(start)s::timestamptz + %(until)s::numeric * %(days)s::int * interval '1 day'
        - case when %(since)s::numeric = 0 then interval '1 day' else interval '0' end,
        %(ads)s,
        %(ads)s,
        true
    returning pull_id
)

insert into tiktok_raw.spend_snapshots (
    advertiser_id, data_level, time_dimension, stat_time, entity_id, seq, pull_id, observed_at,
    campaign_id, adgroup_id, currency, spend, impressions, clicks, conversion, complete_payment,
    total_complete_payment_rate
)
select
    '1',
    'AUCTION_AD',
    'stat_time_hour',
    to_char(hours.starts_at at time zone 'America/New_York', 'YYYY-MM-DD HH24:00:00'),
    (100000 + n)::text,
    1,
    pull.pull_id,
    tiktok_ops.now(),
    'c' || n / 20,
    (200000 + n / 5)::text,
    'USD',
    1 + n %% 500 / 100.0,
    100,
    3,
    1,
    1,
    30
from generate_series(0, %(ads)s::int - 1) as numbers (n)
cross join generate_series(
    %(start)s::timestamptz + %(since)s::numeric * %(days)s::int * interval '1 day',
    %(start)s::timestamptz + %(until)s::numeric * %(days)s::int * interval '1 day' - interval '1 second',
    interval '1 hour'
) as hours (starts_at)
cross join pull
where (n + extract(hour from hours.starts_at)::int) %% 3 = 0
on conflict do nothing;

-- restate --
-- TikTok says something else about every seventh ad of the last three days.
with pull as (
    insert into tiktok_raw.report_pulls (
        advertiser_id, data_level, time_dimension, start_date, end_date, display_timezone, currency,
        metrics, observed_at, finished_at, rows_read, rows_changed, is_complete
    )
    select
        '1',
        'AUCTION_AD',
        'stat_time_hour',
        tiktok_ops.now()::date - 3,
        tiktok_ops.now()::date,
        'America/New_York',
        'USD',
        array['spend'],
        tiktok_ops.now(),
        tiktok_ops.now(),
        %(ads)s,
        %(ads)s,
        true
    returning pull_id
)

insert into tiktok_raw.spend_snapshots (
    advertiser_id, data_level, time_dimension, stat_time, entity_id, seq, pull_id, observed_at,
    campaign_id, adgroup_id, currency, spend, impressions, clicks, conversion, complete_payment,
    total_complete_payment_rate
)
select
    advertiser_id,
    data_level,
    time_dimension,
    stat_time,
    entity_id,
    max(seq) + 1,
    max(pull.pull_id),
    tiktok_ops.now(),
    max(campaign_id),
    max(adgroup_id),
    'USD',
    max(spend) + 0.01,
    101,
    3,
    1,
    1,
    30
from tiktok_raw.spend_snapshots
cross join pull
where
    stat_time >= to_char(tiktok_ops.now() - interval '3 days', 'YYYY-MM-DD HH24:00:00')
    and entity_id::int %% 7 = extract(hour from tiktok_ops.now())::int %% 7
group by advertiser_id, data_level, time_dimension, stat_time, entity_id;
