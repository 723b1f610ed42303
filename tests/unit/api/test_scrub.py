"""No form of a secret survives, wherever it stands."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.api.scrub import HIDDEN, scrub

SECRET = 'tok/en+with "quotes"\\ and=ümlaut&more'  # noqa: S105 - planted to be found
secrets = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=8, max_size=40)
around = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)


def forms(secret: str) -> list[str]:
    return [
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        quote(quote(secret, safe=""), safe=""),
    ]


@pytest.mark.parametrize("form", forms(SECRET))
def test_a_secret_is_hidden_in_every_form(form: str) -> None:
    assert scrub(f"before {form} after", [SECRET]) == f"before {HIDDEN} after"


@given(secret=secrets, before=around, after=around)
def test_no_form_of_any_secret_survives(secret: str, before: str, after: str) -> None:
    for form in forms(secret):
        assert form not in scrub(before + form + after, [secret])


@given(secret=secrets, before=st.binary(max_size=7), after=st.binary(max_size=7))
def test_base64_is_found_at_any_offset(secret: str, before: bytes, after: bytes) -> None:
    whole = before + secret.encode() + after
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        left = scrub(encode(whole).decode(), [secret])
        assert HIDDEN in left
        # What is left around the hidden part is at most the bytes before and after, plus borders.
        assert len(left.replace(HIDDEN, "")) <= 4 * (len(before) + len(after)) / 3 + 12


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Batch.0.user.email: bad ada@example.com.", f"Batch.0.user.email: bad {HIDDEN}."),
        ("phone +1 (213) 373-4253 is bad", f"phone {HIDDEN} is bad"),
        ("phone +12133734253", f"phone {HIDDEN}"),
        ("No permission to operate advertiser: 7000000000000000009", None),
        ("Batch.3.properties.contents.0.content_id: Not a valid string", None),
        ("Invalid metric fields: ['voucher_spend', 'cash_spend']. ", None),
        ("pixel code: BU35TSQHT2A1QT375OMG. You must be an admin", None),
    ],
)
def test_personal_data_is_hidden_and_ids_are_kept(text: str, expected: str | None) -> None:
    assert scrub(text, []) == (text if expected is None else expected)


def test_a_longer_secret_is_hidden_before_one_that_it_holds() -> None:
    assert scrub("x token-and-more y", ["token", "token-and-more"]) == f"x {HIDDEN} y"


def test_an_empty_or_short_secret_hides_nothing() -> None:
    assert scrub("a message", ["", "a", "mes"]) == "a message"
