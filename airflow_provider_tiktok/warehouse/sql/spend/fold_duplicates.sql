with duplicates as (
    delete from staged_spend
    where
        (stat_time, entity_id) in (
            select
                stat_time,
                entity_id
            from staged_spend
            group by stat_time, entity_id
            having count(*) > 1
        )
    returning *
)

insert into staged_spend
select
    stat_time,
    entity_id,
    max(campaign_id) as campaign_id,
    max(adgroup_id) as adgroup_id,
    max(page) as page,
    case when %(is_sum)s then sum(spend) else max(spend) end as spend,
    case when %(is_sum)s then sum(impressions) else max(impressions) end as impressions,
    case when %(is_sum)s then sum(clicks) else max(clicks) end as clicks,
    case when %(is_sum)s then sum(conversion) else max(conversion) end as conversion,
    case
        when %(is_sum)s then sum(complete_payment) else max(complete_payment)
    end as complete_payment,
    case
        when %(is_sum)s then sum(total_complete_payment_rate) else max(total_complete_payment_rate)
    end as total_complete_payment_rate
from duplicates
group by stat_time, entity_id
