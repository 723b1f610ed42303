{{ config(materialized='table', indexes=[{'columns': ['name']}]) }}

-- All names of the persons of whom anything has changed: a click, a conversion, or who they are.
-- depends_on: {{ ref('int_tiktok_clicks') }}
-- depends_on: {{ ref('int_conversion_page_views') }}
-- depends_on: {{ ref('int_refunds_deduplicated') }}
with persons as (
    select * from {{ ref('int_persons_stitched') }}
),

conversions as (
    select * from {{ ref('int_conversions_unioned') }}
),

noted as (
    {{ changed_keys('name') }}
    union
    select conversions.name as key
    from conversions
    inner join ({{ changed_keys('conversion') }}) as changes
        on conversions.conversion_id = changes.key
),

changed_persons as (
    select distinct coalesce(persons.person_id, noted.key) as person_id
    from noted
    left join persons -- unique by name
        on noted.key = persons.name
),

final as (
    select
        persons.name,
        persons.person_id
    from persons
    inner join changed_persons
        on persons.person_id = changed_persons.person_id
    union
    select
        person_id as name,
        person_id
    from changed_persons
)

select
    *,
    case when name like 'v:%' then substr(name, 3) end as visitor_id
from final
