{#-
    TikTok's event names, today's and those before, as the provider knows them (events/names.py), and
    `CancelOrder`, our own for refunds. TikTok: Standard events and parameters.
-#}
{% macro tiktok_event_names() -%}
    {{ return([
        'AddPaymentInfo', 'AddToCart', 'AddToWishlist', 'ApplicationApproval', 'CompleteRegistration',
        'Contact', 'CustomizeProduct', 'Download', 'FindLocation', 'InitiateCheckout', 'Lead', 'Purchase',
        'Schedule', 'Search', 'StartTrial', 'SubmitApplication', 'Subscribe', 'ViewContent',
        'CompletePayment', 'SubmitForm', 'PlaceAnOrder', 'ClickButton', 'Pageview', 'CancelOrder',
    ]) }}
{%- endmacro %}

{#- Names from before that TikTok counts as one of today's (events/names.py, LEGACY_EVENTS). -#}
{% macro renamed_events() -%}
    {{ return({'CompletePayment': 'Purchase', 'SubmitForm': 'Lead'}) }}
{%- endmacro %}

{#- TikTok's name of today for an event, by which the outbox tells events apart. -#}
{% macro event_type(event) -%}
    case {{ event }}
        {%- for old, new in tiktok.renamed_events().items() %} when '{{ old }}' then '{{ new }}'{% endfor %}
        else {{ event }}
    end
{%- endmacro %}

{#-
    Stop the routing of events when seed event_mapping names an event that nobody declared. TikTok
    takes any name without a word and counts a misspelt one as something else, so names of your own
    must be in var `custom_events`. And stop it for rules that would send one event twice.
-#}
{% macro assert_event_names(event_mapping) -%}
    {%- if not execute or flags.WHICH not in ('run', 'build') -%}{%- do return('') -%}{%- endif -%}
    {%- set standard = tiktok.tiktok_event_names() -%}
    {%- set custom = var('custom_events') -%}
    {%- set problems = [] -%}
    {%- for name in custom if not modules.re.fullmatch('[A-Za-z][A-Za-z0-9_ -]{0,48}[A-Za-z0-9]', name) -%}
        {%- do problems.append("var custom_events: " ~ name ~ " is no name for an event; it has 2 to 50 "
            ~ "letters, digits, blanks, _ or -, and starts with a letter.") -%}
    {%- endfor -%}
    {%- set rows = run_query(
        "select distinct conversion_type, event, event_source from " ~ event_mapping ~ " order by 1, 2, 3"
    ) -%}
    {%- for row in rows -%}
        {%- set where = "event_mapping, conversion_type " ~ row['conversion_type'] ~ ": event " -%}
        {%- set letters = modules.re.sub('[\\s_-]', '', row['event'] or '').lower() -%}
        {%- set alike = [] -%}
        {%- for name in standard if name.lower() == letters -%}{%- do alike.append(name) -%}{%- endfor -%}
        {%- if row['conversion_type'] == 'refund' and row['event'] != 'CancelOrder' -%}
            {%- do problems.append(where ~ row['event'] ~ " is not what a refund is sent as: write "
                ~ "CancelOrder, or leave the rule out to send no refunds.") -%}
        {%- elif row['event'] in standard -%}
            {%- if row['event_source'] == 'offline' and row['event'] == 'CancelOrder' -%}
                {%- do problems.append(where ~ "CancelOrder is a custom event, and TikTok takes standard "
                    ~ "events only for offline.") -%}
            {%- endif -%}
        {%- elif alike -%}
            {%- do problems.append(where ~ row['event'] ~ " is not TikTok's spelling: write " ~ alike[0] ~ ".") -%}
        {%- elif row['event'] not in custom -%}
            {%- do problems.append(where ~ row['event'] ~ " is none of TikTok's events ("
                ~ standard | join(', ') ~ "). Correct it, or add it to var custom_events if it is an "
                ~ "event of your own.") -%}
        {%- elif row['event_source'] == 'offline' -%}
            {%- do problems.append(where ~ row['event'] ~ " is a custom event, and TikTok takes standard "
                ~ "events only for offline.") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do problems.extend(tiktok.rules_that_repeat(event_mapping)) -%}
    {%- if problems -%}
        {%- do exceptions.raise_compiler_error(
            "Events cannot be routed:\n- " ~ problems | join("\n- ")
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#-
    What is wrong with rules of seed event_mapping of which two send one conversion to one place as one
    event. The outbox takes one of them and sets the other's rows aside.
-#}
{% macro rules_that_repeat(event_mapping) -%}
    {%- set query -%}
        with rules as (
            select
                conversion_type,
                pixel_code,
                coalesce(buyer_rule, 'any') as buyer_rule,
                event,
                case when event_source <> 'web' then event_source_id end as event_set,
                row_number() over (order by event, buyer_rule) as number
            from {{ event_mapping }}
            where is_enabled
        )
        select distinct
            rules.conversion_type,
            rules.pixel_code,
            rules.event,
            others.event as other_event
        from rules
        inner join rules as others
            on
                rules.conversion_type = others.conversion_type
                and rules.pixel_code is not distinct from others.pixel_code
                and rules.event_set is not distinct from others.event_set
                and {{ tiktok.event_type('rules.event') }} = {{ tiktok.event_type('others.event') }}
                and rules.number < others.number
        where (rules.buyer_rule, others.buyer_rule) not in (('new', 'returning'), ('returning', 'new'))
        order by 1, 2, 3, 4
    {%- endset -%}
    {%- set problems = [] -%}
    {%- for row in run_query(query) -%}
        {%- set what = "two rules send " ~ row['event'] if row['event'] == row['other_event']
            else row['event'] ~ " and " ~ row['other_event'] ~ " are one event to TikTok, an old name and today's" -%}
        {%- do problems.append("event_mapping, conversion_type " ~ row['conversion_type'] ~ ", "
            ~ ("pixel " ~ row['pixel_code'] if row['pixel_code'] else "all pixels") ~ ": " ~ what
            ~ ", so its rows would be set aside as duplicate_key. Keep one rule, set is_enabled of the "
            ~ "other to false, or give one buyer_rule new and the other returning.") -%}
    {%- endfor -%}
    {%- do return(problems) -%}
{%- endmacro %}
