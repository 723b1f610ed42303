"""The strict check of one item of `event/track`, in the message shape `<path>: <reason>`.

Field list and types: TikTok, "Report App, Web, Offline, or CRM Events". Keys that TikTok does not
know are taken, as measurements show it takes them. Written for speed: one pass, no objects made.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sandbox.server.envelope import Code
from sandbox.server.params import MISSING

if TYPE_CHECKING:
    from sandbox.server.switches import Switches

NOT_TEXT, NOT_INTEGER = "Not a valid string.", "Not a valid integer."
NOT_NUMBER, NOT_OBJECT, NOT_LIST = "Not a valid number.", "Not a valid object.", "Not a valid list."

_CURRENCIES = """
AED ARS AUD BDT BHD BIF BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP GTQ HKD HNL HUF IDR
ILS INR ISK JPY KES KHR KRW KWD KZT MAD MOP MXN MYR NGN NIO NOK NZD OMR PEN PHP PKR PLN PYG QAR RON
RUB SAR SEK SGD THB TRY TWD UAH USD VES VND ZAR
"""
_TODAYS_EVENTS = """
AddPaymentInfo AddToCart AddToWishlist ApplicationApproval CompleteRegistration Contact
CustomizeProduct Download FindLocation InitiateCheckout Lead Purchase Schedule Search StartTrial
SubmitApplication Subscribe ViewContent
"""
_EARLIER_EVENTS = "CompletePayment PlaceAnOrder SubmitForm ClickButton Pageview"  # still taken
CURRENCIES = frozenset(_CURRENCIES.split())
STANDARD_EVENTS = frozenset((_TODAYS_EVENTS + _EARLIER_EVENTS).split())
CONTENT_TYPES = frozenset({"product", "product_group"})
HASHED_LISTS = frozenset({"email", "phone", "external_id"})
HASHED = ("email", "phone", "external_id", "first_name", "last_name", "zip_code")
PLAIN = frozenset({"ttclid", "ttp", "ip", "user_agent", "locale", "city", "state", "country"})
PROPERTY_TEXTS = frozenset(
    {
        "content_type",
        "currency",
        "order_id",
        "shop_id",
        "description",
        "query",
        "search_string",
        "status",
        "customer_type",
    }
)
AD_TEXTS = frozenset({"callback", "campaign_id", "ad_id", "creative_id", "attribution_provider"})
CONTENT_TEXTS = frozenset({"content_id", "content_name", "content_category", "brand"})
LONGEST_TTCLID = 1_000
MILLISECONDS_FROM = 100_000_000_000  # as seconds this is the year 5138
SECONDS_A_DAY = 86_400

is_sha256 = re.compile(r"[0-9a-fA-F]{64}").fullmatch

Item = dict[str, Any]
Fault = tuple[int, str]  # code and `<path>: <reason>`
Check = Callable[[Item], Fault | None]


def _param(path: str, reason: str) -> Fault:
    return Code.PARAM_ERROR, f"{path}: {reason}"


@lru_cache(maxsize=65_536)
def is_ip_address(text: str) -> bool:
    """Return whether `text` is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def make_check(event_source: str, now: float, switches: Switches) -> Check:
    """Return the check of one item of a batch that arrives at `now` (Unix seconds).

    The check returns None for a good item, else the code and the path with its reason.
    """
    days = switches.event_days_web if event_source in {"web", "app"} else switches.event_days_other
    oldest = now - days * SECONDS_A_DAY
    newest = now + switches.event_future_seconds
    check_user, check_properties = _user_check(switches), _properties_check(switches)
    check_names = _names_check(event_source, switches)
    need_user = switches.user_required
    need_page = switches.page_required and event_source == "web"
    own_object, own_key = {"crm": ("lead", "lead_id"), "app": ("app", "app_id")}.get(
        event_source, ("", "")
    )

    def check(item: Item) -> Fault | None:
        fault = check_names(item) or _time_fault(item.get("event_time"), oldest, newest)
        if fault is not None:
            return fault
        user, properties, page = item.get("user"), item.get("properties"), item.get("page")
        if user is not None or need_user:
            fault = check_user(user)
        if fault is None and properties is not None:
            fault = check_properties(properties)
        if fault is None and (page is not None or need_page):
            fault = _page_fault(page)
        if fault is None and own_object:
            fault = _object_fault(item.get(own_object), own_object, own_key)
        if fault is None and (ad := item.get("ad")) is not None:
            fault = (
                _texts_fault(ad, AD_TEXTS, "ad") if type(ad) is dict else _param("ad", NOT_OBJECT)
            )
        limited = item.get("limited_data_use")
        if fault is None and limited is not None and type(limited) is not bool:
            return _param("limited_data_use", "Not a valid boolean.")
        return fault

    return check


def _names_check(event_source: str, switches: Switches) -> Check:
    standard_only = event_source == "offline"
    custom_only = event_source == "crm" and not switches.crm_standard_events

    def check(item: Item) -> Fault | None:
        event, event_id = item.get("event"), item.get("event_id")
        if type(event) is not str:
            return _param("event", MISSING if event is None else NOT_TEXT)
        if not event.strip():
            return _param("event", "Must not be blank.")
        if standard_only and event not in STANDARD_EVENTS:
            return _param("event", f"{event} is not a standard event.")
        if custom_only and event in STANDARD_EVENTS:
            return _param("event", f"{event} is not a custom event.")
        if event_id is not None and type(event_id) is not str:
            return _param("event_id", NOT_TEXT)
        return None

    return check


