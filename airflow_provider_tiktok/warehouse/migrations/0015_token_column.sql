-- Nothing wrote or showed when a token last worked; the log of pulls and the receipts say it.
alter table tiktok_ops.oauth_tokens drop column last_ok_at;
