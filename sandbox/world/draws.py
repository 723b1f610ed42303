"""Numbers that look random and are a function of the seed and of what they are for.

No state: any hour of the world can be made alone, in any order and in any process, and is the same.
"""

from __future__ import annotations

from hashlib import blake2b
from struct import Struct
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Draws = tuple[int, ...]
T = TypeVar("T")

RANGE = 1 << 32
_key = Struct("<QBIII").pack
_words = Struct("<16I").unpack

# What a draw is for, so that no two subjects share their numbers.
AD, DELIVERY, CLICK, SESSIONS, SESSION, PERSON, CONTACT, ORDER, LEAD = range(9)


def draw(seed: int, subject: int, a: int, b: int = 0, c: int = 0) -> Draws:
    """Return 16 whole numbers, each evenly spread over 0 to 2**32 - 1.

    :param subject: one of this module's subjects; `a` to `c` number the thing within it.
    """
    return _words(blake2b(_key(seed, subject, a, b, c)).digest())


def chance(number: int, share: float) -> bool:
    """Return whether a draw falls into `share` (0 to 1) of all draws."""
    return number < share * RANGE


def below(number: int, limit: int) -> int:
    """Return a draw scaled to 0 to `limit` - 1."""
    return number * limit >> 32


def one_of(number: int, choices: Sequence[T]) -> T:
    """Return the choice that a draw falls on."""
    return choices[number * len(choices) >> 32]
