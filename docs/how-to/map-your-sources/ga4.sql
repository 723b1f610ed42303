-- GA4's export, loaded into PostgreSQL with event_params as JSON, as web.page_views and
-- web.identities. event_timestamp counts microseconds since 1970. The export has neither address nor
-- user agent: those signals then come from your orders.
create schema if not exists web;

create or replace view web.page_views as
select
    md5(concat_ws('|', events.user_pseudo_id, events.event_timestamp, page.location)) as page_view_id,
    to_timestamp(events.event_timestamp / 1000000.0) as occurred_at,
    events.user_pseudo_id as visitor_id,
    page.location as page_url,
    page.referrer as referrer_url,
    cast(null as text) as ttp,
    cast(null as text) as ip_address,
    cast(null as text) as user_agent,
    events.device ->> 'language' as locale
from ga4.events as events
cross join lateral (
    select
        max(param -> 'value' ->> 'string_value') filter (where param ->> 'key' = 'page_location')
            as location,
        max(param -> 'value' ->> 'string_value') filter (where param ->> 'key' = 'page_referrer')
            as referrer
    from jsonb_array_elements(events.event_params) as params (param)
) as page
where events.event_name = 'page_view';

create or replace view web.identities as
select
    md5(concat_ws('|', events.user_pseudo_id, events.user_id)) as identity_id,
    events.user_pseudo_id as visitor_id,
    events.user_id as customer_id,
    cast(null as text) as email,
    max(to_timestamp(events.event_timestamp / 1000000.0)) as observed_at
from ga4.events as events
where events.user_id is not null
group by events.user_pseudo_id, events.user_id;
