{{ config(
    materialized='steady_table',
    unique_key='credit_id',
    scope={'column': 'conversion_id', 'of': 'int_changed_conversions', 'key': 'conversion_id'},
    indexes=[{'columns': ['conversion_id']}, {'columns': ['click_id']}],
) }}

-- Which clicks earned a conversion, and how much of it. The credits of a conversion add up to 1;
-- one that no click earned has a single row without a click.
with conversions as (
    select *
    from {{ ref('int_conversions_routed') }}
    where
        {{ is_changed(
            'conversion_id', 'int_changed_conversions', 'conversion_id'
        ) }}
),

clicks as (
    select * from {{ ref('int_tiktok_clicks') }}
),

persons as (
    select * from {{ ref('int_persons_stitched') }}
),

named_clicks as (
    select
        click_id,
        clicked_at,
        coalesce(ttclid, '') collate "C" as ttclid,
        'v:' || visitor_id as name
    from clicks
    where {{ is_changed('visitor_id', 'int_changed_names', 'visitor_id') }}
),

clicks_of_persons as (
    select
        named_clicks.*,
        coalesce(persons.person_id, named_clicks.name) as person_id
    from named_clicks
    left join persons -- unique by name
        on named_clicks.name = persons.name
),

candidates as (
    select
        conversions.conversion_id,
        clicks_of_persons.click_id,
        row_number() over (
            partition by conversions.conversion_id
            order by
                clicks_of_persons.clicked_at,
                clicks_of_persons.ttclid,
                clicks_of_persons.click_id
        ) as number_from_first,
        row_number() over (
            partition by conversions.conversion_id
            order by
                clicks_of_persons.clicked_at desc,
                clicks_of_persons.ttclid desc,
                clicks_of_persons.click_id desc
        ) as number_from_last
    from conversions
    inner join clicks_of_persons -- every click of the person within the window
        on
            conversions.person_id = clicks_of_persons.person_id
            and conversions.converted_at >= clicks_of_persons.clicked_at
            and conversions.converted_at
            <= clicks_of_persons.clicked_at
            + interval '1 day' * {{ var('attribution_window_days') }}
),

credited as (
    select
        conversion_id,
        click_id,
        number_from_last,
        row_number() over (partition by conversion_id order by number_from_last) as position,
        count(*) over (partition by conversion_id) as credited_clicks
    from candidates
    where {{ is_credited_click() }}
),

final as (
    select
        {{ key_of(['conversions.conversion_id', 'credited.click_id']) }} as credit_id,
        conversions.conversion_id,
        credited.click_id,
        coalesce(credited.position, 1) as position,
        coalesce(credited.credited_clicks, 1) as receivers,
        {{ share_exactly(
            '1', 'coalesce(credited.credited_clicks, 1)', 'coalesce(credited.position, 1)'
        ) }} as credit,
        {{ share_exactly(
            'coalesce(conversions.amount, 0)',
            'coalesce(credited.credited_clicks, 1)',
            'coalesce(credited.position, 1)'
        ) }} as credited_amount
    from conversions
    left join credited -- one row per credited click
        on conversions.conversion_id = credited.conversion_id
)

select * from final
