"""What macros promise holds for every value, not only for those of the unit tests."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_plus

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.events.signals import ALL, HASHES_OF_NOTHING, collect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.dbt.dbt_project import DbtProject

Evaluate = "Callable[..., Any]"
AMOUNTS = st.decimals(-(10**13), 10**13, places=6)
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
# Percent signs in all states: escapes, broken ones, and bytes that are no UTF-8.
PIECES = (
    *("%41", "%c3%a9", "%C3", "%ff", "%zz", "%", "+", "a"),
    *("%E2%82%AC", "%F0%9F%98%80", "%ED%A0%80", "%00"),
)
ENCODED = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)

# E-mails as tables have them: shared by what the models and what the provider make of them.
EMAILS = {
    "plain": "alice@x.example",
    "typed": "  Alice@X.Example ",
    "line break": "alice@x.example\n",
    "tabs and separators": "\t\x1calice@x.example\r\n\x0b\x0c\x1f",
    "zero width": "\ufeffalice\u200b@x.exam\u00adple",
    "no-break space": "\u00a0alice@x.example\u3000\u2028",
    "next line": "alice@x.example\u0085",
    "full width": "\uff21lice\uff20x\uff0eexample",
    "composed": "zo\u00eb@x.example",
    "capitals": "ZO\u00cb@X.example",
    "decomposed": "zoe\u200b\u0308@x.example",
    "no dot": "alice@localhost",
    "dot at the end": "alice@x.",
    "two addresses": "alice@x.example, bob@x.example",
    "with name": "<alice@x.example>",
    "inner blank": "al ice@x.example",
    "inner break": "alice@x\n.example",
    "longest": f"{'a' * 310}@x.example",
    "too long": f"{'a' * 312}@x.example",
    "hash": "ABCDEF0123456789" * 4,
    "hash with a break": "abcdef0123456789" * 4 + "\n",
    "blank": " \n",
    "empty": "",
    "nothing": "n/a",
}
EMAIL_PIECES = (
    *("a", "B", "@", ".", ",", "x.example", "]", '"', "\\", " ", "\n", "\t", "\x1c", "\x85"),
    *("\u200b", "\ufeff", "\u00a0", "\u2028", "\uff21", "\uff20", "\ufb01", "\u0308", "\u00eb"),
)


@pytest.fixture(scope="module")
def evaluate(built_world: DbtProject) -> Iterator[Evaluate]:
    """The function that evaluates macros on values given by name."""
    with psycopg.connect(built_world.uri, autocommit=True) as connection:
        compiled: dict[str, str] = {}

        def run(expression: str, **values: Any) -> Any:
            if expression not in compiled:
                compiled[expression] = built_world.compiled(expression).replace("%", "%%")
            columns = ", ".join(
                f"cast(%({name})s as {'numeric' if not isinstance(one, str) else 'text'}) as {name}"
                for name, one in values.items()
            )
            query = f"select {compiled[expression]} from (select {columns}) as given"  # noqa: S608 - our own macros
            row = connection.execute(query, values).fetchone()  # type: ignore[arg-type]
            return row and row[0]

        yield run


def is_utf8(text: str) -> bool:
    """Return whether the bytes of an encoded text are UTF-8 that PostgreSQL keeps."""
    decoded = unquote(text, errors="surrogateescape")
    return "\x00" not in decoded and not any("\ud800" <= one <= "\udfff" for one in decoded)


@given(ENCODED | TEXTS)
def test_percent_encoding_is_undone_as_a_browser_does_it(evaluate: Evaluate, text: str) -> None:
    expected = unquote_plus(text) if is_utf8(text) else text.replace("+", " ")
    assert evaluate("{{ url_decode('value') }}", value=text) == expected


@given(ENCODED)
def test_ids_of_clicks_keep_their_plus(evaluate: Evaluate, text: str) -> None:
    expected = unquote(text) if is_utf8(text) else text
    assert evaluate("{{ url_decode('value', plus_is_blank=false) }}", value=text) == expected


@given(AMOUNTS, st.integers(1, 50))
def test_equal_shares_add_up_to_the_amount(evaluate: Evaluate, amount: Decimal, count: int) -> None:
    shares = evaluate(
        "(select array_agg({{ share_exactly('amount', 'count', 'positions.position') }}) "
        "from generate_series(1, cast(count as integer)) as positions (position))",
        amount=amount,
        count=Decimal(count),
    )
    assert sum(shares) == amount
    assert max(shares) - min(shares) <= Decimal("0.000001")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Shop.Example/path", "shop.example"),
        ("http://user:pa@ss@shop.example:8443?x=1", "shop.example"),
        ("https://shop.example#top", "shop.example"),
        ("//shop.example/", None),
        ("javascript:alert(1)", None),
        ("shop.example/path", None),
    ],
    ids=["upper case", "credentials and port", "fragment", "no scheme", "script", "no url"],
)
def test_the_host_of_a_url(evaluate: Evaluate, url: str, host: str | None) -> None:
    assert evaluate("{{ url_host('value') }}", value=url) == host


def email_of_provider(text: str) -> Any:
    """Return the hash under which the provider sends an e-mail."""
    row = {"email": text}
    user = collect(row, event_source="web", region=None, allowed=ALL, hash_location=True).user
    return user.get("email")


@pytest.mark.parametrize("text", EMAILS.values(), ids=EMAILS)
def test_people_are_linked_by_the_e_mail_that_is_sent(evaluate: Evaluate, text: str) -> None:
    assert evaluate("{{ email_hash('value') }}", value=text) == email_of_provider(text)


@given(st.lists(st.sampled_from(EMAIL_PIECES), max_size=10).map("".join))
def test_any_text_is_the_same_e_mail_to_the_models(evaluate: Evaluate, text: str) -> None:
    assert evaluate("{{ email_hash('value') }}", value=text) == email_of_provider(text)


def test_the_models_know_the_hashes_of_nothing(evaluate: Evaluate) -> None:
    known = evaluate("(select array_agg(distinct h) from ({{ hashes_of_nothing() }}) as t (h))")
    assert set(known) == HASHES_OF_NOTHING
