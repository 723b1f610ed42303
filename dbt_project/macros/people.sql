{#-
    SHA-256 of an e-mail as TikTok wants it (trimmed, lower case), for joining people without keeping
    addresses. What is a hash already stays one; what is no address is NULL.
-#}
{% macro email_hash(email) -%}
    {{ return(adapter.dispatch('email_hash', 'tiktok')(email)) }}
{%- endmacro %}

{% macro postgres__email_hash(email) -%}
    {%- set tidy = "lower(trim(" ~ email ~ "))" -%}
    case
        when {{ tidy }} ~ '^[0-9a-f]{64}$' then {{ tidy }}
        when {{ tidy }} ~ '^[^@[:space:]]+@[^@[:space:]]+$'
            then encode(sha256(convert_to({{ tidy }}, 'UTF8')), 'hex')
    end
{%- endmacro %}
