{#-
    The newest of the given versions of each ad and hour, in the columns of int_spend_latest.
-#}
{% macro newest_spend_versions(versions) -%}
    select
        -- ids
        {{ key_of(['advertiser_id', 'ad_id', 'account_hour']) }} as spend_hour_id,
        advertiser_id,
        campaign_id,
        ad_group_id,
        ad_id,
        pull_id,
        -- strings
        account_time_zone,
        account_hour,
        currency,
        -- numerics
        coalesce(spend, 0) as spend,
        coalesce(impressions, 0) as impressions,
        coalesce(tiktok_clicks, 0) as tiktok_clicks,
        coalesce(tiktok_conversions, 0) as tiktok_conversions,
        coalesce(tiktok_purchases, 0) as tiktok_purchases,
        coalesce(tiktok_purchase_value, 0) as tiktok_purchase_value,
        seq as versions,
        -- booleans
        is_absent,
        is_repeated_hour,
        -- dates
        account_date,
        -- timestamps
        hour_starts_at,
        hour_ends_at,
        first_observed_at,
        observed_at as last_changed_at,
        pull_finished_at
    from (
        select
            given.*,
            row_number() over versions_of_hour as recency,
            min(given.observed_at) over versions_of_hour as first_observed_at
        from {{ versions }} as given
        window versions_of_hour as (
            partition by given.advertiser_id, given.ad_id, given.account_hour
            order by given.seq desc
            rows between unbounded preceding and unbounded following
        )
    ) as numbered
    where recency = 1
{%- endmacro %}

{#-
    What the readings of each day of an account were, in the columns of int_account_days, by the
    pulls of the ads' reports that are given. A reading that a newer one had overtaken does not count.
-#}
{% macro account_days_read(pulls) -%}
    select
        advertiser_id,
        account_date,
        (array_agg(account_time_zone order by observed_at desc, pull_id desc)
            filter (where is_by_hour))[1] as account_time_zone,
        (array_agg(incomplete_reason order by observed_at desc, pull_id desc)
            filter (where is_by_hour))[1] as last_incomplete_reason,
        max(observed_at) filter (where is_by_hour) as hours_asked_at,
        max(observed_at) filter (where is_by_hour and is_complete) as hours_read_at,
        max(observed_at) filter (where is_complete) as confirmed_at
    from (
        select
            given.*,
            cast(series.local_day as date) as account_date,
            given.time_dimension = 'stat_time_hour' as is_by_hour
        from {{ pulls }} as given
        cross join lateral generate_series(
            cast(given.start_date as timestamp), cast(given.end_date as timestamp), interval '1 day'
        ) as series (local_day)
        where
            given.data_level = 'AUCTION_AD'
            and coalesce(
                position(to_char(series.local_day, 'YYYY-MM-DD') in given.stale_dates) = 0, true
            )
    ) as days
    group by advertiser_id, account_date
    having bool_or(is_by_hour)
{%- endmacro %}

{#- The common table expressions that facts about spend read beside `spend` and `account_days`. -#}
{% macro spend_context() -%}
    ads as (
        select * from {{ ref('int_ads_unioned') }}
    ),

    settling as (
        select * from {{ ref('int_spend_settling') }}
    ),

    maturity as (
        select * from {{ ref('rpt_spend_maturity') }}
    ),

    exchange_rates as (
        select * from {{ ref('int_exchange_rates') }}
    )
{%- endmacro %}

{#- The joins of `spend` to them, by account, ad and day; `ends_at` is when the row's time ended. -#}
{% macro join_spend_context(ends_at) -%}
    left join ads -- unique by ad_id
        on spend.ad_id = ads.ad_id
    left join account_days -- unique by account and day
        on
            spend.advertiser_id = account_days.advertiser_id
            and spend.account_date = account_days.account_date
    left join settling -- unique by advertiser_id
        on spend.advertiser_id = settling.advertiser_id
    left join maturity -- unique by account and age
        on
            spend.advertiser_id = maturity.advertiser_id
            and {{ maturity_age('account_days.confirmed_at - ' ~ ends_at) }} = maturity.age_hours
    left join exchange_rates -- unique by currency and day
        on
            spend.currency = exchange_rates.from_currency
            and spend.account_date = exchange_rates.account_date
{%- endmacro %}

{#-
    fct_spend_hourly of `spend`, as it is to be judged at a moment. The mart and the time travel are
    both made here, so that they cannot differ.
-#}
{% macro spend_hourly(moment) -%}
    select
        -- ids
        spend.spend_hour_id,
        spend.advertiser_id,
        coalesce(ads.campaign_id, spend.campaign_id) as campaign_id,
        coalesce(ads.ad_group_id, spend.ad_group_id) as ad_group_id,
        spend.ad_id,
        -- strings
        {{ spend_status('spend.hour_ends_at', 'account_days', 'settling', moment) }} as spend_status,
        spend.account_time_zone,
        spend.account_hour,
        spend.currency,
        {{ reporting_currency('spend.currency') }} as reporting_currency,
        -- numerics
        spend.spend,
        {{ in_reporting_currency('spend.spend', 'spend.currency', 'exchange_rates.rate') }}
            as reporting_spend,
        maturity.share as share_of_final_spend,
        spend.impressions,
        spend.tiktok_clicks,
        spend.tiktok_conversions,
        spend.tiktok_purchases,
        spend.tiktok_purchase_value,
        spend.versions,
        -- booleans
        spend.is_absent,
        spend.is_repeated_hour,
        coalesce(ads.is_listed, false) as is_ad_listed,
        -- dates
        spend.account_date,
        cast(spend.hour_starts_at at time zone 'UTC' as date) as utc_date,
        -- timestamps
        spend.hour_starts_at,
        spend.hour_ends_at,
        spend.first_observed_at,
        spend.last_changed_at
    from spend
    {{ join_spend_context('spend.hour_ends_at') }}
{%- endmacro %}

{#-
    fct_spend_hourly as the warehouse knew it at a past moment: of the pulls that were stored by then,
    with the labels of that time. How fast an account's spend settles, what an ad's parents are and
    exchange rates are taken from today. Use it as a table:

    select sum(spend) from {{ tiktok_spend_hourly_as_of("'2026-11-02 00:00+00'") }} as spend
-#}
{% macro tiktok_spend_hourly_as_of(moment) -%}
    (
        with known_pulls as (
            select * from {{ ref('int_spend_pulls') }}
            where finished_at <= cast({{ moment }} as timestamptz)
        ),

        known_versions as (
            select * from {{ ref('int_spend_versioned') }}
            where pull_finished_at <= cast({{ moment }} as timestamptz)
        ),

        spend as (
            {{ tiktok.newest_spend_versions('known_versions') }}
        ),

        account_days as (
            {{ tiktok.account_days_read('known_pulls') }}
        ),

        {{ tiktok.spend_context() }}

        {{ tiktok.spend_hourly('cast(' ~ moment ~ ' as timestamptz)') }}
    )
{%- endmacro %}
