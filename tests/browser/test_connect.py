"""Connect as a new user does: in Airflow, over TikTok and back (make browser)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import psycopg
import pytest

from airflow_provider_tiktok.warehouse.tokens import TokenStore
from sandbox.demo.stage import DemoError

if TYPE_CHECKING:
    from sandbox.demo.stage import Stage
    from tests.browser.chromium import Browser

pytestmark = pytest.mark.long


def connect(browser: Browser, airflow: str, name: str = "") -> None:
    """Press Connect in Airflow's UI, approve, look, and store."""
    browser.open(f"{airflow}/plugin/tiktok")
    browser.into_frame()
    browser.find("#connect")
    if name:
        browser.picture(f"{name}-1-start")
    browser.click("#connect")
    browser.out_of_frames()
    browser.wait(lambda: browser.address.endswith("/connect"), "the frame to be left")
    browser.find("#go")
    if name:
        browser.picture(f"{name}-2-connect")
    browser.click("#go")
    browser.wait_for_text("asks for access to these ad accounts")
    if name:
        browser.picture(f"{name}-3-tiktok")
    browser.click("button[value=approve]")
    browser.wait_for_text("Nothing is stored yet")
    assert "code=" not in browser.address
    if name:
        browser.picture(f"{name}-4-review")
        browser.prefer("dark")
        browser.picture(f"{name}-4-review-dark")
        browser.prefer("light")
    browser.click("#confirm")
    browser.wait_for_text("Connected. The next hourly run")


def test_a_new_user_connects_pulls_loses_the_grant_and_heals_it(
    browser: Browser, airflow: str, demo: Stage
) -> None:
    connect(browser, airflow, "new")
    browser.open(f"{airflow}/plugin/tiktok")
    browser.into_frame()
    shown = browser.wait_for_text("Northwind India")
    for fact in ("Connected", "Asia/Kolkata", "INR", "CIN00000000000000001"):
        assert fact in shown
    browser.picture("connected-in-airflow")

    browser.click('button[aria-label="Pull the spend of Northwind India"]')
    browser.wait_for_text("Saved.")
    browser.click('button[aria-label="Pull the spend of Northwind India"]')
    browser.wait_for_text("Saved.")

    demo.run("airflow", "dags", "test", "tiktok_spend", log_name="spend.log")
    with psycopg.connect(demo.warehouse_uri) as warehouse:
        pulled = warehouse.execute("select count(*) from tiktok_raw.spend_snapshots").fetchone()
    assert pulled
    assert pulled[0] > 0

    key = demo.environment["AIRFLOW__TIKTOK__TOKEN_KEYS"]
    with psycopg.connect(demo.warehouse_uri, autocommit=True) as warehouse:
        token = TokenStore(warehouse, [key]).read("tiktok_default").access_token
    demo.post("/control/revoke", {"access_token": token})
    with contextlib.suppress(DemoError):  # the run fails, and says why
        demo.run("airflow", "dags", "test", "tiktok_accounts", log_name="refused.log")
    assert "TikTok answered 40105" in (demo.folder / "refused.log").read_text()
    browser.open(f"{airflow}/plugin/tiktok")
    browser.into_frame()
    assert "(code 40105)" in browser.wait_for_text("TikTok refuses the grant")
    browser.picture("refused-in-airflow")

    connect(browser, airflow)
    demo.run("airflow", "dags", "test", "tiktok_accounts", log_name="healed.log")
    browser.open(f"{airflow}/plugin/tiktok")
    browser.into_frame()
    shown = browser.wait_for_text("Connected")
    assert "refuses" not in shown
    browser.picture("healed-in-airflow")


def test_another_site_can_neither_frame_nor_post(
    browser: Browser, airflow: str, demo: Stage
) -> None:
    """The sandbox's origin plays the other site: it shares the host name and no port."""
    browser.open(f"{airflow}/plugin/tiktok")
    browser.find("iframe")
    browser.open(demo.sandbox_url)
    browser.run(
        "const f = document.createElement('iframe'); f.id = 'theirs';"
        "f.src = arguments[0]; document.body.append(f)",
        f"{airflow}/tiktok/",
    )
    browser.into_frame("#theirs")
    browser.wait(lambda: browser.run("return location.href") != "about:blank", "the frame")
    assert "tiktok_default" not in browser.text()
    browser.out_of_frames()
    browser.run(
        "const f = document.createElement('form'); f.method = 'post'; f.action = arguments[0];"
        "document.body.append(f); f.submit()",
        f"{airflow}/tiktok/connections/tiktok_default/disconnect",
    )
    browser.wait_for_text("This form was sent by another site.")
    browser.picture("another-site-refused")
