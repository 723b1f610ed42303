{#- The query of a URL as '&name=value&name=value', the fragment's own query included. -#}
{% macro url_query(url) -%}
    case when {{ url }} like '%?%' then '&' || substr({{ url }}, {{ dbt.position("'?'", url) }} + 1) end
{%- endmacro %}

{#- The still encoded value of a parameter, of the first one with that name; NULL without one. -#}
{% macro url_parameter(query, name) -%}
    {%- set marker = "'&" ~ name ~ "='" -%}
    case
        when {{ query }} like '%' || {{ marker }} || '%'
            then nullif(
                split_part(split_part(split_part({{ query }}, {{ marker }}, 2), '&', 1), '#', 1), ''
            )
    end
{%- endmacro %}

{#- The host of a URL in lower case, without port and credentials. -#}
{% macro url_host(url) -%}
    {{ return(adapter.dispatch('url_host', 'tiktok')(url)) }}
{%- endmacro %}

{% macro postgres__url_host(url) -%}
    lower(substring({{ url }} from '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#]*@)?([^/?#:]+)'))
{%- endmacro %}

{#-
    A percent-encoded text decoded as UTF-8. A malformed escape stays as it is; a value whose bytes
    are no UTF-8 is returned undecoded. `plus_is_blank` as in HTML forms; ids of clicks keep the plus.
-#}
{% macro url_decode(value, plus_is_blank=true) -%}
    {{ return(adapter.dispatch('url_decode', 'tiktok')(value, plus_is_blank)) }}
{%- endmacro %}

{% macro postgres__url_decode(value, plus_is_blank) -%}
    {%- set text = "replace(" ~ value ~ ", '+', ' ')" if plus_is_blank else value -%}
    {#- Bytes in hex that are UTF-8 without NUL: one to four bytes each, no surrogates, no overlong forms. -#}
    {%- set utf8 = "^(?:0[1-9a-f]|[1-7][0-9a-f]|(?:c[2-9a-f]|d[0-9a-f])[89ab][0-9a-f]"
        ~ "|e0[ab][0-9a-f][89ab][0-9a-f]|e[1-9a-cef](?:[89ab][0-9a-f]){2}|ed[89][0-9a-f][89ab][0-9a-f]"
        ~ "|f0[9ab][0-9a-f](?:[89ab][0-9a-f]){2}|f[123](?:[89ab][0-9a-f]){3}|f48[0-9a-f](?:[89ab][0-9a-f]){2})*$" -%}
    case
        when {{ value }} not like '%\%%' then {{ text }}
        else (
            select
                case
                    when encode(decoded.bytes, 'hex') ~ '{{ utf8 }}'
                        then convert_from(decoded.bytes, 'UTF8')
                    else {{ text }}
                end
            from (
                select
                    string_agg(
                        case
                            when part.found[1] ~ '^%[0-9A-Fa-f]{2}'
                                then decode(substr(part.found[1], 2, 2), 'hex')
                            else convert_to(part.found[1], 'UTF8')
                        end,
                        cast('' as bytea) order by part.number
                    ) as bytes
                from regexp_matches({{ text }}, '%[0-9A-Fa-f]{2}|%|[^%]+', 'g')
                    with ordinality as part (found, number)
            ) as decoded
        )
    end
{%- endmacro %}

{#- Why a URL parameter cannot be an id of TikTok's; NULL when it can, or is not there. -#}
{% macro id_problem(value) -%}
    case
        when {{ value }} ~ '^__.*__$' then 'macro not replaced'
        when {{ value }} !~ '^[0-9]{1,30}$' then 'not an id'
    end
{%- endmacro %}

{#-
    Why a URL parameter cannot be a ttclid. TikTok promises no form, only a length up to 1,000 and
    that it is not to be changed.
-#}
{% macro ttclid_problem(value) -%}
    case
        when {{ value }} ~ '^__.*__$' then 'macro not replaced'
        when length({{ value }}) > 1000 then 'longer than 1,000 characters'
        when {{ value }} ~ '[[:space:][:cntrl:]]' then 'contains blanks'
    end
{%- endmacro %}

{#- Whether a URL has any of the parameters that make a hit a click; cheap, before anything is parsed. -#}
{% macro has_click_parameters(url) -%}
    {%- set names = ['ttclid_parameter', 'campaign_id_parameter', 'ad_group_id_parameter', 'ad_id_parameter'] -%}
    (
        {%- for name in names %}
            {{ url }} like '%{{ var(name) }}=%'{{ ' or' if not loop.last }}
        {%- endfor %}
        )
{%- endmacro %}

{#- Ends a lateral subquery whose expressions are to be computed once per row, not once per use. -#}
{% macro once_per_row() -%}
    offset 0
{%- endmacro %}
