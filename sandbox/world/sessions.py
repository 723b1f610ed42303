"""What a site's tracker notes of a visit: pages, consent, and who logs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world import draws, links
from sandbox.world.book import moment
from sandbox.world.catalog import CATALOGS
from sandbox.world.people import as_typed, consent_of, contact_of, key_of, ttclid_of
from sandbox.world.tables import ConsentRow, CustomerRow, IdentityRow, PageViewRow
from sandbox.world.visits import PAGES, PARENT, REPEATS, WITHDRAWS

if TYPE_CHECKING:
    from sandbox.world.book import Book
    from sandbox.world.links import Links
    from sandbox.world.people import Device, Person
    from sandbox.world.visits import Visit

REPEAT_SHARE = 0.06  # of landing pages are loaded again
WITHDRAWN_SHARE = 0.015
WITHDRAWN_AFTER = 20 * 3_600
CONSENT_AFTER, ACCOUNT_AFTER, LOGIN_AFTER = 4, 60, 90  # seconds
LONGEST_SESSION = 1_800


def write_session(book: Book, visit: Visit, person: Person, seed: int, addresses: Links) -> None:
    """Write the visit's own pages, and on a person's first visit consent, account and login."""
    is_first = visit is person.root
    if book.overlaps(visit.at, visit.at + LONGEST_SESSION):
        if visit.is_recorded:
            _write_pages(book, visit, person, seed, addresses)
        if is_first:
            _write_account(book, person, seed)
    if is_first and visit.is_recorded:
        write_consent(book, person, person.phone_browser, visit.at + CONSENT_AFTER, "1")
        if may_withdraw(visit):
            _write_withdrawal(book, person)


def may_withdraw(visit: Visit) -> bool:
    """Return whether a person who begins with this visit takes the consent back later."""
    return visit.story is None and draws.chance(visit.luck[WITHDRAWS], WITHDRAWN_SHARE)


def page_view(name: str, at: int, device: Device, url: str, referrer: str | None) -> PageViewRow:
    """Return one page seen in a browser."""
    return PageViewRow(
        f"pv-{name}",
        moment(at),
        device.visitor_id,
        url,
        referrer,
        device.ttp,
        device.ip_address,
        device.user_agent,
        device.locale,
    )


def write_consent(book: Book, person: Person, device: Device, at: int, name: str) -> None:
    """Write what the person answered to the consent banner in a browser, if it was recorded."""
    answer = consent_of(person)
    if answer is not None and book.wants(at):
        consent_id = f"cs-{person.key}-{name}"
        book.add(ConsentRow(consent_id, device.visitor_id, moment(at), *answer))


def _write_pages(book: Book, visit: Visit, person: Person, seed: int, addresses: Links) -> None:
    device, site, name = person.phone_browser, visit.site, key_of(visit)
    url, referrer = _landing(visit, seed, addresses)
    if book.wants(visit.at):
        book.add(page_view(f"{name}-0", visit.at, device, url, referrer))
    repeated_at = visit.at + 40 + (visit.luck[REPEATS] & 0x1FF)
    if book.wants(repeated_at) and draws.chance(visit.luck[REPEATS], REPEAT_SHARE):
        book.add(page_view(f"{name}-r", repeated_at, device, url, None))
    pages = draws.below(visit.luck[PAGES], 4)
    catalog, first = CATALOGS[site.code], visit.luck[PARENT] & 0xFF
    for number in range(1, pages):
        at = visit.at + 35 * number + (first & 0x1F)
        product = catalog[(first + 5 * number) % len(catalog)]
        page = f"https://{site.domain}/products/{product.slug}"
        if book.wants(at):
            book.add(page_view(f"{name}-{number}", at, device, page, url))
        url = page


def _landing(visit: Visit, seed: int, addresses: Links) -> tuple[str, str | None]:
    if visit.plan is not None:
        ttclid = ttclid_of(seed, visit)
        return addresses.landing(visit.plan, visit.at, ttclid), links.TIKTOK
    if visit.story is not None and visit.story.has_literal_macros:
        return addresses.unexpanded(visit.site), None
    return links.organic(visit.site, visit.luck[PARENT])


def _write_account(book: Book, person: Person, seed: int) -> None:
    root = person.root
    created_at, login_at = root.at + ACCOUNT_AFTER, root.at + LOGIN_AFTER
    writes_customer = person.has_account and book.wants(created_at)
    writes_login = person.login != "never" and root.is_recorded and book.wants(login_at)
    if not writes_customer and not writes_login:
        return
    contact = contact_of(seed, person)
    if writes_customer:
        row = CustomerRow(
            customer_id=contact.customer_id,
            email=contact.email,
            phone=contact.phone,
            first_name=contact.first_name,
            last_name=contact.last_name,
            country=contact.country,
            region=contact.city.region,
            city=contact.city.name,
            zip=contact.city.zip,
            created_at=moment(created_at),
            updated_at=moment(created_at),
        )
        book.add(row)
    if writes_login:
        is_customer = person.has_account and person.login in {"customer", "both"}
        row_id = f"id-{person.key}-1"
        book.add(
            IdentityRow(
                identity_id=row_id,
                visitor_id=person.phone_browser.visitor_id,
                customer_id=contact.customer_id if is_customer else None,
                email=None
                if is_customer and person.login == "customer"
                else as_typed(person, contact.email),
                observed_at=moment(login_at),
            )
        )


def _write_withdrawal(book: Book, person: Person) -> None:
    at = person.root.at + WITHDRAWN_AFTER
    if book.wants(at):
        visitor_id = person.phone_browser.visitor_id
        book.add(ConsentRow(f"cs-{person.key}-w", visitor_id, moment(at), "denied", None))
