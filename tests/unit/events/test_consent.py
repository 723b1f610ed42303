"""What consent allows: three states, two policies, limited data use and three sources."""

from __future__ import annotations

import pytest

from airflow_provider_tiktok.events.consent import ConsentPolicy, ConsentState, decide, read_state
from airflow_provider_tiktok.events.signals import ALL, PRESETS

MINIMAL, STRICT = ConsentPolicy.MINIMAL, ConsentPolicy.STRICT
GRANTED, DENIED, UNKNOWN = ConsentState.GRANTED, ConsentState.DENIED, ConsentState.UNKNOWN
IP = frozenset({"ip"})

# state, policy, limited data use, source -> allowed, the flag travels, why nothing leaves
TRUTH = [
    (GRANTED, MINIMAL, False, "web", ALL, False, None),
    (GRANTED, MINIMAL, True, "web", ALL, True, None),
    (GRANTED, STRICT, False, "web", ALL, False, None),
    (GRANTED, STRICT, True, "web", ALL, True, None),
    (DENIED, MINIMAL, False, "web", IP, False, None),
    (DENIED, MINIMAL, True, "web", IP, True, None),
    (DENIED, STRICT, False, "web", IP, False, "consent_denied"),
    (DENIED, STRICT, True, "web", IP, True, "consent_denied"),
    (UNKNOWN, MINIMAL, False, "web", IP, False, None),
    (UNKNOWN, MINIMAL, True, "web", IP, True, None),
    (UNKNOWN, STRICT, False, "web", IP, False, "consent_unknown"),
    (UNKNOWN, STRICT, True, "web", IP, True, "consent_unknown"),
    (GRANTED, MINIMAL, False, "crm", ALL, False, None),
    (GRANTED, MINIMAL, True, "crm", IP, False, None),
    (GRANTED, STRICT, True, "crm", IP, False, "limited_data_use"),
    (GRANTED, MINIMAL, True, "offline", IP, False, None),
    (GRANTED, STRICT, True, "offline", IP, False, "limited_data_use"),
    (DENIED, STRICT, True, "offline", IP, False, "consent_denied"),
]


@pytest.mark.parametrize("row", TRUTH, ids=lambda row: "-".join(map(str, row[:4])))
def test_consent_decides_what_may_leave(
    row: tuple[ConsentState, ConsentPolicy, bool, str, frozenset[str], bool, str | None],
) -> None:
    state, policy, limited, source, *expected = row
    decision = decide(state, policy, limited_data_use=limited, event_source=source)
    found = [decision.allowed, decision.limited_data_use, decision.suppressed]
    assert found == expected


def test_the_list_of_signals_holds_with_consent_and_without() -> None:
    no_pii = PRESETS["no_pii"]
    for state, expected in ((GRANTED, no_pii), (DENIED, frozenset())):
        decision = decide(
            state, MINIMAL, limited_data_use=False, event_source="web", allowed=no_pii
        )
        assert decision.allowed == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("granted", GRANTED),
        (" Granted ", GRANTED),
        ("DENIED", DENIED),
        (None, UNKNOWN),
        ("", UNKNOWN),
        ("maybe", UNKNOWN),
        ("1", UNKNOWN),
        ("0", UNKNOWN),
        (True, UNKNOWN),
        ('{"ad": "granted"}', UNKNOWN),
        (["granted"], UNKNOWN),
    ],
)
def test_what_is_not_clearly_granted_or_denied_is_unknown(
    value: object, expected: ConsentState
) -> None:
    assert read_state(value) is expected
