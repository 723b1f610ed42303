"""What an order is made of, what it comes to, and what of it is paid back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from sandbox.world import draws
from sandbox.world.catalog import CATALOGS
from sandbox.world.visits import REFUNDS

if TYPE_CHECKING:
    from sandbox.world.catalog import Product
    from sandbox.world.draws import Draws
    from sandbox.world.visits import Visit

# Of 1,000 orders so many are paid back: in full, in part, in two parts.
FULL, PART, TWICE = 90, 150, 180
REFUND_LAGS = (1, 5, 26, 70, 240)  # hours after the order
SECOND_REFUND_LAG = 26  # hours after the first


class Item(NamedTuple):
    """One line of an order."""

    product: Product
    quantity: int


class Refund(NamedTuple):
    """Money paid back, in minor units of the order's currency; `at` is Unix seconds."""

    at: int
    amount: int
    reason: str


def order_luck(seed: int, visit: Visit) -> Draws:
    """Return the draws of the order that a visit leads to."""
    number = visit.site.index if visit.plan is None else visit.plan.number + 10
    return draws.draw(seed, draws.ORDER, number, visit.hour.epoch // 900, visit.number)


def items_of(luck: Draws, visit: Visit) -> list[Item]:
    """Return the one to three lines of an order, each of another product."""
    catalog = CATALOGS[visit.site.code]
    first = draws.below(luck[0], len(catalog))
    count = 1 + draws.below(luck[1], 100) // 60 + draws.below(luck[2], 100) // 80
    # Steps of 5 come by all 12 products before one repeats.
    products = (catalog[(first + 5 * step) % len(catalog)] for step in range(count))
    return [
        Item(product, 2 if draws.below(luck[3 + step], 100) >= 85 else 1)  # noqa: PLR2004 - percent
        for step, product in enumerate(products)
    ]


def total_of(items: list[Item]) -> int:
    """Return what an order comes to, in minor units: exactly its lines."""
    return sum(item.product.price * item.quantity for item in items)


def currency_of(visit: Visit) -> str:
    """Return the currency of a visit's order: the site's, but in one story."""
    return (visit.story and visit.story.currency) or visit.site.currency


def refunds_of(luck: Draws, visit: Visit, total: int) -> list[Refund]:
    """Return what is paid back of a visit's order, never more than it came to."""
    if visit.order_at is None:
        return []
    plan = visit.story.refunds if visit.story is not None else _drawn(luck, visit)
    return [
        Refund(
            at=visit.order_at + after,
            amount=total * percent // 100,
            reason="returned" if percent == 100 else ("damaged", "wrong size")[number % 2],  # noqa: PLR2004 - the whole
        )
        for number, (after, percent) in enumerate(plan)
    ]


def _drawn(luck: Draws, visit: Visit) -> list[tuple[int, int]]:
    kind = draws.below(visit.luck[REFUNDS], 1000)
    if kind >= TWICE:
        return []
    after = draws.one_of(luck[7], REFUND_LAGS) * 3_600 + draws.below(luck[8], 3_000)
    if kind < FULL:
        return [(after, 100)]
    percent = 10 + draws.below(luck[9], 50)
    if kind < PART:
        return [(after, percent)]
    return [(after, percent), (after + SECOND_REFUND_LAG * 3_600, 40)]


def money(minor: int, decimals: int) -> Decimal:
    """Return minor units as an exact amount of the currency."""
    return Decimal(minor).scaleb(-decimals)
