"""The sandbox counts as TikTok does, and eight processes never make it refuse a call."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta

import pytest

from airflow_provider_tiktok.api.messages import ApiRequest
from airflow_provider_tiktok.api.transport import Transport
from airflow_provider_tiktok.warehouse.limiter import DatabaseLimiter
from sandbox.server import STATIC_TOKEN, start_server

START = datetime(2026, 11, 3, 12, tzinfo=UTC)
PROCESSES = 8
CALL_SECONDS = 0.05
fork = multiprocessing.get_context("fork")


def call(line, warehouse):
    """Work of one process: call the sandbox when the limiter allows it and the test says when."""
    now = 0.0
    transport = Transport(local_url=line.recv())
    limiter = DatabaseLimiter(
        warehouse,
        "7100000000000000001",
        "basic",
        clock=lambda: START + timedelta(seconds=now),
        monotonic=lambda: now,
    )
    while True:
        now = line.recv()
        wait = limiter.acquire("general")
        if wait == 0:
            transport.send(ApiRequest("GET", "user/info/"), STATIC_TOKEN)
        line.send(now + (wait or CALL_SECONDS))


@pytest.fixture
def lines(warehouse):
    """Lines to eight processes, forked before the sandbox's thread starts."""
    ends = []
    processes = []
    for _ in range(PROCESSES):
        ours, theirs = fork.Pipe()
        ends.append(ours)
        processes.append(fork.Process(target=call, args=(theirs, warehouse), daemon=True))
        processes[-1].start()
    yield ends
    for process in processes:
        process.kill()
        process.join()


@pytest.mark.parametrize("minutes", [2, pytest.param(10, marks=pytest.mark.long)])
def test_no_call_is_throttled_and_nine_tenths_of_the_quota_are_used(lines, world, minutes):
    with start_server(world, clock_speed=0.0, now=START, switches={"tier": "Basic"}) as sandbox:
        for line in lines:
            line.send(sandbox.api_url)
        wakes_at = [0.0] * PROCESSES
        while (now := min(wakes_at)) < 60 * minutes:
            sandbox.set_clock(START + timedelta(seconds=now))
            due = [number for number, wakes in enumerate(wakes_at) if wakes <= now]
            for number in due:
                lines[number].send(now)
            for number in due:
                wakes_at[number] = lines[number].recv()
        codes = sandbox.state()["codes"]

    assert set(codes) == {"0"}
    assert codes["0"] >= 0.9 * 600 * minutes
