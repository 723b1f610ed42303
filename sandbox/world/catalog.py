"""What the shops sell: the same goods everywhere, each shop in its own currency and words."""

from __future__ import annotations

from typing import NamedTuple


class Product(NamedTuple):
    """A product as one shop sells it. The price is in minor units of the shop's currency."""

    product_id: str
    name: str
    category: str
    brand: str
    slug: str
    price: int


_GOODS = (
    ("trail-jacket", "Trail Jacket", "Outerwear", "Northwind", 11_900),
    ("rain-shell", "Rain Shell 2.5L", "Outerwear", "Northwind", 8_995),
    ("merino-tee", "Merino T-Shirt", "Tops", "Fellside", 4_450),
    ("fleece-hoodie", "Fleece Hoodie", "Tops", "Northwind", 6_400),
    ("hiking-socks", "Hiking Socks (3 pairs)", "Accessories", "Fellside", 1_999),
    ("trail-shoe", "Trail Shoe", "Footwear", "Karst", 12_950),
    ("daypack-20", "Daypack 20 L", "Bags", "Karst", 7_900),
    ("bottle-1l", "Steel Bottle 1 L", "Accessories", "Northwind", 2_495),
    ("beanie", "Wool Beanie", "Accessories", "Fellside", 1_850),
    ("tent-2p", "Tent for 2", "Camping", "Karst", 24_900),
    ("headlamp", "Headlamp 400 lm", "Camping", "Karst", 3_499),
    ("gift-card", "Gift Card", "Gift Cards", "Northwind", 5_000),
)
_EUROPEAN_NAMES = {
    "trail-jacket": "Wanderjacke",
    "rain-shell": "Regenjacke 2,5-lagig",
    "hiking-socks": "Wandersocken (3 Paar)",
    "beanie": "Wollm\u00fctze",
    "gift-card": "Geschenkgutschein",
}
_RUPEES = 31  # to the dollar, at the shop's own price level


def _catalog(code: str, times: int) -> tuple[Product, ...]:
    names = _EUROPEAN_NAMES if code == "eu" else {}
    return tuple(
        Product(
            product_id=f"{code.upper()}-{1001 + number}",
            name=names.get(slug, name),
            category=category,
            brand=brand,
            slug=slug,
            price=price * times,
        )
        for number, (slug, name, category, brand, price) in enumerate(_GOODS)
    )


CATALOGS = {"us": _catalog("us", 1), "in": _catalog("in", _RUPEES), "eu": _catalog("eu", 1)}
