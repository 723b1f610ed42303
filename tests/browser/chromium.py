"""Drive a real Chromium through chromedriver, with the few WebDriver commands that we need.

W3C: WebDriver. A client library would be one more dependency for what is eight HTTP calls.
"""

from __future__ import annotations

import base64
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,860",
)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
WAIT_SECONDS = 40.0
HOW_TO_INSTALL = "Run `make browser`, or as root: apt-get install chromium chromium-driver"


class Browser:
    """One window of Chromium."""

    def __init__(self, session: str, pictures: Path) -> None:
        self._session = session
        self._pictures = pictures

    def open(self, address: str) -> None:
        """Type an address."""
        self._ask("POST", "url", url=address)

    @property
    def address(self) -> str:
        """The address of the whole window."""
        return str(self._ask("GET", "url"))

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script in the page or frame that is looked at, and return its result."""
        return self._ask("POST", "execute/sync", script=script, args=list(arguments))

    def find(self, selector: str) -> str:
        """Wait for an element and return its id."""
        return self.wait(lambda: self._find(selector), f"{selector} to appear")

    def click(self, selector: str) -> None:
        """Press an element as a person does."""
        self._ask("POST", f"element/{self.find(selector)}/click")

    def text(self) -> str:
        """Return what can be read in the page or frame that is looked at."""
        return str(self.run("return document.body ? document.body.innerText : ''"))

    def wait_for_text(self, words: str) -> str:
        """Wait until the page says it, and return all it says."""
        self.wait(lambda: words in self.text(), f"the words {words!r}")
        return self.text()

    def into_frame(self, selector: str = "iframe") -> None:
        """Look at what is inside a frame."""
        frame = self.find(selector)
        self._ask("POST", "frame", id={ELEMENT: frame})

    def out_of_frames(self) -> None:
        """Look at the whole window again."""
        self._ask("POST", "frame", id=None)

    def prefer(self, value: str) -> None:
        """Prefer a ``dark`` or a ``light`` look."""
        features = [{"name": "prefers-color-scheme", "value": value}]
        self._ask("POST", "goog/cdp/execute", cmd="Emulation.setEmulatedMedia",
                  params={"features": features})  # fmt: skip

    def picture(self, name: str) -> Path:
        """Keep a picture of the window."""
        file = self._pictures / f"{name}.png"
        file.write_bytes(base64.b64decode(self._ask("GET", "screenshot")))
        return file

    def wait(self, look: Any, what: str) -> Any:
        """Return what *look* finds, as soon as that is something."""
        ends = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < ends:
            try:
                if found := look():
                    return found
            except WebDriverError:
                pass  # the page is changing
            time.sleep(0.1)
        self.picture("failed")
        raise AssertionError(f"Waited in vain for {what} at {self.address}: {self.text()[:2000]}")

    def close(self) -> None:
        """Close the window."""
        requests.delete(self._session, timeout=30)

    def _find(self, selector: str) -> str:
        found = self._ask("POST", "element", using="css selector", value=selector)
        return str(found[ELEMENT])

    def _ask(self, method: str, path: str, **body: object) -> Any:
        answer = requests.request(
            method,
            f"{self._session}/{path}",
            json=body if method == "POST" else None,
            timeout=60,
        ).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise WebDriverError(f"{answer['error']}: {answer['message'][:300]}")
        return answer


class WebDriverError(Exception):
    """Chromium could not do it."""


def is_installed() -> bool:
    """Return whether there is a Chromium and its driver."""
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


@contextmanager
def chromium(folder: Path, pictures: Path) -> Iterator[Browser]:
    """Start a Chromium with a profile of its own, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    driver = subprocess.Popen(
        [shutil.which("chromedriver") or "chromedriver", f"--port={port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        server = f"http://127.0.0.1:{port}"
        _wait_for(server)
        options = {
            "binary": shutil.which("chromium"),
            "args": [*FLAGS, f"--user-data-dir={folder / 'profile'}"],
        }
        wanted = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}
        answer = requests.post(
            f"{server}/session", json={"capabilities": wanted}, timeout=60
        ).json()["value"]
        assert "sessionId" in answer, answer
        browser = Browser(f"{server}/session/{answer['sessionId']}", pictures)
        try:
            yield browser
        finally:
            browser.close()
    finally:
        driver.terminate()
        driver.wait(10)


def _wait_for(server: str) -> None:
    for _ in range(200):
        try:
            if requests.get(f"{server}/status", timeout=2).json()["value"]["ready"]:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("chromedriver did not start")
