{{ config(
    materialized='table',
    indexes=[{'columns': ['ad_day']}],
    post_hook="{{ tiktok.count_rows() }}",
) }}

-- Ads and days of which spend, a click or a piece of revenue has changed.
-- depends_on: {{ ref('int_revenue_credited') }}
--
-- Tables with history are asked for each purpose by itself: PostgreSQL reads a common table
-- expression that is used twice from beginning to end.
with newest_spend as (
    select * from {{ ref('int_spend_latest') }}
    where {{ is_after_last_build('pull_finished_at') }}
),

all_spend as (
    select * from {{ ref('int_spend_latest') }}
),

places as (
    select * from {{ ref('int_ad_places') }}
),

changed_ads as (
    select places.entity_id as ad_id
    from places
    inner join ({{ changed_keys('place') }}) as changes
        on places.place_id = changes.key
    where places.level = 'ad'
),

noted as (
    {{ changed_keys('ad_day') }}
    union
    select {{ ad_day_of('advertiser_id', 'ad_id', 'account_hour') }} as key
    from newest_spend
    union
    select
        {{ ad_day_of('all_spend.advertiser_id', 'all_spend.ad_id', 'all_spend.account_hour') }}
            as key
    from all_spend
    inner join changed_ads
        on all_spend.ad_id = changed_ads.ad_id
),

final as (
    select
        key as ad_day,
        nullif(split_part(key, '|', 2), '-') as ad_id,
        cast(split_part(key, '|', 3) as date) as account_date
    from noted
)

select * from final
