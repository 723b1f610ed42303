"""A key that came before is noticed, at a small price per key."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.api.seen_keys import SeenKeys

keys = st.tuples(st.text(max_size=3), st.text(max_size=3))


@given(added=st.lists(keys))
def test_it_answers_as_a_set_does(added: list[tuple[str, str]]) -> None:
    seen, reference = SeenKeys(), set()
    for key in added:
        assert seen.add(key) is (key not in reference)
        reference.add(key)
    assert len(seen) == len(reference)


def test_a_hundred_thousand_keys_are_told_apart_in_16_bytes_each() -> None:
    seen = SeenKeys()
    keys = [(f"2026-10-31 {number % 24:02}:00:00", str(10**18 + number)) for number in range(10**5)]
    assert all(seen.add(key) for key in keys)
    assert not any(seen.add(key) for key in keys)
    assert sys.getsizeof(seen._slots) <= 2.7 * 10**6
