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

{#-
    Stop the routing of events when seed event_mapping names an event that nobody declared. TikTok
    takes any name without a word and counts a misspelt one as something else, so names of your own
    must be in var `custom_events`.
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
        {%- set letters = modules.re.sub('[^a-z]', '', (row['event'] or '').lower()) -%}
        {%- set alike = [] -%}
        {%- for name in standard if name.lower() == letters -%}{%- do alike.append(name) -%}{%- endfor -%}
        {%- if row['event'] in standard -%}
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
    {%- if problems -%}
        {%- do exceptions.raise_compiler_error(
            "Events cannot be routed:\n- " ~ problems | join("\n- ")
        ) -%}
    {%- endif -%}
{%- endmacro %}
