"""Values of the connection form: trimmed, checked, and refused in one sentence that names them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_tiktok.hooks.settings import Settings, SettingsError, read_settings

CODE = "CUS00000000000000001"
OTHER = "CIN00000000000000001"
TORN = "CUS0000 0000000000001"


def read(**extra: object) -> Settings:
    return read_settings(extra, "tiktok_default")


@pytest.mark.parametrize(
    ("extra", "name", "value"),
    [
        ({"access_token": " token-1\n"}, "access_token", "token-1"),
        ({"app_id": 7100000000000000001}, "app_id", "7100000000000000001"),
        ({"app_id": "  "}, "app_id", None),
        ({"environment": " Sandbox "}, "environment", "sandbox"),
        ({"quota_tier": "BASIC"}, "quota_tier", "basic"),
        ({"purchase_event": "purchase"}, "purchase_event", "Purchase"),
        ({"default_country": "us"}, "default_country", "US"),
        ({"signals": None}, "signals", "all"),
        ({"pixel_codes": f" {CODE} ,\n{CODE},"}, "pixel_codes", (CODE,)),
        ({"pixel_codes": [CODE, OTHER]}, "pixel_codes", (CODE, OTHER)),
        ({"advertiser_ids": "7000000000000000001; 7000000000000000002"}, "advertiser_ids",
         ("7000000000000000001", "7000000000000000002")),
        ({"advertiser_ids": 7000000000000000001}, "advertiser_ids", ("7000000000000000001",)),
    ],
    ids=str,
)  # fmt: skip
def test_a_value_is_trimmed_and_takes_our_spelling(
    extra: dict[str, object], name: str, value: object
) -> None:
    assert getattr(read(**extra), name) == value


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        (
            {"environment": "prod"},
            "environment is 'prod' in the Airflow connection tiktok_default;",
        ),
        ({"environment": "prod"}, "it must be one of production, sandbox, local."),
        ({"quota_tier": "gold"}, "quota_tier is 'gold'"),
        ({"app_id": "my app"}, "App id is not a number: correct app_id"),
        ({"access_token": "abc def"}, "The access token has a blank or a line break in it"),
        ({"default_country": "Germany"}, "it takes two letters such as US"),
    ],
    ids=str,
)
def test_a_value_that_cannot_work_is_refused_with_its_field(
    extra: dict[str, object], sentence: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(**extra)
    assert sentence in str(caught.value)


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read(environment="prod", quota_tier="gold")
    assert "environment" in str(caught.value)
    assert "quota_tier" in str(caught.value)


def test_no_refusal_repeats_a_secret() -> None:
    torn = {"access_token": "very secret", "app_secret": "also secret"}
    with pytest.raises(SettingsError) as caught:
        read(**torn)
    assert "very" not in str(caught.value)
    assert "also" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "code", "sentence"),
    [
        ("pixel_codes", TORN, f"Pixel code {TORN!r} has a blank in it"),
        ("pixel_codes", f"{CODE} {OTHER}", "a blank in it; codes are separated by commas."),
        ("pixel_codes", "CUS_1", "has a character that is neither a letter nor a digit"),
        ("advertiser_ids", "70000000x", "Advertiser id '70000000x' is not a number."),
    ],
)
def test_a_code_that_cannot_exist_leaves_the_others_alone(
    field: str, code: str, sentence: str
) -> None:
    good = "7000000000000000001" if field == "advertiser_ids" else CODE
    settings = read(**{field: f"{good}, {code}"})
    settings.check(good)
    with pytest.raises(SettingsError, match=f"Correct {field} in the Airflow") as caught:
        settings.check(code)
    assert sentence in str(caught.value)


def test_a_pixel_code_of_unusual_length_is_taken_with_a_notice() -> None:
    settings = read(pixel_codes="C123")
    settings.check("C123")
    assert "has 4 characters where TikTok's have 20" in settings.notices[0]


def test_keys_of_somebody_else_are_left_alone() -> None:
    assert read(host="https://evil.example", base_url="x", __extra__={}) == Settings(
        "tiktok_default"
    )


@given(st.dictionaries(st.sampled_from([*Settings.__dataclass_fields__]), st.from_type(object)))
def test_anything_in_an_extra_is_read_or_refused(extra: dict[str, Any]) -> None:
    try:
        assert read(**extra).environment in {"production", "sandbox", "local"}
    except SettingsError as error:
        sentence = str(error)
    else:
        return
    assert "tiktok_default" in sentence
