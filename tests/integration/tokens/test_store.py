"""Tokens come back as they went in, to whom they belong, and to nobody else."""

# ruff: noqa: S105, S106 - the tokens here are made up
from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_tiktok.warehouse.database import WarehouseError, connect
from airflow_provider_tiktok.warehouse.tokens import TokenStore
from airflow_provider_tiktok.warehouse.tokens_cipher import (
    TokenCipher,
    TokenDamagedError,
    TokenKeyError,
    split_keys,
)
from airflow_provider_tiktok.warehouse.tokens_state import TokenUnavailableError, token_states

SECRET = "planted-access-token-0123456789"


def history(connection):
    return connection.execute(
        "select connection_id, version, change, code, changed_by "
        "from tiktok_ops.oauth_token_history order by history_id"
    ).fetchall()


def test_a_saved_token_is_read_back(store, connection):
    saved = store.save("tiktok", access_token=SECRET, scope=["3", "4"])

    read = store.read("tiktok")

    assert read == saved
    assert (read.access_token, read.refresh_token, read.version) == (SECRET, None, 1)
    assert (read.token_family, read.scope, read.expires_at) == ("advertiser", ("3", "4"), None)
    assert history(connection) == [("tiktok", 1, "saved", None, "ada")]


def test_saving_again_is_the_next_version(store):
    store.save("tiktok", access_token="first")

    store.save("tiktok", access_token="second")

    assert store.read("tiktok").access_token == "second"
    assert store.read("tiktok").version == 2


def test_a_token_is_not_shown_when_printed(store):
    token = store.save("tiktok", access_token=SECRET, refresh_token="planted-refresh-token")

    assert "planted" not in f"{token} {token!r}"


def test_nothing_readable_is_stored(store, connection):
    store.save("tiktok", access_token=SECRET, refresh_token="planted-refresh-token")
    store.mark("tiktok", "needs_reauth", version=1, code=40105)

    dump = connection.execute(
        "select string_agg(t::text, '') || (select string_agg(h::text, '') from "
        "tiktok_ops.oauth_token_history as h) from tiktok_ops.oauth_tokens as t"
    ).fetchone()[0]

    assert "planted" not in dump
    assert b"planted".hex() not in dump


def test_a_connection_without_a_token_says_how_to_get_one(store):
    with pytest.raises(TokenUnavailableError, match="tiktok_eu has no token") as e:
        store.read("tiktok_eu")

    assert e.value.status is None


def test_a_refused_token_is_not_used_until_someone_connects_again(store, connection):
    store.save("tiktok", access_token="dead")

    assert store.mark("tiktok", "needs_reauth", version=1, code=40105)
    assert not store.mark("tiktok", "needs_reauth", version=1, code=40105)

    with pytest.raises(TokenUnavailableError, match=r"refused by TikTok \(code 40105\)"):
        store.read("tiktok")
    store.save("tiktok", access_token="alive")
    assert store.read("tiktok").access_token == "alive"
    assert [row[2] for row in history(connection)] == ["saved", "needs_reauth", "saved"]


def test_a_late_refusal_of_an_old_token_leaves_the_new_one_active(store):
    store.save("tiktok", access_token="old")
    store.save("tiktok", access_token="new")

    assert not store.mark("tiktok", "needs_reauth", version=1, code=40105)

    assert store.read("tiktok").access_token == "new"


def test_a_revoked_token_is_erased(store, connection):
    store.save("tiktok", access_token=SECRET)

    store.mark("tiktok", "revoked", version=1)

    with pytest.raises(TokenUnavailableError, match="was given back"):
        store.read("tiktok")
    row = connection.execute("select ciphertext, key_id from tiktok_ops.oauth_tokens").fetchone()
    assert row == (None, None)
    assert store.save("tiktok", access_token="again").version == 2


def test_states_are_read_without_a_key(store, connection):
    store.save("tiktok", access_token=SECRET)
    store.save("tiktok_eu", access_token=SECRET)
    store.mark("tiktok_eu", "revoked", version=1)

    first, second = token_states(connection)

    assert (first.connection_id, first.status, first.version) == ("tiktok", "active", 1)
    assert (second.connection_id, second.status) == ("tiktok_eu", "revoked")


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ([], "there is no key"),
        (["not-a-key"], "Key 1 of 1 in .* is no Fernet key"),
        ([Fernet.generate_key().decode(), ""], "Key 2 of 2"),
    ],
    ids=["none", "wrong", "empty"],
)
def test_without_a_valid_key_nothing_starts(connection, keys, problem):
    with pytest.raises(TokenKeyError, match=problem):
        TokenStore(connection, keys)


