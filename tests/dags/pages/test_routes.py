"""Who may open what: every route of the pages, asked by every kind of person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.routing import APIRoute

from airflow_provider_tiktok.plugin.app import create_pages
from tests.dags.conftest import copied_stage

from .conftest import HERE, ORIGIN, configure, form_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.postgres import EmbeddedPostgres
    from sandbox.world import World
    from tests.dags.conftest import Stage

    from .conftest import Person

NAME = "A" * 43
CONNECT = f"{HERE}/connect"
ROUTES = {
    (method, route.path)
    for route in create_pages().routes
    if isinstance(route, APIRoute)
    for method in route.methods
}
READS = {
    ("GET", "/"),
    ("GET", "/connections/{connection_id}"),
    ("GET", "/connections/{connection_id}/runs/{run_id:path}"),
}
CHANGES = {
    ("GET", "/callback"),
    ("GET", "/connections/{connection_id}/connect"),
    ("GET", "/connections/{connection_id}/grants/{name}"),
}
WRITES = {
    ("POST", "/connections/{connection_id}/connect"),
    ("POST", "/connections/{connection_id}/disconnect"),
    ("POST", "/connections/{connection_id}/grants/{name}/cancel"),
    ("POST", "/connections/{connection_id}/grants/{name}/confirm"),
    ("POST", "/connections/{connection_id}/import"),
    ("POST", "/connections/{connection_id}/{kind}/{entity_id}"),
}
# SimpleAuthManager: connections are seen and changed from the role op upwards.
REFUSED = {"stranger": 401, "expired": 401, "viewer": 403, "user": 403}


@pytest.fixture(scope="module")
def where(
    _airflow_database: None, postgres: EmbeddedPostgres, _migrated_template: str, world: World
) -> Iterator[Stage]:
    """One stage for the whole table: nothing on it is changed for good."""
    with copied_stage(postgres, _migrated_template, world) as stage:
        configure(stage)
        yield stage


pytestmark = pytest.mark.usefixtures("where")


def path(template: str) -> str:
    filled = template.replace(":path}", "}").format(
        connection_id="tiktok_default", name=NAME, kind="pixel", entity_id="CUS1", run_id="run/1"
    )
    return f"/tiktok{filled}"


def test_the_table_below_names_every_route() -> None:
    assert ROUTES == READS | CHANGES | WRITES
    assert len(create_pages().routes) == len(ROUTES)


@pytest.mark.parametrize("who", REFUSED)
@pytest.mark.parametrize(("method", "template"), sorted(ROUTES))
def test_a_route_refuses_who_may_not(
    people: dict[str, Person], who: str, method: str, template: str
) -> None:
    person = people[who]
    answer = person.get(path(template)) if method == "GET" else person.post(path(template))
    assert answer.status_code == REFUSED[who]
    assert "tiktok_default" not in answer.text


@pytest.mark.parametrize("who", ["op", "admin"])
@pytest.mark.parametrize(("method", "template"), sorted(READS | CHANGES))
def test_a_page_opens_for_who_may_change_connections(
    people: dict[str, Person], who: str, method: str, template: str
) -> None:
    answer = people[who].get(path(template))
    unknown = {"/callback", "/connections/{connection_id}/grants/{name}"}
    assert answer.status_code == (400 if template in unknown else 200)


@pytest.mark.parametrize(("method", "template"), sorted(WRITES))
@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"origin": ""}, None),
        ({"origin": "null"}, None),
        ({"origin": "https://evil.test"}, None),
        ({"origin": "https://airflow.test.evil.test"}, None),
        ({"origin": "https://airflow.test@evil.test"}, None),
        ({"sec_fetch_site": "cross-site"}, None),
        ({"sec_fetch_site": "same-site"}, None),
        ({}, "1.2"),
    ],
    ids=["no origin", "null", "other", "suffix", "userinfo", "cross-site", "same-site", "no token"],
)
def test_a_write_from_elsewhere_is_refused(
    admin: Person, method: str, template: str, headers: dict[str, str], token: str | None
) -> None:
    token = token or form_token(admin.get(CONNECT))
    answer = admin.post(path(template), {"form_token": token, "is_enabled": "false"}, **headers)
    assert answer.status_code == 403


def test_a_form_of_one_person_is_refused_from_another(people: dict[str, Person]) -> None:
    theirs = form_token(people["other"].get(CONNECT))
    answer = people["admin"].post(f"{HERE}/import", {"form_token": theirs})
    assert answer.status_code == 403


def test_an_old_form_is_refused(admin: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    token = form_token(admin.get(CONNECT))
    monkeypatch.setattr("airflow_provider_tiktok.plugin.access.FORM_SECONDS", -1)
    assert admin.post(f"{HERE}/import", {"form_token": token}).status_code == 403


@pytest.mark.parametrize("name", ["docs", "redoc", "openapi.json", "docs/oauth2-redirect"])
def test_the_pages_have_no_api_docs(admin: Person, name: str) -> None:
    assert admin.get(f"/tiktok/{name}").status_code == 404


@pytest.mark.parametrize(
    "connection_id",
    ["%3Cscript%3E", "a%20b", "..%2f..", "'; drop table x --", "a" * 201],
)
def test_a_connection_that_cannot_exist_is_not_found(admin: Person, connection_id: str) -> None:
    answer = admin.get(f"/tiktok/connections/{connection_id}")
    assert answer.status_code == 404
    assert "<script>" not in answer.text.replace("<script nonce", "")


def test_a_connection_of_another_type_is_not_shown(
    admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_BILLING", "postgresql://u:planted-password@db/x")
    answer = admin.get("/tiktok/connections/billing")
    assert answer.status_code == 404
    assert "planted" not in answer.text
    answer = admin.get("/tiktok/connections/billing/connect")
    assert "planted" not in answer.text
    assert 'id="go"' not in answer.text


@pytest.mark.parametrize(
    ("page", "frames"),
    [
        ("/", "'self'"),
        ("/connections/tiktok_default", "'self'"),
        ("/connections/tiktok_default/connect", "'none'"),
        ("/callback?state=x", "'none'"),
    ],
)
def test_only_airflow_itself_may_frame_a_page(admin: Person, page: str, frames: str) -> None:
    headers = admin.get(f"/tiktok{page}").headers
    policy = headers["content-security-policy"]
    assert f"frame-ancestors {frames}" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-frame-options"] == ("SAMEORIGIN" if frames == "'self'" else "DENY")
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_pages_never_point_to_the_host_of_the_request(admin: Person) -> None:
    shown = admin.get("/tiktok/", host="evil.test", x_forwarded_host="evil.test")
    assert "evil.test" not in shown.text
    token = form_token(admin.get(CONNECT))
    answer = admin.post(
        f"{HERE}/connect", {"form_token": token}, host="evil.test", x_forwarded_host="evil.test",
        origin=ORIGIN,
    )  # fmt: skip
    assert "evil.test" not in answer.headers.get("location", "")
