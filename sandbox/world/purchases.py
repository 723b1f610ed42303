"""What the shop and the CRM note: orders with their lines, refunds, leads and their stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world import draws
from sandbox.world.book import moment
from sandbox.world.orders import currency_of, items_of, money, order_luck, refunds_of, total_of
from sandbox.world.people import as_typed, computer_of, contact_of, key_of
from sandbox.world.sessions import page_view, write_consent
from sandbox.world.tables import (
    IdentityRow,
    LeadEventRow,
    OrderItemRow,
    OrderRow,
    RefundRow,
)
from sandbox.world.visits import DEVICE, LEADS, PARENT

if TYPE_CHECKING:
    from sandbox.world.book import Book
    from sandbox.world.orders import Item
    from sandbox.world.people import Device, Person
    from sandbox.world.visits import Visit

COOKIE_LOST_SHARE = 0.04  # checkouts of customers where the cookie is not known
BEFORE_ORDER = 300  # seconds between the first page of a late order's session and the order
# Stage, hours after the form, and how many of a hundred leads get there. Two stages have a value.
STAGES = (
    ("form_submitted", 0, 100, 0),
    ("lead_sold", 4, 60, 4_500),
    ("offer_clicked", 20, 35, 0),
    ("offer_converted", 40, 20, 12_000),
)
INDIAN_PRICES = 31


def order_id_of(visit: Visit) -> str:
    """Return the number of the order that a visit leads to."""
    position = "W" if visit.plan is None else str(visit.plan.position)
    hour = visit.hour.epoch // 900 % 1_000_000
    return f"{visit.site.code.upper()}{hour:06d}-{position}-{visit.number}"


def write_order(book: Book, visit: Visit, person: Person, seed: int) -> None:
    """Write the order that a visit leads to, the session in which it is placed, and its refunds."""
    at = visit.order_at
    if at is None:
        return
    luck = order_luck(seed, visit)
    items = items_of(luck, visit)
    total = total_of(items)
    if book.overlaps(at - BEFORE_ORDER, at):
        device = computer_of(seed, person) if visit.on_desktop else person.phone_browser
        if visit.is_recorded:
            _write_checkout(book, visit, person, device)
        if book.wants(at):
            _add_order(book, visit, person, device, items, seed=seed)
    for number, refund in enumerate(refunds_of(luck, visit, total), start=1):
        if book.wants(refund.at):
            book.add(
                RefundRow(
                    refund_id=f"R-{order_id_of(visit)}-{number}",
                    order_id=order_id_of(visit),
                    refunded_at=moment(refund.at),
                    currency=currency_of(visit),
                    amount=money(refund.amount, visit.site.decimals),
                    reason=refund.reason,
                )
            )


def _write_checkout(book: Book, visit: Visit, person: Person, device: Device) -> None:
    at, site, name = visit.order_at or 0, visit.site, key_of(visit)
    cart = f"https://{site.domain}/cart"
    if visit.on_desktop:
        write_consent(book, person, device, at - BEFORE_ORDER + 5, f"2-{visit.hour.index}")
        if book.wants(at - BEFORE_ORDER):
            home = f"https://{site.domain}/"
            book.add(page_view(f"{name}-h", at - BEFORE_ORDER, device, home, None))
    if book.wants(at - 90):
        book.add(page_view(f"{name}-c", at - 90, device, cart, f"https://{site.domain}/"))


def _add_order(
    book: Book, visit: Visit, person: Person, device: Device, items: list[Item], *, seed: int
) -> None:
    order_id, at, site = order_id_of(visit), moment(visit.order_at or 0), visit.site
    contact = contact_of(seed, person)
    customer_id = contact.customer_id if person.has_account else None
    lost = customer_id and draws.chance(visit.luck[PARENT], COOKIE_LOST_SHARE)
    is_known = visit.is_recorded and not (lost and visit.story is None)
    book.add(
        OrderRow(
            order_id=order_id,
            customer_id=customer_id,
            visitor_id=device.visitor_id if is_known else None,
            ordered_at=at,
            currency=currency_of(visit),
            total_amount=money(total_of(items), site.decimals),
            page_url=f"https://{site.domain}/checkout/thank-you?order={order_id}",
            referrer_url=f"https://{site.domain}/checkout",
            ip_address=device.ip_address,
            user_agent=device.user_agent,
            locale=device.locale,
        )
    )
    for number, item in enumerate(items, start=1):
        product = item.product
        book.add(
            OrderItemRow(
                f"{order_id}-{number}",
                order_id,
                product.product_id,
                product.name,
                product.category,
                product.brand,
                item.quantity,
                money(product.price, site.decimals),
            )
        )
    if is_known:
        typed = as_typed(person, contact.email)
        has_email = customer_id is None or visit.luck[DEVICE] & 3 == 0
        email = typed if has_email else None
        book.add(IdentityRow(f"id-{order_id}", device.visitor_id, customer_id, email, at))


def write_lead(book: Book, visit: Visit, person: Person, seed: int) -> None:
    """Write the stages of the lead that a visit becomes, and the e-mail given in its form."""
    if visit.lead_at is None:
        return
    site, device = visit.site, person.phone_browser
    reached = 0 if visit.story is not None else (visit.luck[LEADS] & 0xFFFF) % 100
    visitor_id = device.visitor_id if visit.is_recorded else None
    for number, (stage, hours, share, value) in enumerate(STAGES, start=1):
        at = visit.lead_at + hours * 3_600
        if reached >= share or not book.wants(at):
            continue
        contact = contact_of(seed, person)
        worth = value * (INDIAN_PRICES if site.code == "in" else 1)
        book.add(
            LeadEventRow(
                lead_event_id=f"L-{key_of(visit)}-{number}",
                lead_id=f"L-{key_of(visit)}",
                stage=stage,
                occurred_at=moment(at),
                visitor_id=visitor_id,
                customer_id=contact.customer_id if person.has_account else None,
                email=contact.email,
                phone=contact.phone,
                country=contact.country,
                value=money(worth, site.decimals) if worth else None,
                currency=site.currency if worth else None,
                page_url=f"https://{site.domain}/offers/group-order",
                ip_address=device.ip_address,
                user_agent=device.user_agent,
                locale=device.locale,
            )
        )
        if number == 1 and visitor_id is not None:
            email = as_typed(person, contact.email)
            row = IdentityRow(f"id-L-{key_of(visit)}", visitor_id, None, email, moment(at))
            book.add(row)
