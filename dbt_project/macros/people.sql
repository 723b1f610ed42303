{#-
    SHA-256 of an e-mail as TikTok wants it, for joining people without keeping addresses. What is a
    hash already stays one; what is no address, or the hash of nothing, is NULL. Addresses are read as
    the provider reads them (events/normalise.py), or a line break would keep a person's answer from it.
-#}
{% macro email_hash(email) -%}
    {{ return(adapter.dispatch('email_hash', 'tiktok')(email)) }}
{%- endmacro %}

{% macro postgres__email_hash(email) -%}
    {%- set letter = '[^\\s@,;<>()\\[\\]"]' -%}
    (
            select
                case
                    when tidy.text ~ '^[0-9a-f]{64}$'
                        then case when tidy.text not in ({{ hashes_of_nothing() }}) then tidy.text end
                    when
                        length(tidy.text) <= 320
                        and tidy.text ~ '^{{ letter }}+@{{ letter }}+\.{{ letter | replace("[^", "[^.") }}+$'
                        then encode(sha256(convert_to(tidy.text, 'UTF8')), 'hex')
                end
            from (select {{ tidy_text(email) }} as text {{ once_per_row() }}) as tidy
        )
{%- endmacro %}

{#-
    An id of a customer or visitor; NULL where a table has a blank or a placeholder in its place (var
    `placeholder_ids`), or all its guests would be one person, with the consent of one of them. An id
    stays as it is written: a look-up by it must find it in the index of your table.
-#}
{% macro id_or_null(column) -%}
    {%- set id = 'cast(' ~ column ~ ' as text)' -%}
    {%- set placeholders = [''] -%}
    {%- for name in var('placeholder_ids') -%}
        {%- do placeholders.append(dbt.escape_single_quotes(name | string | lower)) -%}
    {%- endfor -%}
    case when lower({{ trimmed(id) }}) not in ('{{ placeholders | join("', '") }}') then {{ id }} end
{%- endmacro %}

{#-
    Links to find components in, larger end and smaller end. A partial run takes what persons already
    are as single ends, and leaves out links within one of them.
-#}
{% macro links_of_persons(links, persons) -%}
    {%- if tiktok.build_scope().is_partial -%}
        select distinct
            greatest(ends.one, ends.other) as larger,
            least(ends.one, ends.other) as smaller
        from (
            select
                coalesce(persons.person_id, links.name) collate "C" as one,
                coalesce(linked_persons.person_id, links.linked_name) collate "C" as other
            from {{ links }} as links
            left join {{ tiktok.each_looked_up(persons, 'persons', ['links.name = persons.name']) }} -- unique by name
            left join -- unique by name
                {{ tiktok.each_looked_up(persons, 'linked_persons', ['links.linked_name = linked_persons.name']) }}
        ) as ends
        where ends.one <> ends.other
    {%- else -%}
        select
            greatest(links.name collate "C", links.linked_name collate "C") as larger,
            least(links.name collate "C", links.linked_name collate "C") as smaller
        from {{ links }} as links
    {%- endif -%}
{%- endmacro %}

{#- The person of each name; of a partial run, of the names in the components that it found. -#}
{% macro names_of_components(components, persons) -%}
    {%- if tiktok.build_scope().is_partial -%}
        select
            persons.name,
            {{ components }}.person_id
        from {{ components }}
        inner join -- all names of the person
            {{ tiktok.each_looked_up(persons, 'persons', [components ~ '.name = persons.person_id']) }}
        union all
        select
            {{ components }}.name,
            {{ components }}.person_id
        from {{ components }}
        left join
            {{ tiktok.each_looked_up(persons, 'persons', [components ~ '.name = persons.name']) }}
        where persons.name is null
    {%- else -%}
        select * from {{ components }}
    {%- endif -%}
{%- endmacro %}