def _time_fault(event_time: object, oldest: float, newest: float) -> Fault | None:
    if type(event_time) is not int:
        return _param("event_time", MISSING if event_time is None else NOT_INTEGER)
    if oldest <= event_time <= newest:
        return None
    if event_time >= MILLISECONDS_FROM:
        return _param("event_time", "Not a valid Unix time in seconds.")
    if event_time > newest:
        return _param("event_time", "The event lies in the future.")
    return _param("event_time", "The event is too old.")


def _hash_fault(path: str, value: object, reject_unhashed: bool) -> Fault | None:  # noqa: FBT001 - inner loop
    if type(value) is not str:
        return _param(path, NOT_TEXT)
    if reject_unhashed and is_sha256(value) is None:
        return Code.PII_NOT_HASHED, f"{path}: Must be hashed with SHA-256."
    return None


def _hashes_fault(user: Item, reject_unhashed: bool) -> Fault | None:  # noqa: FBT001 - inner loop
    for name in HASHED:
        value = user.get(name)
        if value is None:
            continue
        if type(value) is list and name in HASHED_LISTS:
            for position, one in enumerate(value):
                fault = _hash_fault(f"user.{name}.{position}", one, reject_unhashed)
                if fault is not None:
                    return fault
        elif (fault := _hash_fault(f"user.{name}", value, reject_unhashed)) is not None:
            return fault
    return None


def _user_check(switches: Switches) -> Callable[[object], Fault | None]:
    reject_unhashed = switches.unhashed_pii == "reject"
    check_ip = switches.check_ip

    def check(user: object) -> Fault | None:
        if type(user) is not dict:
            return _param("user", MISSING if user is None else NOT_OBJECT)
        fault = _hashes_fault(user, reject_unhashed) or _texts_fault(user, PLAIN, "user")
        if fault is not None:
            return fault
        ip, ttclid = user.get("ip"), user.get("ttclid")
        if check_ip and ip is not None and not is_ip_address(ip):
            return _param("user.ip", "Not a valid IP address.")
        if ttclid is not None and len(ttclid) > LONGEST_TTCLID:
            return _param("user.ttclid", f"Longer than maximum length {LONGEST_TTCLID}.")
        return None

    return check


def _texts_fault(item: Item, names: frozenset[str], path: str) -> Fault | None:
    for name, value in item.items():
        if type(value) is not str and value is not None and name in names:
            return _param(f"{path}.{name}", NOT_TEXT)
    return None


def _properties_check(switches: Switches) -> Callable[[object], Fault | None]:
    listed_only = switches.unlisted_currency == "reject"
    positive_only = switches.negative_value == "reject"

    def check(properties: object) -> Fault | None:
        if type(properties) is not dict:
            return _param("properties", NOT_OBJECT)
        return (
            _texts_fault(properties, PROPERTY_TEXTS, "properties")
            or choices(properties)
            or numbers(properties)
            or _ids_fault(properties.get("content_ids"))
            or _contents_fault(properties.get("contents"))
        )

    def choices(properties: Item) -> Fault | None:
        currency, content_type = properties.get("currency"), properties.get("content_type")
        if listed_only and currency is not None and currency not in CURRENCIES:
            return _param("properties.currency", f"{currency} is not a supported currency.")
        if content_type is not None and content_type not in CONTENT_TYPES:
            return _param("properties.content_type", "Must be one of: product, product_group.")
        return None

    def numbers(properties: Item) -> Fault | None:
        value, num_items = properties.get("value"), properties.get("num_items")
        if value is not None and type(value) is not int and type(value) is not float:
            return _param("properties.value", NOT_NUMBER)
        if positive_only and value is not None and value < 0:
            return _param("properties.value", "Must be at least 0.")
        if num_items is not None and type(num_items) is not int:
            return _param("properties.num_items", NOT_INTEGER)
        return None

    return check


def _ids_fault(content_ids: object) -> Fault | None:
    if content_ids is None:
        return None
    if type(content_ids) is not list:
        return _param("properties.content_ids", NOT_LIST)
    for position, content_id in enumerate(content_ids):
        if type(content_id) is not str:
            return _param(f"properties.content_ids.{position}", NOT_TEXT)
    return None


def _contents_fault(contents: object) -> Fault | None:
    if contents is None:
        return None
    if type(contents) is not list:
        return _param("properties.contents", NOT_LIST)
    for position, content in enumerate(contents):
        fault = _content_fault(content, f"properties.contents.{position}")
        if fault is not None:
            return fault
    return None


def _content_fault(content: object, path: str) -> Fault | None:
    if type(content) is not dict:
        return _param(path, NOT_OBJECT)
    fault = _texts_fault(content, CONTENT_TEXTS, path)
    if fault is not None:
        return fault
    price, quantity = content.get("price"), content.get("quantity")
    if price is not None and type(price) is not int and type(price) is not float:
        return _param(f"{path}.price", NOT_NUMBER)
    if quantity is not None and type(quantity) is not int:
        return _param(f"{path}.quantity", NOT_INTEGER)
    return None


def _page_fault(page: object) -> Fault | None:
    fault = _object_fault(page, "page", "url")
    if fault is not None:
        return fault
    referrer = page.get("referrer") if isinstance(page, dict) else None
    if referrer is not None and type(referrer) is not str:
        return _param("page.referrer", NOT_TEXT)
    return None


def _object_fault(value: object, name: str, required: str) -> Fault | None:
    if type(value) is not dict:
        return _param(name, MISSING if value is None else NOT_OBJECT)
    inner = value.get(required)
    if type(inner) is not str:
        return _param(f"{name}.{required}", MISSING if inner is None else NOT_TEXT)
    return None
