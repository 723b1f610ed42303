insert into tiktok_ops.oauth_token_history (connection_id, version, change, code, changed_by)
values (%(connection_id)s, %(version)s, %(change)s, %(code)s, %(changed_by)s)
