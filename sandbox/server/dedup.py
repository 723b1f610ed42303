"""TikTok's deduplication of events.

TikTok help, "About event deduplication": the key is event source id, event name and event id. A
second event with the key received within 48 hours of the first is discarded; within the first
5 minutes its missing fields are merged into the first instead. After 48 hours it counts again.
Without an event id, TikTok matches source, event and `_ttp` for 5 minutes and drops only events
that came over the API.
"""

from __future__ import annotations

MERGE_SECONDS = 5 * 60
WINDOW_SECONDS = 48 * 3600

COUNTED, MERGED, DISCARDED, TEST = "counted", "merged", "discarded", "test"
Key = tuple[str, str, str]


class Dedup:
    """Decides what becomes of an event, from what was received before. Times are Unix seconds."""

    def __init__(self) -> None:
        self._first: dict[Key, tuple[float, int]] = {}
        self._visits: dict[Key, float] = {}

    def decide(self, key: Key, seq: int, now: float) -> tuple[str, int]:
        """Return the decision on an event with an id, and the number of the event it repeats."""
        first = self._first.get(key)
        if first is None or now - first[0] >= WINDOW_SECONDS:
            self._first[key] = (now, seq)
            return COUNTED, seq
        return (MERGED if now - first[0] <= MERGE_SECONDS else DISCARDED), first[1]

    def decide_without_id(self, key: Key, channel: str, now: float) -> str:
        """Return the decision on an event without an id; the key ends in `_ttp`."""
        last = self._visits.get(key)
        if channel == "server" and last is not None and now - last <= MERGE_SECONDS:
            return DISCARDED
        self._visits[key] = now
        return COUNTED

    def clear(self) -> None:
        """Forget every event."""
        self._first.clear()
        self._visits.clear()


def merged(first: dict[str, object], later: dict[str, object]) -> dict[str, object]:
    """Return `first` with what it lacks taken from `later`, objects member by member."""
    result = dict(first)
    for name, value in later.items():
        mine = result.get(name)
        if mine is None:
            result[name] = value
        elif isinstance(mine, dict) and isinstance(value, dict):
            result[name] = merged(mine, value)
    return result
