update tiktok_ops.report_tasks set
    state = %(state)s,
    message = %(message)s,
    pull_id = %(pull_id)s,
    closed_at = tiktok_ops.now()
where
    task_id = %(task_id)s
    and state = 'open'
