-- Offline and CRM events go to an event set of their own: TikTok takes no pixel code there. Give
-- the rule of seed event_mapping its event_source_id.
select
    conversion_type,
    event,
    event_source
from {{ ref('int_event_mapping_expanded') }}
where is_enabled and event_source_id is null
