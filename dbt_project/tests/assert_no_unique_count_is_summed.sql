-- Unique people of two rows may be the same people: reach and frequency are in no model.
select
    table_schema,
    table_name,
    column_name
from information_schema.columns
where
    table_schema in (
        '{{ ref("rpt_campaign_roi_daily").schema }}', '{{ ref("int_spend_latest").schema }}'
    )
    and column_name ~ '(reach|frequency|unique_)'
