"""What TikTok would report of the world, at any time of asking."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.world import SITES, World
from sandbox.world.delivery import Fate
from sandbox.world.report import SETTLES_WITHIN, SPEND_SETTLED

if TYPE_CHECKING:
    from sandbox.world import Cell

US, INDIA, EUROPE = (site.advertiser_id for site in SITES)
HOUR = timedelta(hours=1)
EVER = {"start_date": date(2026, 10, 1), "end_date": date(2026, 12, 31)}
WORLD = World(seed=1)
Key = tuple[str, datetime]


def cells(world: World, advertiser_id: str, at: datetime, dst: str = "twice") -> dict[Key, Cell]:
    found = world.report_cells(advertiser_id, **EVER, at=at, dst=dst)  # type: ignore[arg-type]
    return {(cell.ad_id, cell.utc_hour): cell for cell in found}


def final(world: World, advertiser_id: str) -> dict[Key, Cell]:
    return cells(world, advertiser_id, world.end + SETTLES_WITHIN)


@pytest.mark.parametrize("advertiser_id", [US, INDIA, EUROPE])
def test_an_hour_shows_half_an_hour_after_it_began_and_not_before(advertiser_id: str) -> None:
    hour = next(iter(final(WORLD, advertiser_id).values())).utc_hour + 5 * HOUR
    early = cells(WORLD, advertiser_id, hour + timedelta(minutes=29))
    late = cells(WORLD, advertiser_id, hour + timedelta(minutes=30))
    assert max(cell.utc_hour for cell in early.values()) == hour - HOUR
    assert max(cell.utc_hour for cell in late.values()) == hour


def test_a_running_hour_grows_and_never_shrinks() -> None:
    hour = WORLD.start + 20 * HOUR
    totals = []
    for minutes in range(30, 81, 10):
        shown = cells(WORLD, US, hour + timedelta(minutes=minutes))
        mine = [cell for cell in shown.values() if cell.utc_hour == hour]
        totals.append((sum(cell.spend for cell in mine), sum(cell.impressions for cell in mine)))
    assert totals == sorted(totals)
    assert totals[0][0] * 3 < totals[-1][0]


def test_spend_is_restated_up_and_down_and_settles_within_a_week() -> None:
    settled = final(WORLD, US)
    ups, downs = 0, 0
    at_end = cells(WORLD, US, WORLD.end)
    for key, cell in at_end.items():
        last = settled[key].spend if key in settled else Decimal(0)
        whole = cell.utc_hour + HOUR + timedelta(minutes=20) <= WORLD.end
        ups += whole and last > cell.spend
        downs += last < cell.spend
    assert ups > 5
    assert downs > 5
    week = cells(WORLD, US, WORLD.end + SPEND_SETTLED)
    assert {key: cell.spend for key, cell in week.items()} == {
        key: cell.spend for key, cell in settled.items()
    }


@pytest.mark.parametrize("seed", [1, 2, 99])
@pytest.mark.parametrize("size", [0.05, 1])
def test_one_hour_of_each_advertiser_becomes_zero_and_one_disappears(
    seed: int, size: float
) -> None:
    world = World(seed=seed, size=size)
    assert Counter(one.fate for one in world.taken_back) == {Fate.ZEROED: 3, Fate.REMOVED: 3}
    before = {**cells(world, US, world.start + 12 * HOUR)}
    before |= cells(world, INDIA, world.start + 12 * HOUR)
    before |= cells(world, EUROPE, world.start + 12 * HOUR)
    after = {**cells(world, US, world.end), **cells(world, INDIA, world.end)}
    after |= cells(world, EUROPE, world.end)
    for one in world.taken_back:
        key = (one.ad_id, one.utc_hour)
        assert before[key].spend > 0
        if one.fate is Fate.REMOVED:
            assert key not in after
        else:
            assert (after[key].spend, after[key].clicks, after[key].impressions) == (0, 0, 0)


def test_conversions_are_dated_to_their_click_and_come_in_up_to_the_end_of_the_window() -> None:
    moments = [WORLD.end + timedelta(days=days) for days in (0, 2, 8, 14, 21, 29)]
    counts = [
        sum(cell.complete_payment for cell in cells(WORLD, INDIA, moment).values())
        for moment in moments
    ]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
    longest = {one.click_attribution_window for one in WORLD.ad_groups}
    assert "TWENTY_EIGHT_DAYS" in longest
    settled = cells(WORLD, INDIA, WORLD.end + SETTLES_WITHIN)
    assert settled == cells(WORLD, INDIA, WORLD.end + timedelta(days=400))


@given(
    minutes=st.lists(st.integers(0, 72 * 60 + 45 * 24 * 60), min_size=1, max_size=4),
    advertiser_id=st.sampled_from([US, INDIA, EUROPE]),
)
def test_deltas_between_any_two_pulls_add_up_to_the_last_value(
    minutes: list[int], advertiser_id: str
) -> None:
    world = World(ads_per_advertiser=6)
    moments = [world.start + timedelta(minutes=one) for one in sorted(minutes)]
    pulls = [cells(world, advertiser_id, moment) for moment in moments]
    pulls.append(final(world, advertiser_id))
    deltas: dict[Key, Decimal] = defaultdict(Decimal)
    for before, after in pairwise([{}, *pulls]):
        for key in before.keys() | after.keys():
            old, new = (one[key].spend if key in one else Decimal(0) for one in (before, after))
            deltas[key] += new - old
    expected = {key: cell.spend for key, cell in pulls[-1].items() if cell.spend}
    assert {key: spend for key, spend in deltas.items() if spend} == expected


def test_the_same_question_has_the_same_answer_whatever_was_asked_before() -> None:
    at = WORLD.start + 30 * HOUR
    one, other = World(seed=1), World(seed=1)
    list(other.user_rows(since=other.start, until=other.end))
    cells(other, US, other.end)
    assert cells(one, US, at) == cells(other, US, at)
    assert cells(World(seed=2), US, at) != cells(one, US, at)


def test_days_asked_alone_are_the_same_as_days_asked_together() -> None:
    together = list(WORLD.report_cells(US, **EVER, at=WORLD.end))
    days = sorted({date.fromisoformat(cell.stat_time_hour[:10]) for cell in together})
    alone = [
        cell
        for day in days
        for cell in WORLD.report_cells(US, start_date=day, end_date=day, at=WORLD.end)
    ]
    assert sorted(alone) == sorted(together)


def test_a_longer_world_begins_as_a_shorter_one_does() -> None:
    longer = World(days=5)
    at = WORLD.start + 40 * HOUR
    for advertiser_id in (US, INDIA, EUROPE):
        assert cells(longer, advertiser_id, at) == cells(WORLD, advertiser_id, at)


@pytest.mark.parametrize(
    ("dst", "rows", "hours"),
    [
        ("merged", 1, ["05:00"]),
        ("twice", 2, ["05:00", "06:00"]),
        ("missing", 1, ["05:00"]),
    ],
)
def test_the_repeated_hour_comes_in_three_ways(dst: str, rows: int, hours: list[str]) -> None:
    day = date(2026, 11, 1)
    found = [
        cell
        for cell in WORLD.report_cells(
            US,
            start_date=day,
            end_date=day,
            at=WORLD.end,
            dst=dst,  # type: ignore[arg-type]
        )
        if cell.stat_time_hour == "2026-11-01 01:00:00"
    ]
    ads = Counter(cell.ad_id for cell in found)
    assert max(ads.values()) == rows
    assert sorted({f"{cell.utc_hour:%H:%M}" for cell in found}) == hours


def test_merging_the_repeated_hour_loses_nothing_and_leaving_it_out_does() -> None:
    totals = {}
    for dst in ("merged", "twice", "missing"):
        found = WORLD.report_cells(US, **EVER, at=WORLD.end, dst=dst)  # type: ignore[arg-type]
        rows = list(found)
        totals[dst] = (
            sum(cell.spend for cell in rows),
            sum(cell.clicks for cell in rows),
            sum(cell.complete_payment for cell in rows),
            sum(cell.total_complete_payment_rate for cell in rows),
        )
        keys = Counter((cell.ad_id, cell.stat_time_hour) for cell in rows)
        assert (max(keys.values()) == 1) is (dst != "twice")
    assert totals["merged"] == totals["twice"]
    assert totals["missing"] < totals["twice"]


def test_a_half_hour_zone_reports_by_its_own_hours() -> None:
    found = final(WORLD, INDIA)
    assert {cell.utc_hour.minute for cell in found.values()} == {30}
    first = min(found.values(), key=lambda cell: cell.utc_hour)
    assert first.utc_hour == datetime(2026, 10, 31, 0, 30, tzinfo=UTC)
    assert first.stat_time_hour == "2026-10-31 06:00:00"


def test_money_has_the_decimals_of_its_currency() -> None:
    for advertiser_id in (US, INDIA, EUROPE):
        for cell in cells(WORLD, advertiser_id, WORLD.end).values():
            assert cell.spend.as_tuple().exponent == -2
            assert cell.total_complete_payment_rate.as_tuple().exponent == -2
            assert cell.spend >= 0
            assert cell.clicks <= cell.impressions


def test_a_deleted_ad_keeps_its_spend_and_earns_no_more() -> None:
    deleted = [ad for ad in WORLD.ads if ad.secondary_status == "AD_STATUS_DELETE"]
    assert len(deleted) == 1
    hours = [key[1] for key in final(WORLD, US) if key[0] == deleted[0].ad_id]
    assert hours
    assert max(hours) < WORLD.start + 30 * HOUR
    then = {ad.ad_id: ad for ad in WORLD.ads_at(WORLD.start)}
    assert then[deleted[0].ad_id].secondary_status == "AD_STATUS_DELIVERY_OK"


def test_a_campaign_is_renamed_on_the_way() -> None:
    names = [
        {one.campaign_id: one.campaign_name for one in WORLD.campaigns_at(moment)}
        for moment in (WORLD.start, WORLD.end)
    ]
    changed = {key for key in names[0] if names[0][key] != names[1][key]}
    assert len(changed) == 1
    assert WORLD.campaigns == WORLD.campaigns_at(WORLD.end)


@pytest.mark.parametrize("ads", [6, 12, 700])
def test_every_ad_hangs_in_the_tree_of_its_advertiser(ads: int) -> None:
    world = World(ads_per_advertiser=ads)
    groups = {group.adgroup_id: group for group in world.ad_groups}
    campaigns = {campaign.campaign_id: campaign for campaign in world.campaigns}
    assert len(world.ads) == len({ad.ad_id for ad in world.ads}) == 3 * ads
    for ad in world.ads:
        group = groups[ad.adgroup_id]
        assert group.campaign_id == ad.campaign_id
        assert campaigns[ad.campaign_id].advertiser_id == ad.advertiser_id == group.advertiser_id
    assert any(campaign.is_smart_performance_campaign for campaign in world.campaigns)
    assert any(one.campaign_system_origin == "PROMOTE" for one in world.campaigns)
    assert any(ad.modify_time is None for ad in world.ads)


@pytest.mark.parametrize("arguments", [{"days": 1}, {"ads_per_advertiser": 5}, {"size": 0}])
def test_a_world_too_small_for_its_special_cases_is_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a world needs"):
        World(**arguments)  # type: ignore[arg-type]
