-- Which rows, and why: rpt_quarantined_rows.
{{ config(severity='warn') }}

select
    source_table,
    problem,
    count(*) as rows_set_aside
from {{ ref('rpt_quarantined_rows') }}
group by source_table, problem
