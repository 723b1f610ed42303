"""The hook reads two Airflow connections, late, and says what is missing in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from airflow.sdk import Connection
from psycopg.conninfo import conninfo_to_dict

from airflow_provider_tiktok.api.hosts import PRODUCTION_URL, SANDBOX_URL
from airflow_provider_tiktok.hooks.settings import SettingsError
from airflow_provider_tiktok.hooks.tiktok import TikTokHook
from airflow_provider_tiktok.hooks.warehouse import warehouse_uri

if TYPE_CHECKING:
    from collections.abc import Callable

LOCAL_URL = "http://127.0.0.1:8765"


def connection(**fields: object) -> Connection:
    defaults = {"conn_type": "postgres", "host": "db", "schema": "warehouse"}
    return Connection(conn_id="tiktok_warehouse", **{**defaults, **fields})


def test_a_hook_is_made_without_any_connection() -> None:
    TikTokHook()


def test_a_missing_connection_is_named_with_the_type_to_choose() -> None:
    with pytest.raises(SettingsError, match=r"no connection tiktok_default.*with the type TikTok"):
        _ = TikTokHook().settings
    with pytest.raises(SettingsError, match=r"tiktok_warehouse.*with the type Postgres"):
        _ = TikTokHook().warehouse_uri


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ("production", PRODUCTION_URL),
        ("sandbox", SANDBOX_URL),
        ("local", f"{LOCAL_URL}/open_api/v1.3/"),
    ],
)
def test_the_environment_chooses_the_address(
    connect_as: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    environment: str,
    address: str,
) -> None:
    connect_as(environment=environment, base_url="https://evil.example")
    monkeypatch.setenv("AIRFLOW__TIKTOK__LOCAL_URL", LOCAL_URL)
    assert TikTokHook()._transport().base_url == address


def test_local_needs_an_address_in_the_configuration(connect_as: Callable[..., None]) -> None:
    connect_as(environment="local", access_token="t", local_url=LOCAL_URL)  # noqa: S106 - no secret
    worked, message = TikTokHook().test_connection()
    assert not worked
    assert "Set AIRFLOW__TIKTOK__LOCAL_URL" in message


def test_a_missing_token_is_said_before_anything_is_sent(connect_as: Callable[..., None]) -> None:
    connect_as(environment="production")
    worked, message = TikTokHook().test_connection()
    assert (worked, "has no access token" in message) == (False, True)


def test_wrong_settings_are_what_the_test_button_shows(connect_as: Callable[..., None]) -> None:
    connect_as(environment="prod")
    worked, message = TikTokHook().test_connection()
    assert not worked
    assert message.startswith("environment is 'prod' in the Airflow connection tiktok_default;")


def test_a_missing_file_of_certificates_is_named(
    connect_as: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_as(access_token="t")  # noqa: S106 - no secret
    monkeypatch.setenv("AIRFLOW__TIKTOK__CA_BUNDLE", "/nowhere.pem")
    worked, message = TikTokHook().test_connection()
    assert not worked
    assert "[tiktok] ca_bundle is no readable file" in message


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"host": "db", "port": "5432", "dbname": "warehouse"}),
        ({"login": "a b", "password": "p'w \\"}, {"user": "a b", "password": "p'w \\"}),
        ({"port": 6543}, {"port": "6543"}),
        ({"extra": '{"sslmode": "verify-full", "cursor": "x"}'}, {"sslmode": "verify-full"}),
    ],
    ids=["defaults", "quoting", "port", "known extras only"],
)
def test_an_airflow_connection_becomes_an_address(
    fields: dict[str, object], expected: dict[str, str]
) -> None:
    parts = conninfo_to_dict(warehouse_uri(connection(**fields)))
    assert parts | expected == parts
    assert "cursor" not in parts


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"conn_type": "mysql"}, "is of type 'mysql'. The warehouse must be PostgreSQL"),
        ({"host": None}, "tiktok_warehouse has no host"),
        ({"schema": ""}, "tiktok_warehouse has no database"),
    ],
)
def test_a_connection_that_is_no_warehouse_is_refused(
    fields: dict[str, object], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        warehouse_uri(connection(**fields))
