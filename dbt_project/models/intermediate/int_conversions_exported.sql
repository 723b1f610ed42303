{{ config(materialized='steady_view') }}

-- Conversions that the export views look at: young ones, and those refunded lately. TikTok takes
-- nothing that is older.
with conversions as (
    select * from {{ ref('fct_conversions') }}
)

select *
from conversions
where {{ is_exported('last_event_at') }}
