{#-
    The versions of each entity of one kind, as slowly changing dimension of type 2: a new one from
    each import that found a change. `fields` are columns of `current` whose earlier values
    tiktok_raw.dimension_changes keeps; `renamed` maps them to TikTok's names there.

    The first version is taken to hold ever before: what TikTok called it earlier was never seen.
-#}
{% macro dimension_versions(entity_kind, id, fields, renamed={}) -%}
    select
        periods.{{ id }},
        {%- for field in fields %}
        case
            when next_changes.old_values ? '{{ renamed.get(field, field) }}'
                then next_changes.old_values ->> '{{ renamed.get(field, field) }}'
            else current_rows.{{ field }}
        end as {{ field }},
        {%- endfor %}
        case
            when next_changes.old_values ? 'presence' then next_changes.old_values ->> 'presence' = 'missing'
            else current_rows.missing_since is not null
        end as is_missing,
        periods.valid_from,
        periods.valid_until
    from (
        select
            starts.*,
            lead(starts.valid_from) over (partition by starts.{{ id }} order by starts.valid_from) as valid_until
        from (
            select
                {{ id }},
                cast('1970-01-01 00:00+00' as timestamptz) as valid_from
            from current_rows
            union
            select
                changes.entity_id as {{ id }},
                changes.observed_at as valid_from
            from changes
            where
                changes.entity_kind = '{{ entity_kind }}'
                and changes.field in (
                    'presence'{% for field in fields %}, '{{ renamed.get(field, field) }}'{% endfor %}
                )
        ) as starts
    ) as periods
    inner join current_rows -- unique by the key
        on periods.{{ id }} = current_rows.{{ id }}
    left join lateral (
        select jsonb_object_agg(firsts.field, firsts.old_value) as old_values
        from (
            select distinct on (changes.field)
                changes.field,
                changes.old_value
            from changes
            where
                changes.entity_kind = '{{ entity_kind }}'
                and changes.entity_id = periods.{{ id }}
                and changes.observed_at > periods.valid_from
            order by changes.field asc, changes.observed_at asc, changes.change_id asc
        ) as firsts
    ) as next_changes
        on true
{%- endmacro %}

{#- Whether a version of a dim_*_history held at a moment. -#}
{% macro held_at(version, moment) -%}
    {{ version }}.valid_from <= {{ moment }} and ({{ version }}.valid_until is null or {{ moment }} < {{ version }}.valid_until)
{%- endmacro %}

{#- Whether TikTok lists an entity as deleted, or no longer lists it. -#}
{% macro is_deleted(entity) -%}
    coalesce({{ entity }}.secondary_status like '%\_DELETE', false) or {{ entity }}.missing_since is not null
{%- endmacro %}
