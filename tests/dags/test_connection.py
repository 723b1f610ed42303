"""The Test button of Airflow's connection form, with live calls."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from airflow.sdk import Connection

if TYPE_CHECKING:
    from .conftest import Stage

CODE = "CIN00000000000000001"
US, NOT_GRANTED = "7000000000000000001", "7000000000000000009"


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ({}, "3 advertisers (Northwind US, Northwind India, Northwind Europe)."),
        ({"advertiser_ids": US}, "1 of 1 listed advertisers"),
        ({"app_id": "", "app_secret": ""}, "TikTok (local) answers: the token of "),
        ({"test_event_code": "TEST1"}, "a test event was sent to pixel CUS00000000000000001"),
        ({"test_event_code": "T", "pixel_codes": CODE}, f"a test event was sent to pixel {CODE}"),
        ({"pixel_codes": "CSHORT"}, "Pixel code CSHORT has 6 characters where TikTok's have 20"),
        ({"access_token": "  sandbox-access-token \n"}, "3 advertisers"),
    ],
    ids=["app and token", "listed", "token alone", "test event", "to a pixel", "odd", "trimmed"],
)  # fmt: skip
def test_what_works_says_what_it_found(stage: Stage, extra: dict[str, str], sentence: str) -> None:
    stage.sandbox.set_clock(datetime.now(UTC))
    stage.connect_as(**extra)
    worked, message = Connection.get("tiktok_default").test_connection()
    assert worked, message
    assert sentence in message


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ({"access_token": "wrong"}, "TikTok answered 40105"),
        ({"app_secret": "wrong"}, "TikTok answered 40101"),
        ({"advertiser_ids": NOT_GRANTED}, f"Advertiser {NOT_GRANTED}: TikTok answered 40001"),
        ({"pixel_codes": "CUS 0000"}, "Pixel code 'CUS 0000' has a blank in it"),
        (
            {"pixel_codes": "CXX00000000000000001", "test_event_code": "T"},
            "Pixel CXX00000000000000001 took no test event: TikTok answered",
        ),
        ({"access_token": "two words"}, "The access token has a blank or a line break in it"),
    ],
    ids=["token", "secret", "permission", "pixel code", "test event", "blank"],
)  # fmt: skip
def test_what_does_not_work_says_what_to_fix(
    stage: Stage, extra: dict[str, str], sentence: str
) -> None:
    stage.sandbox.set_clock(datetime.now(UTC))
    stage.connect_as(**extra)
    worked, message = Connection.get("tiktok_default").test_connection()
    assert not worked
    assert sentence in message


def test_the_test_needs_no_warehouse(stage: Stage) -> None:
    stage.environment.delenv("AIRFLOW_CONN_TIKTOK_WAREHOUSE")
    assert Connection.get("tiktok_default").test_connection()[0]
