"""The rows of the user's own tables, with the columns of schema.sql in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal


class PageViewRow(NamedTuple):
    """web.page_views"""

    page_view_id: str
    occurred_at: datetime
    visitor_id: str
    page_url: str
    referrer_url: str | None
    ttp: str | None
    ip_address: str | None
    user_agent: str | None
    locale: str | None


class ConsentRow(NamedTuple):
    """web.consents"""

    consent_id: str
    visitor_id: str
    recorded_at: datetime
    ad_consent: str | None
    limited_data_use: bool | None


class IdentityRow(NamedTuple):
    """web.identities"""

    identity_id: str
    visitor_id: str
    customer_id: str | None
    email: str | None
    observed_at: datetime


class CustomerRow(NamedTuple):
    """shop.customers"""

    customer_id: str
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    country: str | None
    region: str | None
    city: str | None
    zip: str | None
    created_at: datetime
    updated_at: datetime


class OrderRow(NamedTuple):
    """shop.orders"""

    order_id: str
    customer_id: str | None
    visitor_id: str | None
    ordered_at: datetime
    currency: str
    total_amount: Decimal
    page_url: str | None
    referrer_url: str | None
    ip_address: str | None
    user_agent: str | None
    locale: str | None


class OrderItemRow(NamedTuple):
    """shop.order_items"""

    order_item_id: str
    order_id: str
    product_id: str
    product_name: str | None
    category: str | None
    brand: str | None
    quantity: int
    unit_price: Decimal


class RefundRow(NamedTuple):
    """shop.refunds"""

    refund_id: str
    order_id: str
    refunded_at: datetime
    currency: str
    amount: Decimal
    reason: str | None


class LeadEventRow(NamedTuple):
    """crm.lead_events"""

    lead_event_id: str
    lead_id: str
    stage: str
    occurred_at: datetime
    visitor_id: str | None
    customer_id: str | None
    email: str | None
    phone: str | None
    country: str | None
    value: Decimal | None
    currency: str | None
    page_url: str | None
    ip_address: str | None
    user_agent: str | None
    locale: str | None


Row = (
    PageViewRow
    | ConsentRow
    | IdentityRow
    | CustomerRow
    | OrderRow
    | OrderItemRow
    | RefundRow
    | LeadEventRow
)

# Schema, table and row type, in an order in which a reader meets parents first.
TABLES: dict[type[Row], tuple[str, str]] = {
    CustomerRow: ("shop", "customers"),
    PageViewRow: ("web", "page_views"),
    ConsentRow: ("web", "consents"),
    IdentityRow: ("web", "identities"),
    OrderRow: ("shop", "orders"),
    OrderItemRow: ("shop", "order_items"),
    RefundRow: ("shop", "refunds"),
    LeadEventRow: ("crm", "lead_events"),
}
