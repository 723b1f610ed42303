-- Take everything of forgotten people out of what is about to be written.
update staged_events
set
    state = case when state = 'expired' then state else 'suppressed' end,
    reason = case when state = 'expired' then reason else 'forgotten' end,
    hint = case when state = 'expired' then hint else %(hint)s end,
    waits_for_purchase = false,
    subject_key = null,
    payload = null,
    payload_hash = null,
    signals = '{}',
    withheld = '{}'
from tiktok_ops.forgotten_subjects as forgotten
where
    staged_events.subject_key is not null
    and forgotten.subject_hash
    = encode(sha256(convert_to(staged_events.subject_key, 'UTF8')), 'hex')
