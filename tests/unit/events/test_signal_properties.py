"""What holds for every value of a signal, whatever it is decorated with."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given, reject
from hypothesis import strategies as st

from airflow_provider_tiktok.events import normalise
from airflow_provider_tiktok.events.normalise import InvalidValueError, clean, is_empty_like
from airflow_provider_tiktok.events.signals import (
    ALL,
    HASHES_OF_NOTHING,
    SIGNALS,
    Hash,
    Signal,
    collect,
    sha256,
)

LOCAL = st.text("abcdefghijklmnopqrstuvwxyz0123456789._+-", min_size=1, max_size=20)
ADDRESSES = st.builds("{}@{}.example".format, LOCAL, LOCAL)
BLANKS = st.text(" \t\n\u00a0\u200b\ufeff", max_size=4)
US_NUMBERS = st.integers(2_002_000_000, 9_899_999_999).map(str)
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.decimals(), st.text(),
    st.lists(st.one_of(st.none(), st.text(), st.integers()), max_size=4),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)  # fmt: skip


def _send(name: str, value: Any) -> dict[str, str | list[str]]:
    found = collect({name: value}, event_source="web", region="US", allowed=ALL, hash_location=True)
    return found.user


@given(ADDRESSES, BLANKS, BLANKS, st.data())
def test_an_address_has_one_hash_however_it_is_written(
    address: str, before: str, after: str, data: st.DataObject
) -> None:
    letters = [data.draw(st.sampled_from([letter, letter.upper()])) for letter in address]
    assert _send("email", f"{before}{''.join(letters)}{after}") == _send("email", address)


@given(US_NUMBERS, st.sampled_from(["", "+1", "1", "001", "+1 ", "(+1)"]), st.data())
def test_a_number_has_one_hash_however_it_is_written(
    number: str, prefix: str, data: st.DataObject
) -> None:
    marks = [data.draw(st.sampled_from(["", " ", "-", "."])) for _ in range(3)]
    parts = [number[:3], number[3:6], number[6:8], number[8:]]
    written = "".join(part + mark for part, mark in zip(parts, [*marks, ""], strict=True))
    assert _send("phone", prefix + written) == _send("phone", f"+1{number}")


@given(st.sampled_from(SIGNALS), st.text())
def test_normalising_twice_is_normalising_once(signal: Signal, text: str) -> None:
    try:
        once = signal.normalise(clean(text), "US")
    except InvalidValueError:
        reject()
    assert signal.normalise(clean(once), "US") == once


@given(st.sampled_from(SIGNALS), ANYTHING)
def test_nothing_leaves_that_is_empty_or_the_hash_of_nothing(signal: Signal, value: Any) -> None:
    user = _send(signal.name, value)
    for sent in user.values():
        values = sent if isinstance(sent, list) else [sent]
        assert values
        assert all(text and not is_empty_like(text) for text in values)
        assert not HASHES_OF_NOTHING.intersection(values)
        if signal.hash is not Hash.NEVER:
            assert all(len(text) == 64 and text == text.lower() for text in values)


@given(st.sampled_from(sorted(ALL)), ANYTHING)
def test_a_reason_never_holds_the_value(name: str, value: Any) -> None:
    found = collect({name: value}, event_source="web", region=None, allowed=ALL, hash_location=True)
    words = {"empty", "invalid", "private", "no_country"}
    assert set(found.withheld.values()) <= words


@given(st.text("0123456789abcdefABCDEF", min_size=64, max_size=64))
def test_a_hash_is_never_hashed_again(digest: str) -> None:
    assume(digest.lower() not in HASHES_OF_NOTHING)
    assert _send("email", digest) == {"email": digest.lower()}


def test_the_hashes_of_nothing_hold_the_one_of_the_empty_text() -> None:
    assert sha256("") in HASHES_OF_NOTHING
    assert all(sha256(text) in HASHES_OF_NOTHING for text in normalise.EMPTY_LIKE)
