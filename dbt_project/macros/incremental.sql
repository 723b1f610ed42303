{#-
    Whether a column has one of the values that a query returns, of which there are few: they are
    found first, and then looked up in the column's index. As a join, PostgreSQL may read all rows.
-#}
{% macro is_one_of_few(column, query) -%}
    {{ return(adapter.dispatch('is_one_of_few', 'tiktok')(column, query)) }}
{%- endmacro %}

{% macro postgres__is_one_of_few(column, query) -%}
    {{ column }} = any(array({{ query }}))
{%- endmacro %}

{#-
    Which of `pulls` a model built upon int_spend_versioned may not have yet: those that finished
    since its newest one, and an hour before, because pulls may become visible in another order.
-#}
{% macro is_new_pull(pulls, relation) -%}
    {{ pulls }}.finished_at > (
        select max(known.pull_finished_at) - interval '1 hour' from {{ relation }} as known
    )
{%- endmacro %}

{#- Which of `pulls` changed hours of ads and have no row of theirs in a model that keeps them all. -#}
{% macro pulls_without_deltas(pulls, relation) -%}
    select {{ pulls }}.pull_id
    from {{ pulls }}
    where
        {{ pulls }}.data_level = 'AUCTION_AD'
        and {{ pulls }}.time_dimension = 'stat_time_hour'
        and {{ pulls }}.rows_changed > 0
        and not exists (
            select 1 from {{ relation }} as known
            where known.pull_id = {{ pulls }}.pull_id
        )
{%- endmacro %}
