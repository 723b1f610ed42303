-- Each event that may be sent, and which rules of rpt_model_lint it breaks. A view over the export
-- views: only the answers leave it, no personal data.
{{ config(materialized='steady_view') }}

with conversion_events as (
    select * from {{ ref('exp_tiktok__conversion_events') }}
),

refund_events as (
    select * from {{ ref('exp_tiktok__refund_events') }}
),

orders as (
    select * from {{ ref('stg_shop__orders') }}
),

refunds as (
    select * from {{ ref('stg_shop__refunds') }}
),

lead_events as (
    select * from {{ ref('stg_crm__lead_events') }}
),

events as (
    select * from conversion_events
    union all
    select * from refund_events
),

repeats as (
    select {{ tiktok_event_id('ord', 'row_key') }} as event_id
    from ({{ rows_that_repeat('shop.orders', 'orders', 'order_id', 'ordered_at') }}) as copies
    union
    select {{ tiktok_event_id('refund', 'row_key') }} as event_id
    from ({{ rows_that_repeat('shop.refunds', 'refunds', 'refund_id', 'refunded_at') }}) as copies
    union
    select {{ tiktok_event_id('lead', 'row_key') }} as event_id
    from (
        {{ rows_that_repeat('crm.lead_events', 'lead_events', 'lead_event_id', 'occurred_at') }}
    ) as copies
),

final as (
    select
        event_source_id,
        event,
        event_id,
        -- what is there to match people by
        coalesce(email, phone, external_id, ttclid, ttp, ip) is null as has_no_signal,
        ttclid is null as lacks_ttclid,
        ttp is null as lacks_ttp,
        email is null as lacks_email,
        phone is null as lacks_phone,
        external_id is null as lacks_external_id,
        coalesce(ip, '') = '' or coalesce(user_agent, '') = '' as lacks_ip_or_user_agent,
        -- what is there and should not be
        email is not null and not {{ is_sha256('email') }}
        and email !~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$' as has_no_email_in_email,
        email is not null and {{ is_sha256('email') }} as has_hashed_email,
        email is not null and not {{ is_sha256('email') }} as has_plain_email,
        phone is not null and not {{ is_sha256('phone') }}
        and (
            length(regexp_replace(phone, '[^0-9]', '', 'g')) not between 7 and 15
            or (phone !~ '^[[:space:](]*([+]|00)' and country is null)
        ) as has_no_phone_in_phone,
        phone is not null and {{ is_sha256('phone') }} as has_hashed_phone,
        phone is not null and not {{ is_sha256('phone') }} as has_plain_phone,
        concat_ws(' ', ttclid, campaign_id, ad_group_id, ad_id) ~ '__[A-Z_0-9]+__'
            as has_literal_macro,
        event_time
        < {{ tiktok_now() }} - interval '1 day' * case when event_source = 'web' then 7 else 28 end
            as is_too_old,
        {{ is_future('event_time') }} as is_in_the_future,
        currency is not null
        and currency not in ({{ tiktok_currencies() }}) as has_unknown_currency,
        event in ('CompletePayment', 'Purchase', 'CancelOrder')
        and (value is null or currency is null or value <= 0) as lacks_value,
        event_source = 'web' and coalesce(page_url, '') = '' as lacks_page_url,
        connection_id is null as lacks_connection,
        event_id in (select repeats.event_id from repeats) as has_duplicate_id
    from events
)

select * from final
