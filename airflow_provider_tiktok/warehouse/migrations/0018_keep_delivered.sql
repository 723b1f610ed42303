-- What TikTok has accepted stays delivered, however the sending of it again ends. The reason stays
-- with it, so that the receipt says why the replay did not go.

create function tiktok_ops.keep_delivered() returns trigger
language plpgsql
as $$
begin
    update tiktok_ops.event_outbox as outbox
    set
        state = 'delivered',
        hint = 'TikTok has it from before the replay. Of the replay: ' || outbox.hint,
        has_unknown_outcome = false
    where
        outbox.outbox_id = new.outbox_id
        and exists (
            select 1
            from tiktok_ops.event_replays as replays
            where replays.outbox_id = new.outbox_id and replays.from_state = 'delivered'
        );
    return null;
end;
$$;

-- After and not before: a trigger before an update locks every row once more, replayed or not.
create trigger delivered_kept after update of settled_at on tiktok_ops.event_outbox
for each row
when (
    new.replays > 0
    and old.settled_at is null
    and new.settled_at is not null
    and new.state <> 'delivered'
)
execute function tiktok_ops.keep_delivered();
