-- Say that bytes are about to leave. No row: nothing may be sent, because the lease was lost or
-- something has changed since the claim.
update tiktok_ops.event_batches as batches
set
    outcome = 'sent',
    sent_at = clock.now,
    leased_until = clock.now + %(lease)s::interval
from (select tiktok_ops.now() as now) as clock
where
    batches.batch_id = %(batch_id)s
    and batches.outcome = 'ready'
    and batches.leased_until > clock.now
    -- The gate of claim.sql.
    and not exists (
        select 1
        from tiktok_ops.delivery_controls as controls
        where
            controls.event_source_id = batches.event_source_id
            and (controls.is_paused or controls.blocked_until > clock.now) -- noqa: references
    )
    and not exists (
        select 1
        from tiktok_raw.pixels as pixels
        where pixels.pixel_code = batches.event_source_id and not pixels.is_enabled
    )
    -- Nobody was forgotten.
    and not exists (
        select 1
        from tiktok_ops.event_payloads as payloads
        where
            payloads.outbox_id = any(batches.outbox_ids)
            and payloads.payload is null
    )
returning batches.batch_id
