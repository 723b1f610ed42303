{#- A text without the blanks, tabs and line breaks around it. -#}
{% macro trimmed(text) -%}
    {{ return(adapter.dispatch('trimmed', 'tiktok')(text)) }}
{%- endmacro %}

{% macro postgres__trimmed(text) -%}
    btrim({{ text }}, e' \t\n\x0b\f\r\x1c\x1d\x1e\x1f')
{%- endmacro %}

{#-
    A text as the provider compares it: in lower case, without what is invisible, and letters that look
    alike (full width, ligatures) as one. Only where there is more than ASCII is that looked for.
-#}
{% macro tidy_text(column) -%}
    {{ return(adapter.dispatch('tidy_text', 'tiktok')(column)) }}
{%- endmacro %}

{% macro postgres__tidy_text(column) -%}
    {%- set text = 'cast(' ~ column ~ ' as text)' -%}
    {%- set blank = '[\\s\\u001c-\\u001f\\u0085\\u1680]+' -%}
    {%- set visible = "regexp_replace(normalize(" ~ text
        ~ ", nfkc), '[\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2064\\ufeff]', '', 'g')" -%}
    case
        when octet_length({{ text }}) = length({{ text }}) then lower({{ trimmed(text) }})
        else
            lower(normalize(
                lower(regexp_replace({{ visible }}, '^{{ blank }}|{{ blank }}$', '', 'g')), nfkc
            ))
    end
{%- endmacro %}

{#- What tables hold where there is no value, as the provider knows it (events/normalise.py, EMPTY_LIKE). -#}
{% macro empty_like() -%}
    {{ return([
        '', '-', '--', '?', 'n/a', 'n.a.', '#n/a', 'nan', 'nil', 'none', 'not set', '(not set)', 'null',
        '(null)', '\\n', 'undefined', 'unknown', 'anonymous', '{}', '[]', '[object object]',
    ]) }}
{%- endmacro %}

{#- Hashes that a source which hashes blindly brings for everybody of whom it knows nothing. -#}
{% macro hashes_of_nothing() -%}
    {{ return(adapter.dispatch('hashes_of_nothing', 'tiktok')()) }}
{%- endmacro %}

{% macro postgres__hashes_of_nothing() -%}
    select encode(sha256(convert_to(forms.text, 'UTF8')), 'hex')
    from (values ('{{ tiktok.empty_like() | join("'), ('") }}')) as nothing (text)
    cross join lateral (
        values
        (nothing.text), (upper(nothing.text)), (' ' || nothing.text),
        (upper(left(nothing.text, 1)) || substr(nothing.text, 2))
    ) as forms (text)
{%- endmacro %}

{#- A text; NULL where there are only blanks, which would hide the same signal of another table. -#}
{% macro text_or_null(column) -%}
    {{ return(adapter.dispatch('text_or_null', 'tiktok')(column)) }}
{%- endmacro %}

{% macro postgres__text_or_null(column) -%}
    case when cast({{ column }} as text) ~ '[^[:space:]]' then cast({{ column }} as text) end
{%- endmacro %}

{#- An IP address as text; PostgreSQL writes a value of type inet with its network, 203.0.113.7/32. -#}
{% macro ip_or_null(column) -%}
    {{ text_or_null('split_part(cast(' ~ column ~ " as text), '/', 1)") }}
{%- endmacro %}
