-- Export views show the last days only, unless a run asks for older ones (dbt macro is_exported).
select set_config('tiktok.export_since', coalesce(cast(%(since)s as text), ''), true)
