"""Faults by script: which request gets which fault, by endpoint, event, number or chance."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.server.fault_kinds import KINDS, Kind, Occasion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

FOR_EVER = 1 << 60
AREAS = ("accounts", "reports", "events", "token")
FIELDS = frozenset(
    {
        "kind",
        "script",
        "endpoint",
        "event_ids",
        "advertiser_id",
        "request_numbers",
        "after",
        "probability",
        "seed",
        "times",
        "for_seconds",
        "processed",
        "options",
    }
)
MAINTENANCE_SECONDS = 1800


@dataclass
class Rule:
    """One line of the script. What is not set does not narrow it."""

    kinds: tuple[str, ...]  # in turn; "ok" lets a request through
    scripted: bool
    endpoint: str = "*"
    event_ids: frozenset[str] = frozenset()
    advertiser_id: str | None = None
    request_numbers: frozenset[int] = frozenset()
    after: int = 0
    probability: float = 1.0
    times: int = FOR_EVER
    for_seconds: float | None = None
    processed: bool | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    random: random.Random = field(default_factory=lambda: random.Random(1))
    seen: int = 0
    hits: int = 0
    first_hit_at: datetime | None = None

    def matches(self, path: str, area: str) -> bool:
        """Return whether the rule speaks of this endpoint and is not used up."""
        return self.hits < self.times and self.endpoint in {"*", path, area}

    def strike(self, now: datetime) -> str | None:
        """Count one request that the rule speaks of; return the kind it gets, if any."""
        self.seen += 1
        if self.scripted:
            kind = self.kinds[self.hits]
            self.hits += 1
            return None if kind == "ok" else kind
        if self.first_hit_at is not None and self.for_seconds is not None:
            if (now - self.first_hit_at).total_seconds() >= self.for_seconds:
                self.times = self.hits
                return None
        elif (
            self.seen <= self.after
            or (self.request_numbers and self.seen not in self.request_numbers)
            or self.random.random() >= self.probability
        ):
            return None
        self.first_hit_at = self.first_hit_at or now
        self.hits += 1
        return self.kinds[0]

    def described(self) -> dict[str, object]:
        """Return the rule as JSON, with what it has done so far."""
        left = None if self.times >= FOR_EVER else self.times - self.hits
        return {
            "kinds": list(self.kinds),
            "endpoint": self.endpoint,
            "event_ids": sorted(self.event_ids),
            "advertiser_id": self.advertiser_id,
            "request_numbers": sorted(self.request_numbers),
            "after": self.after,
            "probability": self.probability,
            "for_seconds": self.for_seconds,
            "processed": self.processed,
            "options": dict(self.options),
            "seen": self.seen,
            "hits": self.hits,
            "left": left,
        }


def read_rule(spec: Mapping[str, Any]) -> Rule:
    """Return the rule that a JSON object describes; raise ValueError saying what is wrong."""
    unknown = set(spec) - FIELDS
    if unknown:
        raise ValueError(f"unknown field {min(unknown)} in a fault rule")
    kinds = tuple(spec.get("script") or [spec.get("kind")])
    for kind in kinds:
        if kind not in KINDS and not (kind == "ok" and "script" in spec):
            raise ValueError(f"unknown fault kind {kind}; GET /control/faults lists them")
    lasting = spec.get("for_seconds", MAINTENANCE_SECONDS if kinds == ("A14",) else None)
    return Rule(
        kinds=kinds,
        scripted="script" in spec,
        endpoint=str(spec.get("endpoint", "*")),
        event_ids=frozenset(spec.get("event_ids", ())),
        advertiser_id=spec.get("advertiser_id"),
        request_numbers=frozenset(spec.get("request_numbers", ())),
        after=int(spec.get("after", 0)),
        probability=float(spec.get("probability", 1.0)),
        times=len(kinds) if "script" in spec else int(spec.get("times", FOR_EVER)),
        for_seconds=lasting,
        processed=spec.get("processed"),
        options=spec.get("options", {}),
        random=random.Random(spec.get("seed", 1)),
    )


@dataclass(frozen=True)
class Strike:
    """A fault that has chosen a request."""

    kind: Kind
    rule: Rule
    hit: int
    event_position: int = 0

    @property
    def processed(self) -> bool:
        """Whether the sandbox does the work before the fault strikes."""
        return self.kind.processed if self.rule.processed is None else self.rule.processed

    def occasion(self, request_id: str, now: datetime) -> Occasion:
        """Return what the fault may know when it answers."""
        return Occasion(self.rule.options, self.hit, request_id, now, self.event_position)


class FaultBook:
    """The rules in force. The first one that strikes decides about a request."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.struck: dict[str, int] = {}

    def add(self, specs: Sequence[Mapping[str, Any]]) -> None:
        """Append rules; none is added if one is wrong."""
        self.rules.extend([read_rule(spec) for spec in specs])

    def choose(
        self,
        path: str,
        area: str,
        now: datetime,
        *,
        advertiser_id: Callable[[], str | None],
        event_ids: Callable[[], Sequence[str]],
    ) -> Strike | None:
        """Return the fault that this request gets, or None. The callables are asked if needed."""
        for rule in self.rules:
            if not rule.matches(path, area) or _before_body(rule):
                continue
            if rule.advertiser_id is not None and rule.advertiser_id != advertiser_id():
                continue
            position = 0
            if rule.event_ids:
                ids = event_ids()
                position = next((i for i, one in enumerate(ids) if one in rule.event_ids), -1)
                if position < 0:
                    continue
            strike = self._strike(rule, now, position)
            if strike is not None:
                return strike
        return None

    def choose_before_body(self, path: str, area: str, now: datetime) -> Strike | None:
        """Return a reset that this request gets before its body is read, or None."""
        for rule in self.rules:
            if _before_body(rule) and rule.matches(path, area):
                strike = self._strike(rule, now, 0)
                if strike is not None:
                    return strike
        return None

    def _strike(self, rule: Rule, now: datetime, position: int) -> Strike | None:
        kind = rule.strike(now)
        if kind is None:
            return None
        self.struck[kind] = self.struck.get(kind, 0) + 1
        before = rule.kinds[: rule.hits - 1].count(kind) if rule.scripted else rule.hits - 1
        return Strike(KINDS[kind], rule, before, position)

    def clear(self) -> None:
        """Drop every rule and count."""
        self.rules.clear()
        self.struck.clear()


def _before_body(rule: Rule) -> bool:
    narrowed = rule.event_ids or rule.advertiser_id
    return rule.kinds == ("T05",) and not rule.scripted and not narrowed


def storm(seed: int = 1) -> list[dict[str, Any]]:
    """Return the rules of bad weather: about one request in five goes wrong, as on a bad day.

    Everything in it can be survived without a person: no revoked token, no lost permission.
    """
    chances = {
        "T05": 0.02,
        "T06": 0.02,
        "T07": 0.01,
        "T09": 0.01,
        "A01": 0.02,
        "A02": 0.02,
        "A03": 0.01,
        "A04": 0.01,
        "A05": 0.02,
        "A06": 0.02,
        "A07": 0.02,
        "A13": 0.03,
        "A15": 0.01,
        "A16": 0.005,
    }
    rules: list[dict[str, Any]] = [
        {"kind": kind, "probability": chance, "seed": seed * 1_000 + number}
        for number, (kind, chance) in enumerate(chances.items())
    ]
    rules.append({"kind": "A18", "endpoint": "reports", "probability": 0.02, "seed": seed})
    rules.append({"kind": "T08", "probability": 0.002, "seed": seed, "times": 3})
    return rules
