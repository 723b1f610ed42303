"""airflow tiktok connect: the same authorisation from a terminal."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import psycopg
import pytest
from airflow.cli.cli_parser import get_parser
from cryptography.fernet import Fernet

from airflow_provider_tiktok.warehouse.tokens import TokenStore

from .conftest import approve

if TYPE_CHECKING:
    from tests.dags.conftest import Stage

    from .conftest import Person

pytestmark = pytest.mark.usefixtures("keys")


class Terminal(io.StringIO):
    """A person who reads the address that was printed, approves, and pastes what came back."""

    def __init__(self, capfd: pytest.CaptureFixture[str], take: str, agrees: str = "y") -> None:
        super().__init__()
        self.said = ""
        self.back = ""
        self._capfd = capfd
        self._take = take
        self._answers = iter(["paste", agrees])

    def readline(self, *_: object) -> str:
        self.said += self._capfd.readouterr().out
        answer = next(self._answers)
        if answer != "paste":
            return f"{answer}\n"
        found = re.search(r"http\S+/portal/auth\S+", self.said)
        assert found
        self.back = approve(found[0])
        return {
            "address": self.back,
            "code": self.back.split("auth_code=")[1].split("&")[0],
            "forged": self.back.replace("state=", "state=A"),
            "nothing": "",
            "elsewhere": "https://evil.test/?x=1",
        }[self._take] + "\n"


def run(monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> str:
    """Run the command and return what it ends with."""
    monkeypatch.setattr("sys.stdin", terminal)
    arguments = get_parser().parse_args(["tiktok", "connect"])
    try:
        arguments.func(arguments)
    except SystemExit as ended:
        return str(ended.code)
    return ""


@pytest.mark.parametrize("take", ["address", "code"])
def test_what_was_pasted_connects(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    take: str,
) -> None:
    terminal = Terminal(capfd, take)
    assert run(monkeypatch, terminal) == ""
    said = terminal.said + capfd.readouterr().out
    assert "7000000000000000002  Northwind India  Asia/Kolkata  INR" in said
    assert "pixel CIN00000000000000001" in said
    assert "Connected. The next hourly run" in said
    ((status, by),) = stage.rows("select status, updated_by from tiktok_ops.oauth_tokens")
    assert (status, by.split(":")[0]) == ("active", "terminal")


@pytest.mark.parametrize(
    ("take", "sentence"),
    [
        ("forged", "Begin again"),
        ("nothing", "Nothing was pasted"),
        ("elsewhere", "not the address to which TikTok sent the browser"),
        ("address", "1"),  # and then the answer is no
    ],
    ids=["forged state", "nothing", "another address", "no"],
)
def test_nothing_else_does(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    take: str,
    sentence: str,
) -> None:
    assert sentence in run(monkeypatch, Terminal(capfd, take, agrees="n"))
    assert stage.rows("select 1 from tiktok_ops.oauth_tokens") == []


def test_keys_are_rotated_by_a_command(
    stage: Stage,
    keys: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    run(monkeypatch, Terminal(capfd, "address"))
    new = Fernet.generate_key().decode()
    stage.environment.setenv("AIRFLOW__TIKTOK__TOKEN_KEYS", f"{new},{keys[0]}")
    arguments = get_parser().parse_args(["tiktok", "rotate-keys"])
    arguments.func(arguments)
    assert "1 tokens had another key" in capfd.readouterr().out
    with psycopg.connect(stage.warehouse_uri, autocommit=True) as connection:
        assert TokenStore(connection, [new]).read("tiktok_default").version == 1


def test_the_page_says_what_to_do_with_the_address_of_a_terminal(
    admin: Person, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(capfd, "nothing")
    run(monkeypatch, terminal)
    answer = admin.get(terminal.back.removeprefix("https://airflow.test"))
    assert answer.status_code == 400
    assert "pastes the address of this page there" in answer.text
