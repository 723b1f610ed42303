-- One receipt in full: an event that TikTok refused, or else the last refund.
select *
from analytics.fct_event_deliveries
order by state = 'quarantined' and last_code is not null desc, kind = 'refund' desc, settled_at desc
limit 1
