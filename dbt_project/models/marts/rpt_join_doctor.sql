{{ config(materialized='steady_view') }}

-- Why clicks have no spend and spend has no clicks: one reason and one remedy for each ad and day.
-- Reasons are tried in the order of the case.
with evidence as (
    select * from {{ ref('int_join_evidence') }}
),

remedies (reason, remedy) as (
    {{ join_remedies() }}
),

diagnosed as (
    select
        *,
        case when clicks > 0 then 'click_without_spend' else 'spend_without_click' end as kind,
        case
            when clicks > 0 and ad_id is null and parameter_problems like '%macro not replaced%'
                then 'macro_not_replaced'
            when clicks > 0 and ad_id is null and parameter_problems like '%not an id%'
                then 'id_is_not_a_number'
            when clicks > 0 and ad_id is null then 'ad_id_missing'
            when clicks > 0 and is_ad_group_in_ad_id then 'ad_group_id_in_ad_id'
            when clicks > 0 and not is_ad_known then 'ad_of_another_account'
            when clicks > 0 and coalesce(account_date > last_spend_date, true)
                then 'spend_not_pulled_yet'
            when has_its_match_next_day then 'near_midnight'
            when clicks > 0 then 'no_spend_reported'
            when tiktok_clicks = 0 then 'no_click_at_tiktok'
            when has_bots then 'bots_only'
            when has_clicks_with_its_ad_group then 'ad_group_id_in_ad_id'
            when
                landing_page_url is not null
                and landing_page_url not like '%{{ var("ad_id_parameter") }}=\_\_CID\_\_%'
                then 'url_without_macros'
            when parameter_problems like '%macro not replaced%' then 'macro_not_replaced'
            when coalesce(account_date > last_click_date, true) then 'page_views_not_there_yet'
            when is_ad_deleted then 'ad_deleted'
            else 'visit_not_recorded'
        end as reason
    from evidence
),

final as (
    select
        -- ids
        {{ key_of(['diagnosed.kind', 'diagnosed.ad_roi_day_id']) }} as join_problem_id,
        diagnosed.advertiser_id,
        diagnosed.campaign_id,
        diagnosed.ad_group_id,
        diagnosed.ad_id,
        -- strings
        diagnosed.kind,
        diagnosed.reason,
        remedies.remedy,
        diagnosed.currency,
        -- numerics
        diagnosed.spend,
        diagnosed.clicks,
        diagnosed.tiktok_clicks,
        diagnosed.net_revenue,
        rank() over (
            partition by diagnosed.currency
            order by diagnosed.spend + abs(diagnosed.net_revenue) desc
        ) as rank_by_money,
        -- dates
        diagnosed.account_date
    from diagnosed
    inner join remedies -- unique by reason, and has all of them
        on diagnosed.reason = remedies.reason
)

select * from final
