-- Every delivery asks for the refunds that wait, in the order of their numbers. With the index by
-- purchase it read the whole outbox for that.
drop index tiktok_ops.event_outbox_waiting;
create index event_outbox_waiting on tiktok_ops.event_outbox (event_source_id, outbox_id)
where waits_for_purchase;
