"""Eighteen ways to abuse an authorisation. Each is refused, and nothing is stored."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from .conftest import HERE, approve, begin, form_token, session_of, to_review
from .conftest import Person as Someone

if TYPE_CHECKING:
    from tests.dags.conftest import Stage

    from .conftest import Person

CALLBACK = "/tiktok/callback"
pytestmark = pytest.mark.usefixtures("keys")


def coming_back(person: Person) -> dict[str, str]:
    """Approve, and return what TikTok would send back without going there."""
    query = urlsplit(approve(begin(person))).query
    return {name: values[0] for name, values in parse_qs(query).items()}


def nothing_is_stored(stage: Stage) -> bool:
    return (
        stage.rows(
            "select 1 from tiktok_ops.oauth_tokens "
            "union all select 1 from tiktok_ops.oauth_pending_grants"
        )
        == []
    )


def call(person: Person, **given: str) -> int:
    return person.get(f"{CALLBACK}?{urlencode(given)}").status_code


def test_a_missing_state(stage: Stage, admin: Person) -> None:
    given = coming_back(admin)
    del given["state"]
    assert call(admin, **given) == 400
    assert nothing_is_stored(stage)


def test_a_forged_state(stage: Stage, admin: Person) -> None:
    assert call(admin, **coming_back(admin) | {"state": "A" * 43}) == 400
    assert nothing_is_stored(stage)


def test_a_replayed_state(stage: Stage, admin: Person) -> None:
    given = coming_back(admin)
    assert call(admin, **given) == 303
    fresh = stage.sandbox.approve()
    assert call(admin, state=given["state"], auth_code=fresh) == 400
    assert stage.rows("select count(*) from tiktok_ops.oauth_pending_grants") == [(1,)]


def test_an_expired_state(stage: Stage, admin: Person) -> None:
    given = coming_back(admin)
    stage.write("update tiktok_ops.oauth_states set started_at = started_at - interval '601 s'")
    assert call(admin, **given) == 400
    assert nothing_is_stored(stage)


def test_the_state_of_another_user(stage: Stage, people: dict[str, Person]) -> None:
    given = coming_back(people["admin"])
    assert call(people["other"], **given) == 400
    assert nothing_is_stored(stage)
    assert call(people["admin"], **given) == 303  # it is still good for whom it was made


def test_two_parallel_flows(stage: Stage, admin: Person) -> None:
    first, second = coming_back(admin), coming_back(admin)
    assert call(admin, **first) == 400
    assert call(admin, **second) == 303


def test_an_injected_code(stage: Stage, people: dict[str, Person]) -> None:
    """A code that TikTok gave to another app's visitor is not taken by TikTok."""
    given = coming_back(people["admin"])
    stolen = {"auth_code": "f" * 40, "code": "f" * 40, "state": given["state"]}
    assert call(people["admin"], **stolen) == 502
    assert nothing_is_stored(stage)


def test_duplicated_parameters(stage: Stage, admin: Person) -> None:
    for name in ("state", "auth_code", "code"):
        given = coming_back(admin)
        query = f"{urlencode(given)}&{name}={given[name]}"
        assert admin.get(f"{CALLBACK}?{query}").status_code == 400, name
    assert nothing_is_stored(stage)


def test_a_code_that_is_not_the_auth_code(stage: Stage, admin: Person) -> None:
    given = coming_back(admin)
    assert call(admin, **given | {"code": stage.sandbox.approve()}) == 400
    assert nothing_is_stored(stage)


def test_a_poisoned_host(stage: Stage, admin: Person) -> None:
    page = f"{HERE}/connect"
    token = form_token(admin.get(page))
    answer = admin.post(
        page, {"form_token": token}, x_forwarded_host="evil.test", x_forwarded_proto="http"
    )
    sent = parse_qs(urlsplit(answer.headers["location"]).query)
    assert sent["redirect_uri"] == ["https://airflow.test/tiktok/callback"]


def test_an_open_redirect(admin: Person) -> None:
    for name, target in itertools.product(
        ("next", "redirect_uri", "return_to", "done"),
        (
            "//evil.test",
            "\\\\evil.test",
            "%5c%5cevil.test",
            "javascript:alert(1)",
            "https://evil.test",
        ),
    ):
        shown = admin.get(f"{HERE}?{name}={quote(target, safe='%')}")
        assert shown.status_code == 200, (name, target)
        assert "evil.test" not in shown.text, (name, target)
        assert "alert(1)" not in shown.text, (name, target)


