-- Snowplow's atomic.events as web.page_views and web.identities. Its times are without a zone, in
-- UTC. The _ttp cookie comes with the cookie enrichment, in a context of your own.
create schema if not exists web;

create or replace view web.page_views as
select
    events.event_id as page_view_id,
    events.derived_tstamp at time zone 'UTC' as occurred_at,
    events.domain_userid as visitor_id,
    events.page_url,
    events.page_referrer as referrer_url,
    cast(null as text) as ttp,
    events.user_ipaddress as ip_address,
    events.useragent as user_agent,
    events.br_lang as locale
from atomic.events as events
where events.event = 'page_view';

create or replace view web.identities as
select
    events.event_id as identity_id,
    events.domain_userid as visitor_id,
    events.user_id as customer_id,
    cast(null as text) as email,
    events.derived_tstamp at time zone 'UTC' as observed_at
from atomic.events as events
where events.user_id is not null;
