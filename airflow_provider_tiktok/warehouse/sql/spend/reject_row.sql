insert into tiktok_raw.rejected_report_rows (pull_id, row_number, reason, raw)
values (%(pull_id)s, %(row_number)s, %(reason)s, %(raw)s)
