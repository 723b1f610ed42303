{% macro is_sha256(column) -%}
    {{ column }} ~ '^[0-9A-Fa-f]{64}$'
{%- endmacro %}

{#- Currencies that the Events API takes (TikTok: Report App, Web, Offline, or CRM Events, currency). -#}
{% macro tiktok_currencies() -%}
    {%- set codes = 'AED ARS AUD BDT BHD BIF BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP GTQ '
        ~ 'HKD HNL HUF IDR ILS INR ISK JPY KES KHR KRW KWD KZT MAD MOP MXN MYR NGN NIO NOK NZD OMR PEN '
        ~ 'PHP PKR PLN PYG QAR RON RUB SAR SEK SGD THB TRY TWD UAH USD VES VND ZAR' -%}
    {%- for code in codes.split() %}'{{ code }}'{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}

{#-
    The rules of rpt_model_lint as rows of values: name, whether the row of `events` breaks it, points
    that a table loses when all of its events do, and what to do.
-#}
{% macro lint_rules(events) -%}
    {%- set rules = [
        ('no_signal', 'has_no_signal', 60, 'Nothing to match a person by: bring visitor_id and page views, or customers with e-mail or phone.'),
        ('not_an_email', 'has_no_email_in_email', 15, 'These e-mails are no addresses and no SHA-256: leave them empty at the source.'),
        ('email_hashed_and_plain', 'has_mixed_email', 10, 'Some e-mails are hashed and some are not: bring one kind, plain is safest.'),
        ('not_a_phone', 'has_no_phone_in_phone', 15, 'These numbers have no country: store them with + and country code, or fill country.'),
        ('phone_hashed_and_plain', 'has_mixed_phone', 10, 'Some phones are hashed and some are not: bring one kind, plain is safest.'),
        ('literal_macro', 'has_literal_macro', 20, 'A URL macro reached the event unexpanded: see rpt_join_doctor.'),
        ('too_old', 'is_too_old', 10, 'Older than TikTok takes (7 days for web, 28 for others): these will expire unsent.'),
        ('in_the_future', 'is_in_the_future', 40, 'Times lie in the future: is the column really UTC?'),
        ('unknown_currency', 'has_unknown_currency', 60, 'TikTok takes no such currency: correct it at the source.'),
        ('duplicate_id', 'has_duplicate_id', 40, 'This id stands on several rows, and only the first is sent: make the key unique at the source.'),
        ('no_value', 'lacks_value', 30, 'A purchase without value and currency brings no ROAS: fill total_amount and currency.'),
        ('no_page_url', 'lacks_page_url', 20, 'Web events need the page: fill page_url, or bring page views.'),
        ('no_connection', 'lacks_connection', 60, 'The pixel was never imported: check seed site_pixels and run DAG tiktok_accounts.'),
        ('no_ttclid', 'lacks_ttclid', 5, 'No click id: no TikTok click, or landing URLs are not in web.page_views.'),
        ('no_ttp', 'lacks_ttp', 5, 'No _ttp cookie: read it in your tracker and store it in web.page_views.'),
        ('no_email', 'lacks_email', 10, 'No e-mail: the strongest signal after the click id.'),
        ('no_phone', 'lacks_phone', 5, 'No phone.'),
        ('no_external_id', 'lacks_external_id', 5, 'Neither customer_id nor visitor_id.'),
        ('no_ip_or_user_agent', 'lacks_ip_or_user_agent', 10, 'No address or no user agent: store both with the order or the page view.'),
    ] -%}
    values
    {% for rule, column, points, advice in rules -%}
        ('{{ rule }}', {{ events }}.{{ column }}, {{ points }}, {{ dbt.string_literal(advice) }})
        {{- ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}