def test_an_open_redirect_after_the_callback(admin: Person) -> None:
    given = coming_back(admin) | {"next": "//evil.test", "redirect_uri": "https://evil.test"}
    answer = admin.get(f"{CALLBACK}?{urlencode(given)}")
    assert answer.headers["location"].startswith(f"{HERE}/grants/")


def test_an_error_that_comes_back(stage: Stage, admin: Person) -> None:
    given = coming_back(admin)
    assert call(admin, state=given["state"], error="access_denied") == 400
    assert call(admin, **given) == 400  # and the state is spent
    assert nothing_is_stored(stage)


def test_a_script_in_what_comes_back(admin: Person) -> None:
    for name in ("error", "error_description", "state", "auth_code"):
        given = coming_back(admin) | {name: "<script>alert('x')</script>\"><img src=x>"}
        shown = admin.get(f"{CALLBACK}?{urlencode(given)}").text
        assert "alert(" not in shown, name
        assert "<img" not in shown, name


def test_a_state_of_another_size(stage: Stage, admin: Person) -> None:
    given = coming_back(admin)
    for length in (0, 1, 42, 44, 3000, 60_000):
        assert call(admin, **given | {"state": "a" * length}) == 400, length
    assert nothing_is_stored(stage)


def test_too_many_parameters(stage: Stage, admin: Person) -> None:
    given = coming_back(admin)
    query = urlencode(given) + "&x=1" * 400
    assert admin.get(f"{CALLBACK}?{query}").status_code == 400
    assert nothing_is_stored(stage)


def test_a_grant_under_another_connection(stage: Stage, admin: Person) -> None:
    stage.environment.setenv(
        "AIRFLOW_CONN_TIKTOK_EU", '{"conn_type": "tiktok", "extra": {"environment": "local"}}'
    )
    review = to_review(admin)
    elsewhere = review.replace("tiktok_default", "tiktok_eu")
    assert admin.get(elsewhere).status_code == 400
    token = form_token(admin.get(review))
    assert admin.post(f"{elsewhere}/confirm", {"form_token": token}).status_code == 400
    assert stage.rows("select 1 from tiktok_ops.oauth_tokens") == []


def test_a_grant_of_another_user(stage: Stage, people: dict[str, Person]) -> None:
    review = to_review(people["admin"])
    other = people["other"]
    assert other.get(review).status_code == 400
    token = form_token(other.get(f"{HERE}/connect"))
    assert other.post(f"{review}/confirm", {"form_token": token}).status_code == 400
    assert stage.rows("select 1 from tiktok_ops.oauth_tokens") == []


def test_a_confirmation_sent_twice(stage: Stage, admin: Person) -> None:
    review = to_review(admin)
    token = form_token(admin.get(review))
    answers = [admin.post(f"{review}/confirm", {"form_token": token}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 400]
    assert stage.rows("select version from tiktok_ops.oauth_tokens") == [(1,)]


def test_a_forged_form(stage: Stage, admin: Person) -> None:
    review = to_review(admin)
    answer = admin.post(f"{review}/confirm", origin="https://evil.test")
    assert answer.status_code == 403
    assert stage.rows("select 1 from tiktok_ops.oauth_tokens") == []


def test_a_callback_without_the_session(stage: Stage, people: dict[str, Person]) -> None:
    given = coming_back(people["admin"])
    for who, status in (("stranger", 401), ("expired", 401), ("viewer", 403), ("user", 403)):
        assert call(people[who], **given) == status, who
    assert nothing_is_stored(stage)


def test_someone_who_lost_the_permission_meanwhile(stage: Stage, admin: Person) -> None:
    given = coming_back(admin)
    demoted = Someone(admin.client, session_of("admin", "viewer"))
    assert call(demoted, **given) == 403
    assert nothing_is_stored(stage)


def test_a_callback_in_a_frame(admin: Person) -> None:
    headers = admin.get(f"{CALLBACK}?state=x").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


def test_a_redirect_address_that_changed_meanwhile(stage: Stage, admin: Person) -> None:
    given = coming_back(admin)
    stage.environment.setenv("AIRFLOW__TIKTOK__REDIRECT_URI", "https://elsewhere.test/x")
    assert call(admin, **given) == 400
    assert nothing_is_stored(stage)


def test_the_state_is_kept_as_a_hash_only(stage: Stage, admin: Person) -> None:
    given = coming_back(admin)
    (kept,) = stage.rows("select oauth_states::text from tiktok_ops.oauth_states")
    assert given["state"] not in kept[0]
