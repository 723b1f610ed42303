with source as (
    select * from {{ source('tiktok', 'dimension_changes') }}
),

final as (
    select
        change_id,
        entity_kind,
        entity_id,
        field,
        old_value,
        new_value,
        observed_at
    from source
)

select * from final
