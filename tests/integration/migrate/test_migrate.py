"""Tables are created once, whoever starts first, and never from a changed file."""

from __future__ import annotations

import multiprocessing

import pytest

from airflow_provider_tiktok.warehouse.database import WarehouseError, connect
from airflow_provider_tiktok.warehouse.migrate import (
    Migration,
    MigrationError,
    migrate,
    migrations,
    pending,
)

fork = multiprocessing.get_context("fork")
ONE = Migration("0001_one", "create table one (n integer)")
TWO = Migration("0002_two", "create table two (n integer); insert into two values (2)")


def tables(connection):
    return {
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.tables where table_schema = 'public'"
        )
    }


def test_an_empty_database_gets_every_table_once(empty_database):
    names = [file.name for file in migrations()]
    with connect(empty_database) as connection:
        assert pending(connection) == names
        assert migrate(connection) == names
        assert migrate(connection) == []
        assert pending(connection) == []


def test_eight_processes_may_start_at_once(empty_database):
    def work(line):
        line.recv()
        with connect(empty_database) as connection:
            line.send(migrate(connection))

    lines = []
    for _ in range(8):
        ours, theirs = fork.Pipe()
        lines.append(ours)
        fork.Process(target=work, args=(theirs,), daemon=True).start()
    for line in lines:
        line.send("go")

    applied = [name for line in lines for name in line.recv()]
    assert sorted(applied) == [file.name for file in migrations()]


def test_a_later_version_applies_only_what_is_new(empty_database):
    with connect(empty_database) as connection:
        assert migrate(connection, [ONE]) == ["0001_one"]
        assert migrate(connection, [ONE, TWO]) == ["0002_two"]
        assert tables(connection) == {"one", "two"}


def test_a_file_that_fails_leaves_nothing_of_itself(empty_database):
    broken = Migration("0002_broken", "create table half (n integer); select nonsense")
    with connect(empty_database) as connection:
        with pytest.raises(Exception, match="nonsense"):
            migrate(connection, [ONE, broken])

        assert tables(connection) == {"one"}
        assert pending(connection, [ONE, TWO]) == ["0002_two"]


def test_a_changed_file_is_named(empty_database):
    with connect(empty_database) as connection:
        migrate(connection, [ONE])

        changed = Migration("0001_one", "create table one (n bigint)")
        for check in (migrate, pending):
            with pytest.raises(MigrationError, match="Migration 0001_one was applied with other"):
                check(connection, [changed])


def test_other_line_endings_are_no_change(empty_database):
    unix = Migration("0001_one", "create table one (\n    n integer\n)")
    windows = Migration("0001_one", "create table one (\r\n    n integer\r\n)")
    with connect(empty_database) as connection:
        migrate(connection, [unix])

        assert migrate(connection, [windows]) == []


def test_a_warehouse_that_is_newer_asks_for_the_package_to_be_upgraded(empty_database):
    with connect(empty_database) as connection:
        migrate(connection, [ONE, TWO])

        with pytest.raises(MigrationError, match=r"0002_two.*Upgrade the package"):
            migrate(connection, [ONE])


def test_a_login_without_the_right_is_told_the_statement_to_run(empty_database):
    with connect(empty_database) as owner:
        owner.execute("drop role if exists migrate_reader")
        owner.execute("create role migrate_reader login")
    with (
        connect(empty_database.replace("postgres:postgres@", "migrate_reader@")) as connection,
        pytest.raises(MigrationError, match=r"grant create on database .* to migrate_reader"),
    ):
        migrate(connection)


def test_a_connection_inside_a_transaction_is_refused(empty_database):
    with (
        connect(empty_database) as connection,
        connection.transaction(),
        pytest.raises(WarehouseError, match="not inside a transaction"),
    ):
        migrate(connection)


def test_the_clock_can_be_moved_for_a_session(warehouse):
    with connect(warehouse) as connection:
        connection.execute("set tiktok.clock_offset = '-3 days'")

        # Three statements, because the order in which one statement reads the clock is not fixed.
        readings = [
            connection.execute(reading).fetchone()
            for reading in (
                "select clock_timestamp() - interval '3 days'",
                "select tiktok_ops.now()",
                "select clock_timestamp() - interval '3 days'",
            )
        ]
        assert readings == sorted(readings)
