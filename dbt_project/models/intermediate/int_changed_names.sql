{{ config(
    materialized='table',
    indexes=[{'columns': ['name']}],
    post_hook="{{ tiktok.count_rows() }}",
) }}

-- All names of the persons of whom anything has changed: a click, a conversion, or who they are.
-- depends_on: {{ ref('int_tiktok_clicks') }}
-- depends_on: {{ ref('int_conversion_page_views') }}
-- depends_on: {{ ref('int_refunds_deduplicated') }}
--
-- Persons are asked for each purpose by itself: PostgreSQL reads a common table expression that is
-- used twice from beginning to end.
with persons as (
    select * from {{ ref('int_persons_stitched') }}
),

all_names as (
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
        all_names.name,
        all_names.person_id
    from all_names
    inner join changed_persons
        on all_names.person_id = changed_persons.person_id
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
