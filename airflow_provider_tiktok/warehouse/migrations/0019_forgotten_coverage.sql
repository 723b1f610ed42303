-- What the events of forgotten people carried is not known: they do not count against a signal.
create or replace view tiktok_ops.signal_coverage as
with delivered as (
    select
        outbox.connection_id,
        outbox.event_source_id,
        outbox.event,
        (outbox.event_time at time zone 'UTC')::date as event_day,
        payloads.signals,
        payloads.withheld
    from tiktok_ops.event_outbox as outbox
    inner join tiktok_ops.event_payloads as payloads
        on outbox.outbox_id = payloads.outbox_id
    where outbox.state = 'delivered' and payloads.payload_hash is not null
),

known_signals as (
    select name as signal
    from unnest(array[
        'ttclid', 'ttp', 'email', 'phone', 'external_id', 'first_name', 'last_name', 'ip',
        'user_agent', 'locale', 'country', 'region', 'city', 'zip'
    ]) as listed (name)
)

select
    delivered.event_day,
    delivered.connection_id,
    delivered.event_source_id,
    delivered.event,
    known_signals.signal,
    count(*) as events,
    count(*) filter (where known_signals.signal = any(delivered.signals)) as events_with_signal,
    count(*) filter (where delivered.withheld ? known_signals.signal) as events_withheld,
    round(
        count(*) filter (where known_signals.signal = any(delivered.signals))::numeric / count(*),
        4
    ) as share
from delivered
cross join known_signals
group by
    delivered.event_day,
    delivered.connection_id,
    delivered.event_source_id,
    delivered.event,
    known_signals.signal;
