with deltas as (
    select
        spend_hour_id,
        count(*) as versions,
        sum(spend_delta) as spend,
        sum(impressions_delta) as impressions,
        sum(tiktok_clicks_delta) as tiktok_clicks,
        sum(tiktok_conversions_delta) as tiktok_conversions,
        sum(tiktok_purchases_delta) as tiktok_purchases,
        sum(tiktok_purchase_value_delta) as tiktok_purchase_value
    from {{ ref('fct_spend_deltas') }}
    group by spend_hour_id
)

select
    spend_hour_id,
    deltas.spend as sum_of_deltas,
    latest.spend as latest_spend,
    deltas.versions,
    latest.versions as latest_version
from deltas
full outer join {{ ref('fct_spend_hourly') }} as latest
    using (spend_hour_id)
where
    (
        deltas.versions,
        deltas.spend,
        deltas.impressions,
        deltas.tiktok_clicks,
        deltas.tiktok_conversions,
        deltas.tiktok_purchases,
        deltas.tiktok_purchase_value
    ) is distinct from (
        latest.versions,
        latest.spend,
        latest.impressions,
        latest.tiktok_clicks,
        latest.tiktok_conversions,
        latest.tiktok_purchases,
        latest.tiktok_purchase_value
    )
