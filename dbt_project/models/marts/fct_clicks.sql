{{ config(
    materialized='steady_table',
    unique_key='click_id',
    scope={'column': 'click_id', 'of': 'int_changed_clicks', 'key': 'click_id'},
    indexes=[{'columns': ['ad_id', 'account_date']}, {'columns': ['person_id']}],
) }}

with clicks as (
    select *
    from {{ ref('int_tiktok_clicks') }}
    where {{ is_changed('click_id', 'int_changed_clicks', 'click_id') }}
),

costs as (
    select * from {{ ref('int_click_costs_allocated') }}
),

persons as (
    select * from {{ ref('int_persons_stitched') }}
),

costs_of_clicks as (
    select
        click_id,
        currency,
        sum(cost) as cost,
        sum(case when allocated_by = 'hour' then cost else 0 end) as cost_of_hour,
        sum(case when allocated_by = 'day' then cost else 0 end) as cost_of_day
    from costs
    where
        click_id is not null
        and {{ is_changed('click_id', 'int_changed_clicks', 'click_id') }}
    group by click_id, currency
),

final as (
    select
        -- ids
        clicks.click_id,
        clicks.page_view_id,
        clicks.visitor_id,
        coalesce(persons.person_id, 'v:' || clicks.visitor_id) as person_id,
        clicks.ttclid,
        clicks.advertiser_id,
        clicks.campaign_id,
        clicks.ad_group_id,
        clicks.ad_id,
        clicks.pixel_code,
        -- strings
        clicks.utm_source,
        clicks.utm_medium,
        clicks.utm_campaign,
        clicks.parameter_problems,
        clicks.account_time_zone,
        clicks.account_hour,
        coalesce(costs_of_clicks.currency, clicks.currency) as currency,
        -- numerics
        clicks.hits,
        coalesce(costs_of_clicks.cost, 0) as cost,
        coalesce(costs_of_clicks.cost_of_hour, 0) as cost_of_hour,
        coalesce(costs_of_clicks.cost_of_day, 0) as cost_of_day,
        -- booleans
        clicks.is_ad_known,
        -- dates
        {{ account_date_of('clicks.account_hour') }} as account_date,
        -- timestamps
        clicks.clicked_at
    from clicks
    left join costs_of_clicks -- unique by click_id: an ad has one currency
        on clicks.click_id = costs_of_clicks.click_id
    left join persons -- unique by name
        on 'v:' || clicks.visitor_id = persons.name
)

select * from final
