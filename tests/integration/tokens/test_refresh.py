"""A token is renewed once for everybody, and never lost in silence."""

# ruff: noqa: S105, S106 - the tokens here are made up
from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading

import pytest

from airflow_provider_tiktok.warehouse.database import connect
from airflow_provider_tiktok.warehouse.tokens import TokenStore
from airflow_provider_tiktok.warehouse.tokens_state import TokenUnavailableError, token_states

fork = multiprocessing.get_context("fork")
EXPIRE = "update tiktok_ops.oauth_tokens set expires_at = tiktok_ops.now() + interval '1 minute'"


def save_first_pair(store, *, expires_in=60):
    return store.save(
        "tiktok",
        access_token="access-0",
        refresh_token="refresh-0",
        token_family="account_holder",
        expires_in=expires_in,
        refresh_expires_in=365 * 86_400,
    )


def test_a_token_that_lives_long_enough_is_not_renewed(store, server):
    save_first_pair(store, expires_in=3600)

    assert store.fresh("tiktok", server.renew).access_token == "access-0"
    assert server.state() == (0, 0)


def test_an_advertisers_token_is_never_renewed(store, server):
    store.save("tiktok", access_token="forever")

    assert store.fresh("tiktok", server.renew).access_token == "forever"
    assert server.state() == (0, 0)


def test_an_ending_token_is_renewed_and_stored_before_it_is_used(store, server, connection):
    save_first_pair(store)

    token = store.fresh("tiktok", server.renew)

    assert (token.access_token, token.refresh_token, token.version) == ("access-1", "refresh-1", 2)
    assert store.read("tiktok") == token
    assert store.fresh("tiktok", server.renew) == token
    assert server.state() == (1, 1)


def test_a_refused_refresh_token_needs_a_person(store, server, connection):
    save_first_pair(store)
    connection.execute("update token_server set generation = 7")

    with pytest.raises(TokenUnavailableError, match=r"code 40105.* must connect again") as raised:
        store.fresh("tiktok", server.renew)

    assert raised.value.status == "needs_reauth"
    assert token_states(connection)[0].status == "needs_reauth"
    with pytest.raises(TokenUnavailableError):
        store.fresh("tiktok", server.renew)
    assert server.state()[1] == 1


def test_a_server_that_cannot_be_reached_changes_nothing(store):
    save_first_pair(store)

    def unreachable(refresh_token):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        store.fresh("tiktok", unreachable)

    assert store.read("tiktok").version == 1


def test_a_worker_that_finds_another_renewing_waits_and_gets_its_token(
    warehouse, store, server, connection, keys
):
    save_first_pair(store)
    is_asked, may_answer = threading.Event(), threading.Event()

    def slow(refresh_token):
        is_asked.set()
        may_answer.wait(20)
        return server.renew(refresh_token)

    tokens = []

    def work(renew):
        with connect(warehouse) as own:
            tokens.append(TokenStore(own, [keys[0]]).fresh("tiktok", renew).access_token)

    workers = [threading.Thread(target=work, args=(renew,)) for renew in (slow, server.renew)]
    workers[0].start()
    is_asked.wait(20)
    workers[1].start()
    waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    while workers[1].is_alive() and connection.execute(waiting).fetchone()[0] == 0:
        workers[1].join(0.01)
    may_answer.set()
    for worker in workers:
        worker.join(20)

    assert tokens == ["access-1", "access-1"]
    assert server.state() == (1, 1)


def ask(line, warehouse, key, server):
    """Work of a process of the storm: a fresh token whenever the test says so."""
    with connect(warehouse) as connection:
        store = TokenStore(connection, [key])
        while line.recv():
            line.send(store.fresh("tiktok", server.renew).access_token)


@pytest.mark.parametrize(
    ("process_count", "expiries"),
    [(16, 10), pytest.param(64, 50, marks=pytest.mark.long)],
    ids=["16 processes", "64 processes"],
)
def test_every_expiry_makes_one_refresh_call_however_many_ask(
    warehouse, store, server, connection, keys, *, process_count, expiries
):
    save_first_pair(store)
    lines = []
    processes = []
    for _ in range(process_count):
        ours, theirs = fork.Pipe()
        lines.append(ours)
        processes.append(
            fork.Process(target=ask, args=(theirs, warehouse, keys[0], server), daemon=True)
        )
        processes[-1].start()

    seen = []
    for _ in range(expiries):
        connection.execute(EXPIRE)
        for line in lines:
            line.send("go")
        seen.append({line.recv() for line in lines})
    for line in lines:
        line.send("")
    for process in processes:
        process.join()

    assert server.state() == (expiries, expiries)
    assert seen == [{f"access-{number}"} for number in range(1, expiries + 1)]
    assert store.read("tiktok").version == expiries + 1


def refresh_and_die(warehouse, key, server, kill_at, lots):
    """Renew, and be killed at the named moment or at a random one."""

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    if kill_at == "after the answer":
        os.environ["TIKTOK_FAILPOINT"] = "refresh_before_commit:1"
    if kill_at == "any time":
        threading.Timer(lots.random() * 0.02, die).start()
    with connect(warehouse) as connection:
        TokenStore(connection, [key]).fresh("tiktok", server.renew)
        if kill_at == "after the commit":
            die()


def outcome_of(store, server):
    try:
        return "valid", store.fresh("tiktok", server.renew).access_token
    except TokenUnavailableError as error:
        return str(error.status), None


def test_a_kill_during_a_refresh_ends_in_a_valid_pair_or_in_a_call_for_help(
    warehouse, store, server, connection, keys
):
    lots = random.Random(7)
    outcomes = {"valid": 0, "needs_reauth": 0}
    for number in range(200):
        if number == 0 or token_states(connection)[0].status != "active":
            generation = server.state()[0]
            store.save(
                "tiktok",
                access_token=f"access-{generation}",
                refresh_token=f"refresh-{generation}",
                token_family="account_holder",
            )
        connection.execute(EXPIRE)
        kill_at = ("after the answer", "after the commit", "any time")[number % 3]
        child = fork.Process(
            target=refresh_and_die, args=(warehouse, keys[0], server, kill_at, lots), daemon=True
        )
        child.start()
        child.join()
        outcome, access_token = outcome_of(store, server)
        outcomes[outcome] += 1
        if outcome == "valid":
            assert access_token == f"access-{server.state()[0]}"
        else:
            assert kill_at != "after the commit"
        lots.random()

    assert sum(outcomes.values()) == 200
    assert outcomes["needs_reauth"] >= 200 // 3
    assert outcomes["valid"] >= 200 // 3
    marks = connection.execute(
        "select count(*) from tiktok_ops.oauth_token_history where change = 'needs_reauth'"
    ).fetchone()[0]
    assert marks == outcomes["needs_reauth"]


def test_versions_in_the_history_only_rise(store, server, connection):
    save_first_pair(store)
    for _ in range(5):
        store.fresh("tiktok", server.renew)
        connection.execute(EXPIRE)
    store.save("tiktok", access_token="new")

    versions = connection.execute(
        "select version from tiktok_ops.oauth_token_history order by history_id"
    ).fetchall()
    assert [version for (version,) in versions] == [1, 2, 3, 4, 5, 6, 7]
