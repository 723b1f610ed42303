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
    What follows `join` to find the rows of a relation that fulfil all conditions. An incremental run
    looks them up in the relation's index for one row after the other: there are few, and PostgreSQL,
    which guesses how many, may otherwise read all history.
-#}
{% macro looked_up(relation, alias, conditions) -%}
    {%- if is_incremental() -%}
        {{ tiktok.each_looked_up(relation, alias, conditions) }}
    {%- else -%}
        {{ relation }} as {{ alias }} on {{ conditions | join(' and ') }}
    {%- endif -%}
{%- endmacro %}

{#- The same for a query that is written for few rows only. -#}
{% macro each_looked_up(relation, alias, conditions) -%}
    {{ return(adapter.dispatch('each_looked_up', 'tiktok')(relation, alias, conditions)) }}
{%- endmacro %}

{% macro postgres__each_looked_up(relation, alias, conditions) -%}
    lateral (
        select * from {{ relation }} as {{ alias }}
        where {{ conditions | join(' and ') }}
        offset 0
    ) as {{ alias }} on true
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

{#-
    Let the warehouse know how many rows a new table has, before models join to it: PostgreSQL would
    guess, and read all history where a few look-ups in an index would do.
-#}
{% macro count_rows() -%}
    {{ return(adapter.dispatch('count_rows', 'tiktok')()) }}
{%- endmacro %}

{% macro postgres__count_rows() -%}
    analyze {{ this }}
{%- endmacro %}