def test_the_error_about_a_wrong_key_does_not_show_it(connection):
    with pytest.raises(TokenKeyError) as raised:
        TokenStore(connection, ["planted-key"])

    assert "planted" not in str(raised.value)


def test_a_key_that_was_removed_is_asked_for_by_its_fingerprint(store, connection, keys):
    store.save("tiktok", access_token=SECRET)
    key_id = token_states(connection)[0].key_id

    with pytest.raises(TokenKeyError, match=f"encrypted with key {key_id}, which is not in"):
        TokenStore(connection, [keys[1]]).read("tiktok")


def test_keys_rotate_while_workers_read(warehouse, keys):
    new, old = keys
    with connect(warehouse) as connection, connect(warehouse) as workers_connection:
        for name in ("a", "b", "c"):
            TokenStore(connection, [old]).save(name, access_token=f"token-{name}")
        worker = TokenStore(workers_connection, [new, old])
        rotating = TokenStore(connection, [new, old])
        assert worker.read("a").access_token == "token-a"

        assert rotating.reencrypt() == 3
        assert rotating.reencrypt() == 0

        assert [worker.read(name).access_token for name in "abc"] == [
            "token-a", "token-b", "token-c",
        ]  # fmt: skip
        assert TokenStore(connection, [new]).read("b").version == 1


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(
            "update tiktok_ops.oauth_tokens as t set ciphertext = o.ciphertext "
            "from tiktok_ops.oauth_tokens as o where t.connection_id <> o.connection_id",
            id="swapped",
        ),
        pytest.param("update tiktok_ops.oauth_tokens set version = version + 1", id="version"),
        pytest.param(
            "update tiktok_ops.oauth_tokens set ciphertext = substr(ciphertext, 1, 60)",
            id="truncated",
        ),
        pytest.param("update tiktok_ops.oauth_tokens set ciphertext = ''", id="emptied"),
        pytest.param(
            "update tiktok_ops.oauth_tokens set ciphertext = set_byte(ciphertext, 40, "
            "(get_byte(ciphertext, 40) - 64) # 1 + 64)",
            id="one bit",
        ),
    ],
)
def test_a_damaged_row_is_refused(store, connection, damage):
    store.save("tiktok", access_token="one")
    store.save("tiktok_eu", access_token="two")
    connection.execute(damage)

    for name in ("tiktok", "tiktok_eu"):
        with pytest.raises(TokenDamagedError, match=f"of connection {name} was changed"):
            store.read(name)


def test_the_store_refuses_to_work_inside_a_transaction(store, connection):
    with (
        connection.transaction(),
        pytest.raises(WarehouseError, match="outside of any transaction"),
    ):
        store.save("tiktok", access_token=SECRET)


texts = st.text(min_size=1, max_size=40)


@settings(max_examples=50)
@given(secret=texts, name=texts, other=texts, version=st.integers(1, 2**40), bit=st.integers(0))
def test_a_ciphertext_opens_only_with_its_key_and_in_its_row(secret, name, other, version, bit):
    key, wrong_key = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    cipher, wrong = TokenCipher([key]), TokenCipher([wrong_key])
    ciphertext = cipher.encrypt({"access_token": secret}, name, version)

    assert cipher.decrypt(ciphertext, cipher.key_id, name, version) == {"access_token": secret}
    if other != name:
        with pytest.raises(TokenDamagedError):
            cipher.decrypt(ciphertext, cipher.key_id, other, version)
    with pytest.raises(TokenDamagedError):
        cipher.decrypt(ciphertext, cipher.key_id, name, version + 1)
    with pytest.raises(TokenDamagedError):
        wrong.decrypt(ciphertext, wrong.key_id, name, version)
    flipped = bytearray(ciphertext)
    flipped[bit % (len(flipped) - 4)] ^= 1  # the last four may be padding
    with pytest.raises(TokenDamagedError):
        cipher.decrypt(bytes(flipped), cipher.key_id, name, version)


def test_keys_are_split_as_people_write_them():
    assert split_keys(" new , old,") == ["new", "old"]
    assert split_keys("") == []
