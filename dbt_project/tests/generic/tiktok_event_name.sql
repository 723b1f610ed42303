{#-
    Names that TikTok would count as something else, or refuse: a standard name in other letters, or
    what is no name (TikTok: Standard events and parameters). `CancelOrder` is our own for refunds.
-#}
{% test tiktok_event_name(model, column_name) %}
{%- set names = [
    'AddPaymentInfo', 'AddToCart', 'AddToWishlist', 'ApplicationApproval', 'CompleteRegistration',
    'Contact', 'CustomizeProduct', 'Download', 'FindLocation', 'InitiateCheckout', 'Lead', 'Purchase',
    'Schedule', 'Search', 'StartTrial', 'SubmitApplication', 'Subscribe', 'ViewContent',
    'CompletePayment', 'SubmitForm', 'PlaceAnOrder', 'ClickButton', 'Pageview', 'CancelOrder',
] -%}
select
    {{ column_name }} as event,
    names.name as meant
from {{ model }}
left join (
    values {% for name in names %}('{{ name }}'){{ ', ' if not loop.last }}{% endfor %}
) as names (name)
    on regexp_replace(lower({{ column_name }}), '[^a-z]', '', 'g') = lower(names.name)
where
    {{ column_name }} is null
    or {{ column_name }} <> names.name
    or {{ column_name }} !~ '^[A-Za-z][A-Za-z0-9_ -]{0,48}[A-Za-z0-9]$'
{% endtest %}
