"""What Airflow learns about this provider, checked by Airflow's own code and schemas."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from importlib import resources
from typing import Any

import jsonschema
import pytest
from airflow.configuration import conf
from airflow.providers_manager import ProvidersManager
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from airflow_provider_tiktok.get_provider_info import CONNECTION_FORM, get_provider_info
from airflow_provider_tiktok.hooks import settings as settings_module
from airflow_provider_tiktok.hooks.settings import Settings, read_settings
from airflow_provider_tiktok.hooks.tiktok import TikTokHook

HEAVY = ("airflow", "psycopg", "requests", "cryptography", "airflow_provider_tiktok.hooks")


def schema(name: str) -> dict[str, Any]:
    return json.loads(resources.files("airflow").joinpath(name).read_text())


def test_the_metadata_is_what_airflow_accepts() -> None:
    jsonschema.validate(get_provider_info(), schema("provider_info.schema.json"))


def test_the_connection_form_is_what_airflow_accepts() -> None:
    connection_types = schema("provider.yaml.schema.json")["properties"]["connection-types"]
    jsonschema.validate(get_provider_info()["connection-types"], connection_types)


def test_the_metadata_imports_nothing_heavy() -> None:
    program = (
        "import sys; from airflow_provider_tiktok.get_provider_info import get_provider_info; "
        f"get_provider_info(); print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    command = [sys.executable, "-c", program]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"


def test_airflow_finds_the_hook_of_the_connection_type() -> None:
    hook = ProvidersManagerTaskRuntime().hooks["tiktok"]
    assert hook is not None
    assert hook.connection_id_attribute_name == "tiktok_conn_id"
    assert TikTokHook.conn_type == "tiktok"


def test_airflow_shows_every_field_of_the_form_and_hides_the_secrets() -> None:
    widgets = {
        name.removeprefix("extra__tiktok__"): widget
        for name, widget in ProvidersManager().connection_form_widgets.items()
        if name.startswith("extra__tiktok__")
    }
    assert set(widgets) == set(CONNECTION_FORM)
    secret = {name for name, widget in widgets.items() if widget.is_sensitive}
    assert secret == {"access_token", "app_secret"}


def test_every_field_of_the_form_is_a_setting_and_every_setting_has_a_field() -> None:
    own = {"connection_id", "refused", "notices"}
    names = {field.name for field in dataclasses.fields(Settings)} - own
    assert names == set(CONNECTION_FORM)


def test_the_form_left_as_it_is_says_what_the_defaults_say() -> None:
    shown = {name: field["schema"].get("default") for name, field in CONNECTION_FORM.items()}
    assert read_settings(shown, "tiktok_default") == Settings("tiktok_default")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("environment", settings_module.ENVIRONMENTS),
        ("quota_tier", settings_module.QUOTA_TIERS),
        ("consent_policy", settings_module.CONSENT_POLICIES),
        ("purchase_event", settings_module.PURCHASE_EVENTS),
        ("refund_event", settings_module.REFUND_EVENTS),
        ("location_format", settings_module.LOCATION_FORMATS),
    ],
)
def test_the_form_offers_what_the_settings_accept(field: str, values: tuple[str, ...]) -> None:
    assert tuple(CONNECTION_FORM[field]["schema"]["enum"]) == values


def test_the_token_keys_may_come_from_a_command_or_a_secrets_backend() -> None:
    assert ("tiktok", "token_keys") in conf.sensitive_config_values


def test_the_configuration_has_its_defaults_without_a_line_in_airflow_cfg() -> None:
    assert [conf.get("tiktok", name) for name in ("local_url", "ca_bundle")] == ["", ""]
