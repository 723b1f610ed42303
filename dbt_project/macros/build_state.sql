{#-
    What a run needs to know of the runs before it, kept in two tables beside the intermediate models.

    `tiktok_build` has one row: how far the last complete build came, and whether this one may go on
    from there. `tiktok_changes` has the keys that a model of a build changed and that no complete build
    has taken further yet. A build is complete when all of its incremental models succeeded; one that
    breaks off leaves its changes for the next.
-#}
{% macro build_schema() -%}
    {{ return(graph.nodes['model.tiktok.int_tiktok_clicks'].schema) }}
{%- endmacro %}

{% macro changes_table() -%}
    {{ return(tiktok.build_schema() ~ '.tiktok_changes') }}
{%- endmacro %}

{#- What the tables were built with: a change of it makes the next run take all rows again. -#}
{% macro build_settings() -%}
    {%- set names = ['attribution_model', 'attribution_window_days', 'click_repeat_minutes',
        'click_utm_sources', 'bot_user_agents', 'ttclid_parameter', 'campaign_id_parameter',
        'ad_group_id_parameter', 'ad_id_parameter', 'placeholder_ids', 'missing_sources', 'page_views_table',
        'web_schema', 'shop_schema', 'crm_schema', 'identities_table', 'orders_table',
        'refunds_table', 'customers_table', 'lead_events_table'] -%}
    {%- set parts = [] -%}
    {%- for name in names -%}
        {%- do parts.append(name ~ '=' ~ var(name)) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() | sort(attribute='unique_id') -%}
        {%- if node.package_name == 'tiktok' and node.resource_type == 'model'
            or node.resource_type == 'seed' and node.name in ('event_mapping', 'site_pixels') -%}
            {%- do parts.append(node.unique_id ~ '=' ~ node.checksum.checksum) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(local_md5(parts | join('\n'))) }}
{%- endmacro %}

{#- Before the first model: write down what this run may rely on. -#}
{% macro open_build() -%}
    {%- if not execute or flags.WHICH not in ('run', 'build') -%}{%- do return('') -%}{%- endif -%}
    {%- set ops, raw = var('tiktok_ops_schema'), var('tiktok_raw_schema') -%}
    create schema if not exists {{ tiktok.build_schema() }};
    create table if not exists {{ tiktok.build_schema() }}.tiktok_build (
        is_only boolean primary key default true check (is_only),
        invocation_id text not null,
        settings text not null,
        opened_at timestamptz not null,
        started_at timestamptz not null default clock_timestamp(),
        completed_settings text,
        completed_at timestamptz
    );
    create table if not exists {{ tiktok.changes_table() }} (
        kind text not null,
        key text not null,
        invocation_id text not null,
        changed_at timestamptz not null default clock_timestamp()
    );
    {#- Where accounts and pixels are is in every conversion: it counts as a setting. -#}
    insert into {{ tiktok.build_schema() }}.tiktok_build as build (invocation_id, settings, opened_at)
    select
        '{{ invocation_id }}',
        md5('{{ tiktok.build_settings() }}' || coalesce(
            (
                select string_agg(concat_ws(' ', pixel_code, advertiser_id, connection_id), ',' order by pixel_code)
                from {{ raw }}.pixels
            ), ''
        ) || coalesce(
            (
                select string_agg(concat_ws(' ', advertiser_id, currency, display_timezone, timezone), ',' order by advertiser_id)
                from {{ raw }}.advertisers
            ), ''
        ) || {{ tiktok.moved_accounts() }}
        {#- Rows that came later than a partial run looks are taken by the next whole one. -#}
        || floor(extract(epoch from {{ ops }}.now()) / 86400 / {{ var('whole_build_days') }})),
        {{ ops }}.now()
    on conflict (is_only) do update
        set
            invocation_id = excluded.invocation_id,
            settings = excluded.settings,
            opened_at = excluded.opened_at,
            started_at = excluded.started_at
            {%- if flags.FULL_REFRESH or tiktok.tables_are_missing() %},
            completed_settings = null
            {%- endif %};
{%- endmacro %}

{#-
    Which accounts were reported in which zones, of those with more than one: it places clicks, and the
    run after a move takes all of them again.
-#}
{% macro moved_accounts() -%}
    {%- set zones = adapter.get_relation(target.database, tiktok.build_schema(), 'int_account_zones') -%}
    {%- if zones is none -%}
        ''
    {%- else -%}
        coalesce(
            (
                select string_agg(
                    concat_ws(' ', advertiser_id, account_time_zone, valid_from),
                    ',' order by advertiser_id, valid_from
                )
                from {{ zones }}
                where valid_until is not null or valid_from > '1970-01-02'
            ), ''
        )
    {%- endif -%}
{%- endmacro %}

{#- Whether a table of an earlier build is gone, so that what was computed then must be again. -#}
{% macro tables_are_missing() -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.package_name == 'tiktok' and node.config.materialized == 'steady_table'
            and adapter.get_relation(node.database, node.schema, node.alias) is none -%}
            {%- do return(true) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{#- After the last model: when all of them went well, what they changed has been taken further. -#}
{% macro close_build(results) -%}
    {%- if not execute or flags.WHICH not in ('run', 'build') -%}{%- do return('') -%}{%- endif -%}
    {%- set done = [] -%}
    {%- for result in results if result.status == 'success' -%}
        {%- do done.append(result.node.unique_id) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.package_name == 'tiktok' and node.resource_type == 'model'
            and node.config.materialized in ('steady_table', 'incremental', 'table')
            and node.unique_id not in done -%}
            {%- do return('') -%}
        {%- endif -%}
    {%- endfor -%}
    with completed as (
        update {{ tiktok.build_schema() }}.tiktok_build
        set completed_settings = settings, completed_at = opened_at
        where invocation_id = '{{ invocation_id }}'
        returning started_at
    )
    delete from {{ tiktok.changes_table() }} as changes
    using completed
    where
        changes.invocation_id = '{{ invocation_id }}'
        or changes.changed_at < completed.started_at
{%- endmacro %}

{#-
    What this run may rely on: `is_partial` (only changed rows need be computed), `late_since` (rows of
    yours from then on may be new) and `completed_at`. Without a complete build of the same settings
    everything is computed, and so it is in unit tests and with --full-refresh.
-#}
{% macro build_scope() -%}
    {%- set everything = {'is_partial': false} -%}
    {%- if not execute or flags.WHICH not in ('run', 'build') or model.resource_type != 'model' -%}
        {%- do return(everything) -%}
    {%- endif -%}
    {%- set query -%}
        select
            completed_settings is not distinct from settings as is_partial,
            least(completed_at, opened_at) - interval '1 day' * {{ var('late_rows_days') }} as late_since,
            completed_at
        from {{ tiktok.build_schema() }}.tiktok_build
    {%- endset -%}
    {%- set row = run_query(query).rows[0] -%}
    {%- do return({
        'is_partial': row['is_partial'],
        'late_since': row['late_since'],
        'completed_at': row['completed_at'],
    }) -%}
{%- endmacro %}

{#- Whether a row's time is so recent that it may be new or changed since the last complete build. -#}
{% macro may_be_new(moment) -%}
    {%- set scope = tiktok.build_scope() -%}
    {%- if scope.is_partial -%}
        {{ moment }} >= cast('{{ scope.late_since }}' as timestamptz)
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#-
    Whether a row is the first of its key for all a partial run can see: the table may have the same key
    from a time that the run does not look at.
-#}
{% macro is_not_known_from_before(key, rows, moment) -%}
    {%- set scope = tiktok.build_scope() -%}
    {%- if scope.is_partial -%}
        not exists (
            select 1 from {{ this }} as known
            where
                known.{{ key }} = {{ rows }}.{{ key }}
                and known.{{ moment }} < cast('{{ scope.late_since }}' as timestamptz)
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#-
    Whether a column's value is among those of a model of changed keys; all are when the run is full. A
    unit test, which is full, need not give that model. Where a key stands on many rows, PostgreSQL may
    read all of them rather than look a few keys up: `is_indexed` says that the column has an index.
-#}
{% macro is_changed(column, changed_keys, key, is_indexed=false) -%}
    {%- set relation = ref(changed_keys) if model.resource_type == 'model' else none -%}
    {%- set keys = 'select changed.' ~ key ~ ' from ' ~ relation ~ ' as changed' -%}
    {%- if not tiktok.build_scope().is_partial -%}
        true
    {%- elif is_indexed -%}
        {{ is_one_of_few(column, keys) }}
    {%- else -%}
        {{ column }} in ({{ keys }})
    {%- endif -%}
{%- endmacro %}

{#- Keys of a kind that models have changed since the last complete build. -#}
{% macro changed_keys(kind) -%}
    {%- if execute -%}
        select distinct key
        from {{ tiktok.changes_table() }}
        where kind = '{{ kind }}'
    {%- else -%}
        select 1
    {%- endif -%}
{%- endmacro %}

{#- Whether the provider wrote a row since the last complete build; an hour of doubt is included. -#}
{% macro is_after_last_build(moment) -%}
    {%- set scope = tiktok.build_scope() -%}
    {%- if scope.is_partial -%}
        {{ moment }} > cast('{{ scope.completed_at }}' as timestamptz) - interval '1 hour'
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
