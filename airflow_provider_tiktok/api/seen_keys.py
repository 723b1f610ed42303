"""Remember which keys have been seen, in about 16 bytes each."""

from __future__ import annotations

from array import array


class SeenKeys:
    """A set of hashes that only grows: an open-addressed table of 64-bit numbers.

    A Python set of a million keys takes 100 MB and more, this 16 MB. Two different keys are taken
    for one with a chance of about 1 in 10^7 at a million keys.
    """

    _MASK = (1 << 64) - 1

    def __init__(self) -> None:
        """Start empty."""
        self._slots = array("Q", bytes(8 * 1024))
        self._count = 0

    def __len__(self) -> int:
        """Return how many different keys were added."""
        return self._count

    def add(self, key: tuple[str, ...]) -> bool:
        """Add the key; return False when it was there already."""
        if 5 * self._count >= 3 * len(self._slots):
            self._grow()
        if not self._put(hash(key) & self._MASK or 1):
            return False
        self._count += 1
        return True

    def _put(self, number: int) -> bool:
        """Write the number into the slot where it belongs; return False when it is there."""
        slots = self._slots
        last = len(slots) - 1
        # The low bits of a tuple's hash are its best mixed; the table's length is a power of two.
        place = number & last
        while found := slots[place]:
            if found == number:
                return False
            place = (place + 1) & last
        slots[place] = number
        return True

    def _grow(self) -> None:
        numbers = self._slots
        self._slots = array("Q", bytes(8 * 2 * len(numbers)))
        for number in numbers:
            if number:
                self._put(number)
