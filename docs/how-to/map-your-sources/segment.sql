-- Segment's warehouse schema (pages, identifies) as web.page_views and web.identities. "site" is
-- your source's schema. Segment keeps the _ttp cookie only if your snippet adds it as a property.
create schema if not exists web;

create or replace view web.page_views as
select
    pages.id as page_view_id,
    pages.timestamp as occurred_at,
    pages.anonymous_id as visitor_id,
    pages.url || coalesce(nullif(pages.search, ''), '') as page_url,
    pages.referrer as referrer_url,
    pages.ttp,
    pages.context_ip as ip_address,
    pages.context_user_agent as user_agent,
    pages.context_locale as locale
from site.pages as pages;

create or replace view web.identities as
select
    identifies.id as identity_id,
    identifies.anonymous_id as visitor_id,
    identifies.user_id as customer_id,
    identifies.email,
    identifies.timestamp as observed_at
from site.identifies as identifies;
