-- Remember that people were forgotten, without knowing who.
insert into tiktok_ops.forgotten_subjects (subject_hash, forgotten_by, forgotten_at)
select
    encode(sha256(convert_to(subject_key, 'UTF8')), 'hex') as subject_hash,
    %(forgotten_by)s as forgotten_by,
    tiktok_ops.now() as forgotten_at
from unnest(%(subject_keys)s::text[]) as subjects (subject_key)
on conflict (subject_hash) do nothing
