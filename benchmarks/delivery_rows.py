# ruff: noqa: INP001 - part of programs that are run by their path
"""An export view of many purchases, as a shop has them: all 14 signals, two items each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

RELATION = "exports.events"
PIXEL = "CUS00000000000000001"
PIXELS = (PIXEL, "CIN00000000000000001")

CREATE = """
create schema if not exists exports;

drop table if exists exports.events;

create table exports.events as
select
    'ord_' || number as event_id,
    'conversion' as kind,
    'CompletePayment' as event,
    'web' as event_source,
    ({pixels}::text[])[1 + number % cardinality({pixels}::text[])] as event_source_id,
    'tiktok_default' as connection_id,
    tiktok_ops.now() - interval '1 hour' as event_time,
    null::text as purchase_event_id,
    'person_' || number as subject_key,
    'granted' as consent_state,
    false as limited_data_use,
    'E.C.P.' || repeat(md5(number::text), 4) as ttclid,
    '01J' || left(md5('ttp' || number), 24) as ttp,
    'person.' || number || '@shop.example' as email,
    '+1212' || lpad((2000000 + number)::text, 7, '0') as phone,
    'customer-' || number as external_id,
    'Ada' as first_name,
    'Lovelace ' || number as last_name,
    '203.0.' || (number / 256) % 256 || '.' || number % 256 as ip,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15' as user_agent,
    'en-US' as locale,
    'US' as country,
    'New York' as region,
    'New York' as city,
    lpad((10000 + number % 80000)::text, 5, '0') as zip,
    79.80 as value,
    'USD' as currency,
    jsonb_build_array(
        jsonb_build_object(
            'content_id', 'sku-1', 'content_name', 'Trail jacket', 'quantity', 1, 'price', 59.90,
            'brand', 'Northwind'
        ),
        jsonb_build_object(
            'content_id', 'sku-2', 'content_name', 'Socks', 'quantity', 2, 'price', 9.95
        )
    ) as contents,
    'product' as content_type,
    number::text as order_id,
    'https://us.northwind.example/orders/' || number || '/thanks?ttclid=' || md5(number::text)
        as page_url,
    'https://us.northwind.example/checkout' as page_referrer,
    null::text as campaign_id,
    null::text as ad_group_id,
    null::text as ad_id
from generate_series(1, {events}) as numbers (number);

analyze exports.events
"""
# The outbox as it is after so many enqueued events, without waiting for each to be hashed anew.
MULTIPLY = """
with models as materialized (
    select outbox.*, payloads.payload, payloads.payload_hash, payloads.signals, payloads.withheld
    from tiktok_ops.event_outbox as outbox
    inner join tiktok_ops.event_payloads as payloads using (outbox_id)
    order by outbox.outbox_id
    limit 1000
),

numbered as (
    select
        models.*,
        nextval(pg_get_serial_sequence('tiktok_ops.event_outbox', 'outbox_id')) as new_outbox_id
    from generate_series(1, %(copies)s)
    cross join models
),

copies as materialized (
    select
        numbered.*,
        event_id || '_' || new_outbox_id as new_id
    from numbered
),

written as (
    insert into tiktok_ops.event_outbox (
        outbox_id, connection_id, event_source, event_source_id, event, event_type, event_id, kind,
        event_time, consent_state, source_hash, next_attempt_at, enqueued_at
    )
    overriding system value
    select
        new_outbox_id, connection_id, event_source, event_source_id, event, event_type, new_id,
        kind, event_time, consent_state, source_hash, enqueued_at, enqueued_at
    from copies
)

insert into tiktok_ops.event_payloads (outbox_id, payload, payload_hash, signals, withheld)
select
    new_outbox_id,
    replace(
        payload, '"event_id":"' || event_id || '"', '"event_id":"' || new_id || '"'
    ),
    payload_hash,
    signals,
    withheld
from copies
"""


def make_rows(
    connection: psycopg.Connection[Any], events: int, pixels: Sequence[str] = (PIXEL,)
) -> None:
    """Make the export table anew with so many purchases, spread over the pixels."""
    values = {"pixels": sql.Literal(list(pixels)), "events": sql.Literal(events)}
    for one in CREATE.split(";\n"):
        connection.execute(sql.SQL(one).format(**values))


def top_up(connection: psycopg.Connection[Any]) -> None:
    """Add a thousand events to the outbox, modelled on its first thousand."""
    connection.execute(MULTIPLY, {"copies": 1})


def multiply(connection: psycopg.Connection[Any], thousands: int) -> None:
    """Add so many thousand events, and let PostgreSQL come to rest."""
    while thousands > 0:
        connection.execute(MULTIPLY, {"copies": min(thousands, 50)})
        thousands -= 50
    connection.execute("analyze tiktok_ops.event_outbox")
    connection.execute("analyze tiktok_ops.event_payloads")
    connection.execute("checkpoint")
