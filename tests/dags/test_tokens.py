"""A token kept in the warehouse: used, marked when TikTok refuses it, healed by a new one."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from cryptography.fernet import Fernet

from airflow_provider_tiktok.api.oauth import AccountToken
from airflow_provider_tiktok.hooks.authorisation import Authorisation
from airflow_provider_tiktok.hooks.tiktok import TikTokHook
from airflow_provider_tiktok.warehouse.tokens import TokenStore

from .conftest import CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.world import World

    from .conftest import Stage

GRANTED = ["7000000000000000001"]


@contextmanager
def store_of(stage: Stage) -> Iterator[TokenStore]:
    """Open the store of a stage, and take the pasted token out of its connection."""
    key = Fernet.generate_key().decode()
    stage.environment.setenv("AIRFLOW__TIKTOK__TOKEN_KEYS", key)
    stage.connect_as(access_token="")
    with psycopg.connect(stage.warehouse_uri, autocommit=True) as connection:
        yield TokenStore(connection, [key])


@pytest.fixture
def store(stage: Stage) -> Iterator[TokenStore]:
    """The store of an empty stage."""
    with store_of(stage) as store:
        yield store


def grant(stage: Stage, store: TokenStore, token: str) -> None:
    stage.sandbox.grant(token, advertiser_ids=GRANTED)
    store.save("tiktok_default", access_token=token)


def test_a_kept_token_is_used(stage: Stage, store: TokenStore, world: World) -> None:
    grant(stage, store, "kept-access-token-1")
    run = stage.run("tiktok_accounts", world.end)
    assert run.state == "success"
    assert stage.rows("select advertiser_id from tiktok_raw.advertisers") == [(GRANTED[0],)]
    assert "kept-access-token" not in run.log


def test_a_dead_token_is_marked_and_a_new_one_heals(
    stage: Stage, store: TokenStore, world: World
) -> None:
    grant(stage, store, "kept-access-token-1")
    stage.sandbox.revoke("kept-access-token-1")
    assert "TikTok answered 40105" in stage.run("tiktok_accounts", world.end).log
    assert stage.rows("select status from tiktok_ops.oauth_tokens") == [("needs_reauth",)]
    calls = len(stage.sandbox.requests())
    run = stage.run("tiktok_accounts", world.end)
    assert "Someone with access to the TikTok accounts must connect again" in run.log
    assert len(stage.sandbox.requests()) == calls
    grant(stage, store, "kept-access-token-2")
    assert stage.run("tiktok_accounts", world.end).state == "success"


def test_two_calls_of_one_run_find_that_the_token_ends_and_it_is_renewed_once(
    stage: Stage, store: TokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(
        "tiktok_default",
        access_token="access-0",  # noqa: S106 - made up
        refresh_token="refresh-0",  # noqa: S106
        token_family="account_holder",  # noqa: S106
        expires_in=60,
    )
    hook = TikTokHook()
    found: list[str] = []
    renewals: list[str] = []
    other = threading.Thread(target=lambda: found.append(hook.token_source()))

    def renew(_: TikTokHook, refresh_token: str) -> AccountToken:
        renewals.append(refresh_token)
        other.start()
        other.join(0.5)  # it asks while this call is under way
        return AccountToken("access-1", "refresh-1", 86_400, 31_536_000, (), None)

    monkeypatch.setattr(TikTokHook, "_renew_account_token", renew)
    found.append(hook.token_source())
    other.join()
    hook.close()

    assert (found, renewals) == (["access-1", "access-1"], ["refresh-0"])


def test_without_any_token_the_task_says_how_to_get_one(
    stage: Stage, store: TokenStore, world: World
) -> None:
    run = stage.run("tiktok_accounts", world.end)
    assert run.state == "failed"
    assert "Connection tiktok_default has no token." in run.log


def test_a_token_that_dies_while_events_are_sent_is_marked_too(
    exported: Stage, world: World
) -> None:
    with store_of(exported) as store:
        grant(exported, store, "kept-access-token-1")
        exported.sandbox.revoke("kept-access-token-1")
        assert exported.run("tiktok_events", world.end).state == "failed"
        assert exported.rows("select status from tiktok_ops.oauth_tokens") == [("needs_reauth",)]
        assert exported.sandbox.events() == []


def connect_again(stage: Stage) -> None:
    """Go through an authorisation as the page does, with a person's approval in the sandbox."""
    with TikTokHook().connect_warehouse() as warehouse:
        authorisation = Authorisation(TikTokHook(), warehouse, "ada")
        authorisation.begin()
        authorisation.confirm(authorisation.receive(stage.sandbox.approve()))


def test_after_connecting_again_every_waiting_event_leaves_by_itself(
    exported: Stage, world: World
) -> None:
    waiting = "select count(*), coalesce(sum(attempts), 0) from tiktok_ops.event_outbox where "
    with store_of(exported) as store:
        exported.environment.setenv("AIRFLOW__TIKTOK__REDIRECT_URI", "http://localhost/callback")
        grant(exported, store, "kept-access-token-1")
        exported.sandbox.revoke("kept-access-token-1")
        exported.run("tiktok_events", world.end)
        calls = len(exported.sandbox.requests())
        exported.run("tiktok_events", world.end + timedelta(hours=1))
        assert len(exported.sandbox.requests()) == calls  # nothing is asked with a dead grant
        ((kept, _),) = exported.rows(waiting + "state in ('pending', 'inflight')")
        assert kept > 0

        connect_again(exported)
        run = exported.run("tiktok_events", world.end + timedelta(hours=2))

        assert run.state == "success", run.log
        assert (
            exported.rows(waiting + "state = 'pending' and next_attempt_at is not null")[0][0] == 0
        )
        assert exported.rows(waiting + "state = 'delivered'")[0][0] > 0


def test_a_dead_grant_stops_its_own_connection_only(
    stage: Stage, store: TokenStore, world: World
) -> None:
    grant(stage, store, "kept-access-token-1")
    stage.environment.setenv(
        "AIRFLOW_CONN_TIKTOK_OTHER", json.dumps({"conn_type": "tiktok", "extra": CREDENTIALS})
    )
    store.mark("tiktok_default", "needs_reauth", version=1, code=40105)
    assert stage.run("tiktok_accounts", world.end).state == "failed"
    hook = TikTokHook("tiktok_other")
    assert hook.test_connection()[0]
