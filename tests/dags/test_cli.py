"""airflow tiktok init, doctor and status, through Airflow's own command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox.world import World

    from .conftest import Command, Sent, Stage

NOT_GRANTED = "7000000000000000009"
PIXEL = "CUS00000000000000001"


@pytest.fixture
def furnished(built: Stage, world: World) -> Stage:
    """A stage on which everything has run, at the end of the world."""
    built.at(world.end)
    return built


def test_init_creates_the_tables_once(stage: Stage, empty_database: str, command: Command) -> None:
    stage.environment.setenv("AIRFLOW_CONN_TIKTOK_WAREHOUSE", empty_database)
    code, said = command("init")
    assert (code, "applied 0001_raw, 0002_ops" in said) == (0, True)
    code, said = command("init")
    assert (code, "nothing to do" in said) == (0, True)


def test_doctor_finds_nothing_to_fix_where_all_is_well(furnished: Stage, command: Command) -> None:
    code, said = command("doctor")
    assert (code, said.count("FIX")) == (0, 0)
    assert "3 may be read: Northwind US (7000000000000000001)" in said
    assert "Everything that was checked works." in said


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ({"access_token": "wrong"}, "advertiser/get/: TikTok answered 40105"),
        ({"app_secret": "wrong"}, "advertiser/get/: TikTok answered 40101"),
        ({"pixel_codes": f"{PIXEL} x"}, f"Pixel code '{PIXEL} x' has a blank in it"),
        ({"advertiser_ids": NOT_GRANTED}, f"Advertiser {NOT_GRANTED}: TikTok answered 40001"),
        ({"environment": "prod"}, "it must be one of production, sandbox, local"),
        ({"signals": "ttclid, shoe_size"}, "'shoe_size' is no signal"),
    ],
    ids=["token", "app secret", "pixel with a blank", "permission", "environment", "signal"],
)
def test_doctor_names_what_is_wrong_in_the_connection(
    furnished: Stage, command: Command, extra: dict[str, str], sentence: str
) -> None:
    furnished.connect_as(**extra)
    code, said = command("doctor")
    assert code == 1
    assert sentence in said
    assert "ok tables" in said


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("drop table crm.lead_events cascade", "Source table crm.lead_events does not exist"),
        (
            "alter table shop.orders rename currency to money",
            "table shop.orders has no column currency.",
        ),
        (
            "alter view analytics.exp_tiktok__refund_events rename to elsewhere",
            "There is no table or view analytics.exp_tiktok__refund_events",
        ),
        ("drop schema tiktok_ops cascade", "Run `airflow tiktok init`"),
    ],
    ids=["missing table", "missing column", "missing export view", "no tables of ours"],
)
def test_doctor_names_what_is_wrong_in_the_warehouse(
    furnished: Stage, command: Command, statement: str, sentence: str
) -> None:
    furnished.write(statement)
    code, said = command("doctor")
    assert code == 1
    assert sentence in said
    assert "ok TikTok" in said


def test_doctor_goes_on_without_a_warehouse(stage: Stage, command: Command) -> None:
    stage.environment.setenv(
        "AIRFLOW_CONN_TIKTOK_WAREHOUSE", "postgresql://nobody:secret-word@127.0.0.1:1/none"
    )
    code, said = command("doctor")
    assert code == 1
    assert "FIX warehouse Cannot open database none at 127.0.0.1:1 as nobody." in said
    assert "ok TikTok" in said
    assert "secret-word" not in said


def test_status_shows_how_far_spend_is_known(imported: Stage, command: Command) -> None:
    code, said = command("status")
    assert code == 0
    assert "7000000000000000002 Northwind India on never" in said


def test_status_counts_events_and_says_why_some_failed(sent: Sent, command: Command) -> None:
    code, said = command("status")
    assert code == 0
    assert "7000000000000000002 Northwind India on just now" in said
    assert "CUS00000000000000001 conversion delivered" in said
    assert "rejected_by_tiktok 1" in said


def test_doctor_says_what_to_do_about_events_that_ended_badly(sent: Sent, command: Command) -> None:
    code, said = command("doctor")
    assert code == 0
    assert "note events 1 ended as rejected_by_tiktok, such as ord_" in said
    assert "TikTok does not take this currency." in said


def test_a_command_without_a_connection_says_which_to_add(stage: Stage, command: Command) -> None:
    stage.environment.delenv("AIRFLOW_CONN_TIKTOK_WAREHOUSE")
    code, said = command("status")
    assert code == 1
    assert "Airflow has no connection tiktok_warehouse." in said


def test_plan_says_what_days_take(furnished: Stage, command: Command) -> None:
    code, said = command("plan", "--from", "2026-10-31", "--to", "2026-11-02")
    assert code == 0
    assert "Plan: 2026-10-31 to 2026-11-02, quota tier ultimate" in said
    assert said.count(" Northwind ") == 3
    assert "In all 12 calls and <1 minutes of the app's quota." in said


def test_plan_without_days_says_what_the_next_run_reads(furnished: Stage, command: Command) -> None:
    code, said = command("plan", "--advertiser", "7000000000000000001")
    assert (code, "Plan: what is due at 2026-11-" in said) == (0, True)
    assert "Northwind Europe" not in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--from", "2026-11-02"], "Give both --from and --to"),
        (["--from", "2026-11-02", "--to", "2026-11-01"], "swap the dates"),
        (["--from", "2027-11-02", "--to", "2027-11-03"], "is after today"),
        (["--advertiser", NOT_GRANTED], f"Advertiser {NOT_GRANTED} is not imported"),
    ],
    ids=["half a range", "backwards", "future", "not granted"],
)
def test_plan_refuses_what_cannot_work(
    furnished: Stage, command: Command, words: list[str], sentence: str
) -> None:
    code, said = command("plan", *words)
    assert (code, sentence in said) == (1, True)


def test_pulls_tells_what_was_read_in_words(furnished: Stage, command: Command) -> None:
    furnished.write(
        "update tiktok_raw.report_pulls set is_complete = false, incomplete_reason = 'truncated' "
        "where pull_id = (select max(pull_id) from tiktok_raw.report_pulls)"
    )
    code, said = command("pulls", "--last", "400")
    assert code == 0
    assert "TikTok listed the newest 20,000 ads only" in said
    assert "Northwind India ads by the hour 2026-11-01" in said
    assert " USD" in said
