"""The append-only log of every event the sandbox accepted, written before the answer leaves.

A batch is one record. The file, where one is named, has one JSON object per line and is flushed
line by line; a line that a kill cut short is dropped when the file is read again, because its
answer never left.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# A batch that repeats events is compared with the batches that brought them first.
PARSED_BATCHES = 8


@dataclass(slots=True)
class Batch:
    """Events that one request brought and the sandbox accepted."""

    first_seq: int
    request_id: str
    received_at: float  # virtual Unix seconds
    channel: str  # server, or browser for what the control endpoint injects
    event_source: str
    event_source_id: str
    test_event_code: str | None
    fault: str | None  # fault kind that struck the request after its events were accepted
    keys: list[tuple[str, str | None, int]]  # event, event_id, event_time
    decisions: list[str]  # counted, merged, discarded or test
    items: bytes | None  # the events as they came, a JSON array
    answered: bool | None = None
    merged: dict[int, dict[str, Any]] = field(default_factory=dict)
    ttps: list[str | None] | None = None  # for events without an id

    def entries(self) -> Iterator[dict[str, Any]]:
        """Return one dictionary per event."""
        items = orjson.loads(self.items) if self.items is not None else None
        for position, (event, event_id, event_time) in enumerate(self.keys):
            yield {
                "seq": self.first_seq + position,
                "request_id": self.request_id,
                "received_at": datetime.fromtimestamp(self.received_at, UTC).isoformat(),
                "channel": self.channel,
                "event_source": self.event_source,
                "event_source_id": self.event_source_id,
                "test_event_code": self.test_event_code,
                "event": event,
                "event_id": event_id,
                "event_time": event_time,
                "decision": self.decisions[position],
                "answered": self.answered,
                "fault": self.fault,
                "payload": self.merged.get(position, items[position] if items else None),
            }


def _first_seq(batch: Batch) -> int:
    return batch.first_seq


class TruthLog:
    """Accepted events, in memory and optionally in a file as well."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._batches: list[Batch] = []
        self._by_request: dict[str, Batch] = {}
        self._count = 0
        self._file = None
        self._parsed: OrderedDict[int, list[dict[str, Any]]] = OrderedDict()
        if path is not None:
            self._read(path)
            self._file = path.open("ab", buffering=0)

    def __len__(self) -> int:
        return self._count

    @property
    def next_seq(self) -> int:
        """Sequence number that the next accepted event will have, from 1."""
        return self._count + 1

    def append(self, batch: Batch) -> None:
        """Remember a batch; when this returns, it is in the file."""
        self._remember(batch)
        if self._file is not None:
            record = {
                "kind": "events",
                "request_id": batch.request_id,
                "received_at": batch.received_at,
                "channel": batch.channel,
                "event_source": batch.event_source,
                "event_source_id": batch.event_source_id,
                "test_event_code": batch.test_event_code,
                "fault": batch.fault,
                "keys": batch.keys,
                "decisions": batch.decisions,
                "items": None if batch.items is None else orjson.Fragment(batch.items),
            }
            self._file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))

    def answered(self, request_id: str, *, sent: bool) -> None:
        """Note whether the answer to a request that brought events left whole."""
        batch = self._by_request.pop(request_id, None)
        if batch is None:
            return
        batch.answered = sent
        if self._file is not None:
            record = {"kind": "answer", "request_id": request_id, "sent": sent}
            self._file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))

    def batches(self) -> Sequence[Batch]:
        """Return every batch, oldest first."""
        return self._batches

    def entries(self, *, after: int = 0) -> Iterator[dict[str, Any]]:
        """Return the events with a sequence number above `after`, oldest first."""
        for batch in self._batches:
            if batch.first_seq + len(batch.keys) > after + 1:
                yield from (entry for entry in batch.entries() if entry["seq"] > after)

    def find(self, seq: int) -> tuple[Batch, int]:
        """Return the batch that holds an event, and its place in it."""
        batch = self._batches[bisect_right(self._batches, seq, key=_first_seq) - 1]
        return batch, seq - batch.first_seq

    def payloads(self, batch: Batch) -> list[dict[str, Any]]:
        """Return a batch's events as they came; empty where payloads are not kept."""
        if batch.items is None:
            return []
        parsed = self._parsed.get(batch.first_seq)
        if parsed is None:
            parsed = self._parsed[batch.first_seq] = orjson.loads(batch.items)
            if len(self._parsed) > PARSED_BATCHES:
                self._parsed.popitem(last=False)
        return parsed

    def payload(self, batch: Batch, position: int) -> dict[str, Any] | None:
        """Return one event with what was merged into it, None where payloads are not kept."""
        if batch.items is None:
            return None
        return batch.merged.get(position) or self.payloads(batch)[position]

    def clear(self) -> None:
        """Forget everything; a file is emptied."""
        self._batches.clear()
        self._parsed.clear()
        self._by_request.clear()
        self._count = 0
        if self._file is not None:
            self._file.truncate(0)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _remember(self, batch: Batch) -> None:
        self._batches.append(batch)
        self._by_request[batch.request_id] = batch
        self._count += len(batch.keys)

    def _read(self, path: Path) -> None:
        if not path.exists():
            return
        whole = 0
        with path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                self._replay(orjson.loads(line))
        with path.open("r+b") as file:
            file.truncate(whole)

    def _replay(self, record: dict[str, Any]) -> None:
        if record.pop("kind") == "answer":
            batch = self._by_request.pop(record["request_id"], None)
            if batch is not None:
                batch.answered = record["sent"]
            return
        items = record.pop("items")
        keys = [tuple(key) for key in record.pop("keys")]
        raw = None if items is None else orjson.dumps(items)
        self._remember(Batch(first_seq=self.next_seq, keys=keys, items=raw, **record))
