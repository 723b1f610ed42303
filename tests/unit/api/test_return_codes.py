"""Every return code that TikTok's SDK and pages name ends in the class that we promise."""

from __future__ import annotations

from pathlib import Path

import pytest
from business_api_client.tiktok_business.tiktok_code import NumericErrorCodes

from airflow_provider_tiktok.api.return_codes import (
    CODES,
    NO_CODE,
    RANGES,
    ErrorClass,
    meaning_of,
)
from airflow_provider_tiktok.api.return_codes_page import main, page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "return-codes.md"

PROMISED = {
    ErrorClass.SUCCESS: [0],
    ErrorClass.PARTIAL: [20001, 40050],
    ErrorClass.RETRY: [
        *(40200, 40201, 40202, 40700, 50000, 50001, 50002, 51000, 51001, 51010, 51012, 51037),
        *(51039, 51099, 51500, 52000, 52204, 53102, 53999, 54000, 59999, 60001),
    ],
    ErrorClass.THROTTLE: [40016, 40100, 40132, 40133, 61000],
    ErrorClass.REAUTHORISE: [
        *(40102, 40103, 40104, 40105, 40106, 40107, 40110, 40114, 40130, 40131),
    ],
    ErrorClass.QUARANTINE: [40000, 40002, 40007, 40012, 40062, 40108, 40502, 40901, 49999],
    ErrorClass.CONFIGURATION: [
        *(40001, 40003, 40006, 40008, 40009, 40010, 40013, 40051, 40063, 40101, 40113, 40116),
        *(40118, 40124, 40125, 40300, 40301, 40400, 41000, 41001, 41002, 70001),
    ],
    ErrorClass.SPLIT: [40011, 40061],
    ErrorClass.UNKNOWN: [-1, 1, 200, 20000, 20002, 39999, 60000, 60002, 69999, 10**12],
}
CASES = [(code, promised) for promised, codes in PROMISED.items() for code in codes]
SDK_CODES = {
    name.removeprefix("ERROR_CODE_"): code
    for name, code in vars(NumericErrorCodes).items()
    if name.startswith("ERROR_CODE_")
}


@pytest.mark.parametrize(("code", "promised"), CASES, ids=[str(code) for code, _ in CASES])
def test_a_code_ends_in_its_class(code: int, promised: ErrorClass) -> None:
    assert meaning_of(code).error_class is promised


def test_every_row_of_the_table_is_promised() -> None:
    assert set(CODES) <= {code for code, _ in CASES}


def test_every_code_of_the_official_sdk_has_a_class() -> None:
    unclassed = [code for code in SDK_CODES.values() if meaning_of(code) is NO_CODE]
    assert len(SDK_CODES) > 150
    assert unclassed == []


def test_names_are_those_of_the_official_sdk() -> None:
    names = {code: name for name, code in SDK_CODES.items()}
    differing = {
        code: row.name
        for code, row in CODES.items()
        if code in names and names[code].removesuffix("_ERROR") != row.name.removesuffix("_ERROR")
    }
    assert differing == {}


def test_every_row_tells_a_person_what_to_do() -> None:
    rows = [*CODES.values(), *(code_range.meaning for code_range in RANGES), NO_CODE]
    assert all(row.next_step.endswith(".") and row.name for row in rows)


def test_a_throttle_always_has_a_cool_down() -> None:
    throttles = [row for row in CODES.values() if row.error_class is ErrorClass.THROTTLE]
    assert {row.wait for row in throttles} == {300.0}


def test_the_reference_page_is_current(tmp_path: Path) -> None:
    main([str(tmp_path / "page.md")])
    assert (tmp_path / "page.md").read_text() == PAGE.read_text(), (
        "run python -m airflow_provider_tiktok.api.return_codes_page docs/reference/return-codes.md"
    )


def test_the_reference_page_has_a_row_for_every_code_and_range() -> None:
    written = page()
    assert all(f"\n| {code} | " in written for code in CODES)
    assert all(f"\n| {entry.first} to {entry.last} | " in written for entry in RANGES)
