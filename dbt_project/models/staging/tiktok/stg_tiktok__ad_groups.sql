with source as (
    select * from {{ source('tiktok', 'ad_groups') }}
),

final as (
    select
        adgroup_id as ad_group_id,
        campaign_id,
        advertiser_id,
        adgroup_name as ad_group_name,
        pixel_id,
        optimization_goal,
        optimization_event,
        click_attribution_window,
        view_attribution_window,
        operation_status,
        secondary_status,
        first_seen_at,
        last_seen_at,
        missing_since
    from source
)

select * from final
