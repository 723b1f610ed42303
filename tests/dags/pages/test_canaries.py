"""Secrets planted along the whole way are found nowhere afterwards, in no form."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, urlencode

import psycopg
from airflow.sdk import Connection
from psycopg import sql

from airflow_provider_tiktok.api.errors import TikTokError
from airflow_provider_tiktok.hooks.tiktok import TikTokHook
from airflow_provider_tiktok.warehouse.database import WarehouseError
from airflow_provider_tiktok.warehouse.tokens import TokenStore

from .conftest import HERE, approve, begin, path_of

if TYPE_CHECKING:
    import pytest

    from sandbox.world import World
    from tests.dags.conftest import Stage

    from .conftest import Person

ODD = 'ca+na/ry"é='  # a form of each encoding differs from the text
BROWSER = "httpx"  # the test's own client, which says what it asks for


def forms(secret: str) -> set[str]:
    """Return a secret as it may be written down."""
    raw = secret.encode()
    found = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    for offset in range(3):
        text = base64.b64encode(b"x" * offset + raw).decode().rstrip("=")
        found |= {text[4:-4], text[4:-4].replace("+", "-").replace("/", "_")}
    return {form for form in found if len(form) >= 8}


def hits(text: str, secrets: dict[str, str]) -> list[str]:
    """Return the names of the secrets that a text gives away."""
    return [name for name, secret in secrets.items() if any(form in text for form in forms(secret))]


def dump_of(uri: str) -> str:
    """Return every row of every table in a database, bytes as the text they may hold."""
    said = []
    with psycopg.connect(uri) as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables "
            "where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            whole = sql.SQL("select * from {}.{}").format(
                sql.Identifier(schema), sql.Identifier(table)
            )
            said += [repr(row) for row in connection.execute(whole)]
    assert any("tiktok_default" in row for row in said)
    return "\n".join(said)


def airflows_own_rows() -> str:
    """Return every row of Airflow's database: XCom, rendered fields, Variables, logs, all."""
    from airflow.utils.session import create_session  # noqa: PLC0415
    from sqlalchemy import MetaData, select  # noqa: PLC0415

    said = []
    with create_session() as session:
        tables = MetaData()
        tables.reflect(session.get_bind())
        for table in tables.sorted_tables:
            said += [repr(tuple(row)) for row in session.execute(select(table))]
    return "\n".join(said)


def arguments_of_all_processes() -> str:
    """Return what `ps` shows to everyone on the machine."""
    said = [file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline") if file.exists()]
    return b"\n".join(said).decode(errors="replace")


def test_no_secret_is_found_anywhere(
    stage: Stage,
    admin: Person,
    keys: list[str],
    world: World,
    request: pytest.FixtureRequest,
) -> None:
    caplog: pytest.LogCaptureFixture = request.getfixturevalue("caplog")
    capfd: pytest.CaptureFixture[str] = request.getfixturevalue("capfd")
    caplog.set_level(logging.DEBUG)
    secrets = {"token key": keys[0], "app secret": "sandbox-app-secret"}
    secrets["warehouse password"] = "warehouse-password"
    shown = []

    # The whole way: connect, import, pull, die, connect again.
    for round_trip in range(2):
        back = path_of(approve(begin(admin)))
        secrets[f"auth code {round_trip}"] = back.split("auth_code=")[1].split("&")[0]
        answer = admin.get(back)
        review = answer.headers["location"]
        shown += [str(answer.headers), admin.get(review).text]
        admin.send_form(review, f"{review}/confirm")
        with psycopg.connect(stage.warehouse_uri, autocommit=True) as connection:
            token = TokenStore(connection, keys).read("tiktok_default").access_token
        secrets[f"access token {round_trip}"] = token
        if round_trip:
            stage.sandbox.revoke(token)
        dag_id = ("tiktok_accounts", "tiktok_spend")[round_trip]
        shown += [stage.run(dag_id, world.end).log, admin.get(HERE).text]

    # Fifteen more pasted secrets, each in a connection that fails in its own way.
    for number in range(15):
        pasted = f"{ODD}-{number}-pasted-secret" if number % 3 else f"canary-{number}-pasted-secret"
        name = ("access_token", "app_secret")[number % 2]
        secrets[f"{name} {number}"] = pasted
        stage.environment.setenv("AIRFLOW__TIKTOK__TOKEN_KEYS", "")
        stage.connect_as(**{name: pasted})
        try:
            shown.append(str(Connection.get("tiktok_default").test_connection()))
            shown.append(repr(TikTokHook().settings))
        except (WarehouseError, TikTokError, ValueError) as error:
            shown.append(repr(error))

    # Codes of strangers and of people with a wrong state, and a wrong key.
    stage.connect_as(access_token="")
    stage.environment.setenv("AIRFLOW__TIKTOK__TOKEN_KEYS", "canary-that-is-no-key")
    secrets["wrong key"] = "canary-that-is-no-key"
    for who, code in ((None, "canary-code-of-nobody"), (admin.token, "canary-code-of-admin")):
        secrets[code] = code
        person = type(admin)(admin.client, who)
        given = {"state": "B" * 43, "auth_code": code, "code": code}
        shown.append(person.get(f"/tiktok/callback?{urlencode(given)}").text)
    shown.append(admin.get(f"{HERE}/connect").text)

    assert len(secrets) >= 25
    out, err = capfd.readouterr()
    logged = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith(BROWSER)
    )
    assert "request finished" in out + err + logged  # the access log was looked at
    assert hits("\n".join(shown), secrets) == []
    assert hits(logged, secrets) == []
    assert hits(out + err, secrets) == []
    assert hits(dump_of(stage.warehouse_uri), secrets) == []
    assert hits(airflows_own_rows(), secrets) == []
    assert hits(arguments_of_all_processes(), secrets) == []
