-- Spend that cannot be shown in the reporting currency: add the rate of that day, or of a day up to
-- var exchange_rate_max_age_days before it, to finance.exchange_rates.
select
    currency,
    reporting_currency,
    min(account_date) as first_date,
    max(account_date) as last_date,
    sum(spend) as spend
from {{ ref('fct_spend_daily') }}
where reporting_spend is null
group by currency, reporting_currency
