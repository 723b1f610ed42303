-- Conversion tables that TikTok will match badly or refuse; what to mend is in rpt_model_lint. Set
-- var model_lint_minimum_score to what you hold yourself to.
{{ config(severity='warn') }}

select
    event_source_id,
    event,
    grade,
    score,
    costly_rules
from {{ ref('rpt_model_grades') }}
where score < {{ var('model_lint_minimum_score') }}
