"""The Test button of Airflow's connection form, with live calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from airflow.sdk import Connection

if TYPE_CHECKING:
    from .conftest import Stage

US, NOT_GRANTED = "7000000000000000001", "7000000000000000009"


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ({}, "3 advertisers (Northwind US, Northwind India, Northwind Europe)."),
        ({"advertiser_ids": US}, "1 of 1 listed advertisers"),
        ({"app_id": "", "app_secret": ""}, "TikTok (local) answers: the token of "),
    ],
    ids=["app and token", "listed advertisers", "token alone"],
)  # fmt: skip
def test_what_works_says_what_it_found(stage: Stage, extra: dict[str, str], sentence: str) -> None:
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
    ],
    ids=["token", "secret", "permission", "pixel code"],
)  # fmt: skip
def test_what_does_not_work_says_what_to_fix(
    stage: Stage, extra: dict[str, str], sentence: str
) -> None:
    stage.connect_as(**extra)
    worked, message = Connection.get("tiktok_default").test_connection()
    assert not worked
    assert sentence in message


def test_the_test_needs_no_warehouse(stage: Stage) -> None:
    stage.environment.delenv("AIRFLOW_CONN_TIKTOK_WAREHOUSE")
    assert Connection.get("tiktok_default").test_connection()[0]
