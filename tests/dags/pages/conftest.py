"""The pages in Airflow's real API server, with its real auth manager and people of each role."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.fernet import Fernet

from sandbox.server import start_server
from tests.dags.conftest import directed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from starlette.testclient import TestClient

    from sandbox.server import RunningSandbox
    from sandbox.world import World
    from tests.dags.conftest import Stage

ORIGIN = "https://airflow.test"
CALLBACK = f"{ORIGIN}/tiktok/callback"
ROLES = ("admin", "op", "user", "viewer")
HERE = "/tiktok/connections/tiktok_default"


@dataclass
class Person:
    """Somebody with a browser: a session cookie, and what a browser sends along with a form."""

    client: TestClient
    token: str | None
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Open an address, and stay where it answers."""
        return self._ask("GET", path, headers, None)

    def post(self, path: str, data: dict[str, str] | None = None, **headers: str) -> httpx.Response:
        """Send a form as a page of ours would, without its token."""
        return self._ask("POST", path, {"origin": ORIGIN, **headers}, data or {})

    def send_form(self, page: str, action: str, **data: str) -> httpx.Response:
        """Open a page of ours and press a button of it."""
        shown = self.get(page)
        assert shown.status_code == 200, shown.text
        assert f'action="{action}"' in shown.text
        return self.post(action, {"form_token": form_token(shown), **data})

    def _ask(
        self, method: str, path: str, headers: dict[str, str], data: dict[str, str] | None
    ) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value}
        if self.token:
            sent["cookie"] = f"_token={self.token}"
        answer: httpx.Response = self.client.request(
            method, path, headers=sent, data=data, follow_redirects=False
        )
        return answer


def form_token(shown: httpx.Response) -> str:
    """Return the token of a page's forms."""
    found = re.search(r'name="form_token" value="([^"]+)"', shown.text)
    assert found
    return found[1]


@pytest.fixture(scope="session")
def api_server(_airflow_database: None) -> Iterator[TestClient]:
    """Airflow's API server as it is started in earnest, short of the socket."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS",
            ",".join(f"{role}:{role}" for role in [*ROLES, "op"]) + ",other:admin",
        )
        environment.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "a-secret-of-this-test-session-" * 3)
        from airflow.api_fastapi.app import create_app, purge_cached_app  # noqa: PLC0415
        from starlette.testclient import TestClient  # noqa: PLC0415

        purge_cached_app()
        with TestClient(create_app(), base_url=ORIGIN) as client:
            yield client
        purge_cached_app()


def session_of(name: str, role: str, **options: Any) -> str:
    """Return the session of a person, as Airflow's login makes it."""
    from airflow.api_fastapi.app import get_auth_manager  # noqa: PLC0415
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser  # noqa: PLC0415

    user = SimpleAuthManagerUser(username=name, role=role)
    return str(get_auth_manager().generate_jwt(user, **options))


@pytest.fixture
def people(api_server: TestClient) -> dict[str, Person]:
    """One person of each role, another admin, and a stranger."""
    known = {role: Person(api_server, session_of(role, role)) for role in ROLES}
    known["other"] = Person(api_server, session_of("other", "admin"))
    known["stranger"] = Person(api_server, None)
    known["expired"] = Person(
        api_server, session_of("admin", "admin", expiration_time_in_seconds=-60)
    )
    return known


@pytest.fixture
def admin(people: dict[str, Person]) -> Person:
    """Somebody who may do everything."""
    return people["admin"]


@pytest.fixture(scope="module")
def _one_sandbox(world: World) -> Iterator[RunningSandbox]:
    """A sandbox for all tests of a file: each test has its own grants and its own warehouse."""
    running = start_server(world)
    yield running
    running.stop()


@pytest.fixture
def stage(_airflow_database: None, warehouse: str, _one_sandbox: RunningSandbox) -> Iterator[Stage]:
    """A stage with a migrated, empty warehouse."""
    with directed(warehouse, _one_sandbox) as stage:
        yield stage


@pytest.fixture
def keys(stage: Stage) -> list[str]:
    """The configuration that connecting needs, and a connection without a token."""
    return configure(stage)


def configure(stage: Stage) -> list[str]:
    """Set on a stage what connecting needs; return the keys."""
    found = [Fernet.generate_key().decode()]
    stage.environment.setenv("AIRFLOW__TIKTOK__TOKEN_KEYS", ",".join(found))
    stage.environment.setenv("AIRFLOW__TIKTOK__REDIRECT_URI", CALLBACK)
    stage.environment.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")
    stage.connect_as(access_token="")
    return found


def begin(person: Person, connection_id: str = "tiktok_default") -> str:
    """Press *Continue to TikTok* and return where the browser is sent."""
    page = f"/tiktok/connections/{connection_id}/connect"
    answer = person.send_form(page, page)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def approve(address: str, decision: str = "approve", **choices: str) -> str:
    """Approve on TikTok's page and return the address that it sends the browser back to."""
    given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    answer = requests.post(
        address, data={**given, "decision": decision, **choices}, allow_redirects=False, timeout=10
    )
    assert answer.status_code in {302, 303}, answer.text
    return answer.headers["location"]


def path_of(address: str) -> str:
    """Return an address without its origin."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def to_review(person: Person) -> str:
    """Go all the way to the page that shows what was found; return its path."""
    answer = person.get(path_of(approve(begin(person))))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]
