-- What must outlive a replay: that TikTok may have an event, and that its person was forgotten.

create function tiktok_ops.may_be_at_tiktok(event tiktok_ops.event_outbox) returns boolean
language sql stable
as $$
    select
        event.has_unknown_outcome
        or event.state in ('delivered', 'expired_unknown')
        or (
            event.replays > 0
            and exists (
                select 1
                from tiktok_ops.event_replays as replays
                where
                    replays.outbox_id = event.outbox_id
                    and (
                        replays.from_state in ('delivered', 'expired_unknown')
                        or replays.is_past_horizon
                    )
            )
        );
$$;

alter table tiktok_ops.event_payloads add column forgotten_at timestamptz;

update tiktok_ops.event_payloads as payloads
set forgotten_at = tiktok_ops.now()
from tiktok_ops.event_outbox as outbox
where
    payloads.outbox_id = outbox.outbox_id
    and payloads.subject_key is null
    and payloads.payload_hash is null
    and payloads.signals = '{}'
    and (outbox.reason = 'forgotten' or outbox.state = 'delivered');
