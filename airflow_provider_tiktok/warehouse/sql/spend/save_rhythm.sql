insert into tiktok_ops.spend_rhythms (advertiser_id, recent_days, learned_at)
values (%(advertiser_id)s, %(recent_days)s, %(learned_at)s)
on conflict (advertiser_id) do update set
    recent_days = excluded.recent_days,
    learned_at = excluded.learned_at
