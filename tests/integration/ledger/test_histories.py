"""Whatever TikTok restates, in whatever order we hear it, the deltas add up to its latest number.

A history is a series of pulls of one day: complete or not, in order or not, with values that rise,
fall, vanish and come back. The ledger is compared after every pull with the rules, written down a
second time as `Rules`, over dictionaries.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_tiktok.warehouse.spend_coverage import coverage_of

# Deltas as dbt computes them, summed up again: per key the sum, the latest value, the count.
SUMMED_DELTAS = """
    with deltas as (
        select stat_time, entity_id, seq, spend, clicks, is_absent,
            spend - coalesce(lag(spend) over key_history, 0) as spend_delta,
            coalesce(clicks, 0) - coalesce(lag(clicks) over key_history, 0) as clicks_delta,
            (spend, clicks) is not distinct from (lag(spend) over key_history, lag(clicks)
                over key_history) as is_repeated
        from tiktok_raw.spend_snapshots
        where advertiser_id = %s
        window key_history as (partition by stat_time, entity_id order by seq)
    )
    select stat_time, entity_id, sum(spend_delta), sum(clicks_delta),
        (array_agg(spend order by seq desc))[1], (array_agg(clicks order by seq desc))[1],
        max(seq) = count(*), bool_or(is_repeated and seq > 1)
    from deltas group by stat_time, entity_id
"""
KEYS = [(ad_id, hour) for ad_id in ("1", "2") for hour in (8, 9)]
# 20,000 with HYPOTHESIS_PROFILE=long.
HISTORIES = max(1000, 4 * settings.default.max_examples)
_accounts = itertools.count(1)


@dataclass(frozen=True)
class Pull:
    """One reading: minute of observation, whether provably complete, spend and clicks by key."""

    minute: int
    is_complete: bool
    values: dict[tuple[str, int], tuple[Decimal, Decimal | None]]


@dataclass
class Rules:
    """The ledger's rules, one line each."""

    latest: dict[tuple[str, int], tuple[Decimal, Decimal | None]] = field(default_factory=dict)
    pulls: list[Pull] = field(default_factory=list)

    def apply(self, pull: Pull) -> None:
        """Take in one pull."""
        newer = [
            other
            for other in self.pulls
            if other.minute > pull.minute and (other.is_complete or other.values)
        ]
        self.pulls.append(pull)
        if any(other.is_complete for other in newer):
            return  # stale
        is_final = pull.is_complete and not newer
        for key, new in pull.values.items():
            known = self.latest.get(key, (None, None))
            self.latest[key] = tuple(map(self._last if is_final else self._most, new, known))
        if is_final:
            for key in self.latest.keys() - pull.values.keys():
                self.latest[key] = tuple(n if n is None else Decimal(0) for n in self.latest[key])

    @staticmethod
    def _last(new, known):
        return known if new is None else new

    @staticmethod
    def _most(new, known):
        return max((value for value in (new, known) if value is not None), default=None)


amounts = st.sampled_from(
    [Decimal(word) for word in ("0", "0.000001", "0.1", "0.30", "1.5", "2", "2.5", "99.99")]
)
counts = st.one_of(st.none(), st.integers(0, 3).map(Decimal))
known_counts = st.integers(0, 3).map(Decimal)


def pulls(clicks):
    return st.builds(
        Pull,
        minute=st.integers(0, 9),
        is_complete=st.booleans(),
        values=st.dictionaries(st.sampled_from(KEYS), st.tuples(amounts, clicks), max_size=4),
    )


def histories(clicks, most):
    """Series of pulls, no two of which were made at the same moment."""
    return st.lists(pulls(clicks), min_size=1, max_size=most, unique_by=lambda pull: pull.minute)


@pytest.fixture
def apply(ledger, row, minutes_later):
    """Load a pull into the account of the history at hand."""

    def load(pull: Pull):
        return ledger.pull(
            [
                row(ad_id, hour, spend=str(spend), clicks="-" if clicks is None else str(clicks))
                for (ad_id, hour), (spend, clicks) in pull.values.items()
            ],
            at=minutes_later(pull.minute),
            problem=None if pull.is_complete else "totals_changed",
        )

    return load


def new_account(ledger) -> None:
    ledger.advertiser_id = str(7 * 10**18 + next(_accounts))


def check_ledger(ledger, expected) -> None:
    found = {}
    for stat_time, ad_id, spends, clicks, spend, click, is_gapless, is_repeated in ledger.rows(
        SUMMED_DELTAS, ledger.advertiser_id
    ):
        assert (spends, clicks) == (spend, click or 0), "deltas do not add up"
        assert is_gapless
        assert not is_repeated
        found[ad_id, int(stat_time[11:13])] = (spend, click)
    assert found == expected


