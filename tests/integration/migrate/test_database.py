"""A warehouse that cannot be reached is explained by the setting to fix."""

from __future__ import annotations

import pytest

from airflow_provider_tiktok.warehouse.database import (
    WarehouseConnectionError,
    connect,
    statement,
)


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        pytest.param(("postgres:postgres@", "nobody:planted@"), "the login", id="login"),
        pytest.param(("/empty_", "/missing_"), "the database name", id="database"),
        pytest.param(("@127.0.0.1", ":planted@no.such.host.invalid"), "the host name", id="host"),
    ],
)
def test_the_error_names_the_setting(empty_database, change, setting):
    with pytest.raises(WarehouseConnectionError) as raised:
        connect(empty_database.replace(*change))

    assert f"Check {setting} in Airflow connection tiktok_warehouse" in str(raised.value)
    assert "planted" not in f"{raised.value!r}"


def test_a_closed_port_is_the_host_or_the_port():
    with pytest.raises(WarehouseConnectionError, match="Check the host or the port"):
        connect("postgresql://postgres:planted@127.0.0.1:1/warehouse")


@pytest.mark.parametrize(
    "uri",
    [
        "postgresql://user:planted%zz@host/db",
        "postgresql://user:planted@host/db?nonsense=1",
        "host=db password='planted",
        "planted",
    ],
)
def test_an_unreadable_address_is_not_quoted(uri):
    with pytest.raises(WarehouseConnectionError, match="address cannot be read") as raised:
        connect(uri)

    assert "planted" not in f"{raised.value!r}"
    assert raised.value.__cause__ is None


def test_sessions_are_in_utc_and_named(empty_database):
    with connect(empty_database, application_name="doctor") as connection:
        row = connection.execute(
            "select current_setting('TimeZone'), current_setting('application_name')"
        ).fetchone()

    assert row == ("UTC", "doctor")


def test_the_addresss_own_settings_win(empty_database):
    uri = f"{empty_database}?application_name=mine&options=-c%20tiktok.clock_offset%3D1h"
    with connect(uri) as connection:
        row = connection.execute(
            "select current_setting('TimeZone'), current_setting('application_name'), "
            "current_setting('tiktok.clock_offset')"
        ).fetchone()

    assert row == ("UTC", "mine", "1h")


def test_a_statement_is_found_by_its_name():
    assert "tiktok_ops.schema_migrations" in statement("migrate/record")
    with pytest.raises(FileNotFoundError):
        statement("migrate/nothing")
