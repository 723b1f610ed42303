select connection_id from tiktok_ops.oauth_tokens
union
select connection_id from tiktok_raw.advertisers
order by connection_id