@settings(max_examples=HISTORIES)
@given(history=histories(counts, most=4))
def test_the_deltas_add_up_after_every_pull_of_any_history(ledger, apply, history):
    new_account(ledger)
    rules = Rules()
    for pull in history:
        before = dict(rules.latest)
        rules.apply(pull)
        apply(pull)
        check_ledger(ledger, rules.latest)
        if not pull.is_complete:
            assert all(rules.latest[key][0] >= value[0] for key, value in before.items())


@settings(max_examples=100)
@given(history=histories(known_counts, most=5), lots=st.randoms(use_true_random=False))
def test_the_order_in_which_pulls_arrive_does_not_matter(ledger, apply, history, lots):
    # The newest reading is a complete one, as the next hourly pull makes it.
    history.sort(key=lambda pull: pull.minute)
    history[-1] = replace(history[-1], is_complete=True)
    results = []
    for order in (history, lots.sample(history, len(history))):
        new_account(ledger)
        for pull in order:
            apply(pull)
        results.append({key: value for key, value in ledger.latest().items() if value})

    assert results[0] == results[1]


@settings(max_examples=60)
@given(history=histories(counts, most=4), lots=st.randoms(use_true_random=False))
def test_repeating_any_pull_changes_nothing(ledger, apply, history, lots):
    new_account(ledger)
    for pull in history:
        apply(pull)
    before = ledger.history()

    assert apply(lots.choice(history)).rows_changed == 0

    assert ledger.history() == before


@settings(max_examples=60)
@given(history=histories(known_counts, most=4))
def test_the_day_is_what_the_last_complete_pull_says(ledger, apply, history):
    new_account(ledger)
    for pull in history:
        apply(pull)
    last = Pull(10, is_complete=True, values=history[0].values)
    apply(last)

    total = ledger.rows(
        "select coalesce(sum(spend), 0) from (select distinct on (stat_time, entity_id) spend "
        "from tiktok_raw.spend_snapshots where advertiser_id = %s "
        "order by stat_time, entity_id, seq desc) as latest",
        ledger.advertiser_id,
    )[0][0]
    assert total == sum((spend for spend, _ in last.values.values()), Decimal(0))


@settings(max_examples=20)
@given(minutes=st.permutations(range(6)))
def test_an_older_reading_never_changes_what_a_newer_complete_one_said(
    ledger, row, minutes_later, minutes
):
    new_account(ledger)
    newest = -1
    for minute in minutes:
        result = ledger.pull([row("1", 8, spend=str(minute))], at=minutes_later(minute))
        newest = max(newest, minute)
        assert ledger.latest() == {("2026-11-02 08:00:00", "1"): Decimal(newest)}
        assert bool(result.stale_dates) == (minute < newest)


def test_a_stale_pull_is_recorded_and_ignored(ledger, row, minutes_later):
    ledger.pull([row("1", 8, spend="2")], at=minutes_later(10))

    result = ledger.pull([row("1", 8, spend="1"), row("3", 8, spend="9")], at=minutes_later(5))

    assert (result.is_complete, result.rows_read, result.rows_changed) == (True, 2, 0)
    assert len(result.stale_dates) == 1
    assert ledger.rows("select count(*) from tiktok_raw.report_pulls") == [(2,)]


def test_a_pull_that_a_failed_one_overtook_is_due_again(ledger, row, minutes_later):
    """What the newer, incomplete pull may have seen is not lowered, and the day is not read yet."""
    ledger.pull([row("1", 8, spend="5")])
    ledger.pull([row("2", 8, spend="7")], at=minutes_later(20), problem="totals_changed")

    late = ledger.pull([row("1", 8, spend="3")], at=minutes_later(10))

    assert late.stale_dates == (ledger.day,)
    assert sorted(ledger.latest().values()) == [Decimal(5), Decimal(7)]
    coverage = coverage_of(
        ledger.connection, ledger.advertiser_id, since=ledger.day, now=minutes_later(30)
    )
    assert coverage.hours == {ledger.day: minutes_later(0)}


def test_a_pull_that_failed_before_its_first_row_is_no_reason_to_wait(ledger, row, minutes_later):
    ledger.pull([row("1", 8, spend="5")])
    ledger.pull([], at=minutes_later(20), problem="totals_changed")

    late = ledger.pull([row("1", 8, spend="3")], at=minutes_later(10))

    assert late.stale_dates == ()
    assert sorted(ledger.latest().values()) == [Decimal(3)]


def test_of_several_days_only_those_are_stale_that_were_read_later(ledger, row, minutes_later):
    today, yesterday = ledger.day, ledger.day - timedelta(days=1)
    ledger.pull(
        [row("1", 0, today, spend="5")], at=minutes_later(10), time_dimension="stat_time_day"
    )

    result = ledger.pull(
        [row("1", 0, yesterday, spend="1"), row("1", 0, today, spend="1")],
        at=minutes_later(5),
        start=yesterday,
        end=today,
        time_dimension="stat_time_day",
    )

    assert result.stale_dates == (today,)
    assert sorted(ledger.latest().values()) == [Decimal(1), Decimal(5)]
