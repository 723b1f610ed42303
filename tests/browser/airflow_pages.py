"""Airflow 3.3's own pages, pressed as a person presses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.browser.chromium import Browser

# React takes a value only from the browser's own setter, followed by its event.
FILL = """
const field = document.querySelector(arguments[0]);
Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, arguments[1]);
field.dispatchEvent(new Event('input', {bubbles: true}));
field.dispatchEvent(new Event('change', {bubbles: true}));
"""
CHOOSE = """
const named = [...document.querySelectorAll('[id^=react-select][role=option]')]
    .find(option => option.innerText == arguments[0]);
if (named) named.click();
return Boolean(named);
"""


def trigger(
    browser: Browser, airflow: str, dag_id: str, *, what: Sequence[str], days: tuple[str, str],
    is_dry_run: bool,
) -> str:  # fmt: skip
    """Fill the backfill's form and press Trigger; return the address of the run's page."""
    browser.open(f"{airflow}/dags/{dag_id}")
    browser.click('[data-testid="trigger-dag-button"]')
    for name, day in zip(("from", "to"), days, strict=True):
        browser.find(f"#element_{name}_date")
        browser.run(FILL, f"#element_{name}_date", day)
    for one in what:
        browser.click('input[aria-label="Select one or multiple values"]')
        browser.wait(lambda one=one: browser.run(CHOOSE, one), f"the choice {one}")
    if not is_dry_run:
        browser.run("document.querySelector('[name=element_is_dry_run]').click()")
    browser.picture(f"{dag_id}-form-{'dry-run' if is_dry_run else 'in-earnest'}")
    browser.click('[data-testid="trigger-dag-submit"]')
    browser.wait(lambda: "/runs/" in browser.address, "the page of the run")
    return browser.address


def mark_failed(browser: Browser, run: str) -> None:
    """Stop a run by its menu."""
    browser.open(run)
    for button in ("button", "failed", "confirm"):
        browser.click(f'[data-testid="mark-run-as-{button}"]')
