-- Personal data passes through views. Only keys and hashes are in tables of ours.
select
    columns.table_schema,
    columns.table_name,
    columns.column_name
from information_schema.columns as columns
inner join information_schema.tables as tables
    using (table_schema, table_name)
where
    tables.table_type = 'BASE TABLE'
    and columns.table_schema in (
        '{{ ref("fct_conversions").schema }}',
        '{{ ref("int_tiktok_clicks").schema }}',
        '{{ ref("fct_conversions").schema }}_dbt_test__audit'
    )
    and columns.column_name in (
        'email', 'phone', 'external_id', 'first_name', 'last_name', 'ip', 'ip_address',
        'user_agent', 'locale', 'region', 'city', 'zip', 'ttp', 'page_url',
        'page_referrer', 'referrer_url'
    )
