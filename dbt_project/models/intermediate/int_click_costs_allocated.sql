{{ config(
    materialized='steady_table',
    unique_key='click_cost_id',
    scope={'column': 'ad_day', 'of': 'int_changed_ad_days', 'key': 'ad_day'},
    feeds=[{'kind': 'click', 'key': 'click_id'}],
    indexes=[{'columns': ['ad_day']}, {'columns': ['click_id']}],
) }}

-- Where each ad's spend went: an hour's spend is shared among the ad's clicks of that hour of the
-- account's clock; hours without a click share theirs among the ad's clicks of the day; what is
-- left stays in a row without a click. Nothing is lost: all rows add up to the spend.
--
-- Hours are matched by their account-local name, so that the clicks of both passes of a repeated
-- hour meet the one row in which TikTok reports it.
with spend as (
    select *
    from {{ ref('int_spend_latest') }}
    where
        {{ is_changed(
            '(ad_id, account_date)', 'int_changed_ad_days', 'ad_id, changed.account_date'
        ) }}
),

all_clicks as (
    select * from {{ ref('int_tiktok_clicks') }}
),

spend_hours as (
    select
        spend_hour_id,
        advertiser_id,
        ad_id,
        account_hour,
        account_date,
        {{ ad_day_of('advertiser_id', 'ad_id', 'account_hour') }} as ad_day,
        currency,
        spend
    from spend
    where spend <> 0
),

clicks as (
    select
        click_id,
        advertiser_id,
        ad_id,
        account_hour,
        {{ account_date_of('account_hour') }} as account_date,
        row_number() over (
            partition by advertiser_id, ad_id, account_hour order by clicked_at, click_id
        ) as number_in_hour,
        count(*) over (partition by advertiser_id, ad_id, account_hour) as clicks_in_hour,
        row_number() over (
            partition by advertiser_id, ad_id, left(account_hour, 10) order by clicked_at, click_id
        ) as number_in_day,
        count(*) over (partition by advertiser_id, ad_id, left(account_hour, 10)) as clicks_in_day
    from all_clicks
    where
        ad_id is not null
        and {{ is_changed('ad_day', 'int_changed_ad_days', 'ad_day') }}
),

shared_in_hour as (
    select
        spend_hours.*,
        clicks.click_id,
        {{ share_exactly('spend_hours.spend', 'clicks.clicks_in_hour', 'clicks.number_in_hour') }}
            as cost
    from spend_hours
    left join clicks -- every click of the ad and hour; none leaves one row without a cost
        on
            spend_hours.advertiser_id = clicks.advertiser_id
            and spend_hours.ad_id = clicks.ad_id
            and spend_hours.account_hour = clicks.account_hour
),

days_without_clicks_in_hours as (
    select
        advertiser_id,
        ad_id,
        account_date,
        ad_day,
        currency,
        sum(spend) as spend
    from shared_in_hour
    where click_id is null
    group by advertiser_id, ad_id, account_date, ad_day, currency
),

shared_in_day as (
    select
        days.*,
        clicks.click_id,
        clicks.account_hour,
        coalesce(
            {{ share_exactly('days.spend', 'clicks.clicks_in_day', 'clicks.number_in_day') }},
            days.spend
        ) as cost
    from days_without_clicks_in_hours as days
    left join clicks -- every click of the ad and day; none leaves the day's row unallocated
        on
            days.advertiser_id = clicks.advertiser_id
            and days.ad_id = clicks.ad_id
            and days.account_date = clicks.account_date
),

final as (
    select
        click_id,
        advertiser_id,
        ad_id,
        'hour' as allocated_by,
        currency,
        cost,
        account_date,
        ad_day
    from shared_in_hour
    where click_id is not null
    union all
    select
        click_id,
        advertiser_id,
        ad_id,
        case when click_id is null then 'unallocated' else 'day' end as allocated_by,
        currency,
        cost,
        account_date,
        ad_day
    from shared_in_day
)

select
    {{ key_of(['click_id', 'advertiser_id', 'ad_id', 'allocated_by', 'currency', 'account_date']) }}
        as click_cost_id,
    final.*
from final
