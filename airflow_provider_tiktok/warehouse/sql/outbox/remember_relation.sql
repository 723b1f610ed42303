insert into tiktok_ops.export_relations as relations (relation, last_enqueued_at)
values (%(relation)s, %(now)s)
on conflict (relation) do update
    set last_enqueued_at = greatest(relations.last_enqueued_at, excluded.last_enqueued_at)
