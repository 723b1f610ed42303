"""Start a sandbox in a thread of this process, or serve one until the program ends."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from sandbox.server.app import SandboxApplication
from sandbox.server.clock import VirtualClock
from sandbox.server.control_client import SandboxControl
from sandbox.server.events import restore
from sandbox.server.faults import storm
from sandbox.server.http import HttpServer
from sandbox.server.state import State
from sandbox.server.switches import Switches
from sandbox.server.truth import TruthLog

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from sandbox.world import World

START_SECONDS = 30


def new_state(
    world: World,
    *,
    now: datetime | None = None,
    clock_speed: float = 1.0,
    switches: Mapping[str, object] | None = None,
    faults: str | Sequence[Mapping[str, Any]] | None = None,
    faults_seed: int = 1,
    truth_log: Path | None = None,
    redirect_uris: Sequence[str] = (),
) -> State:
    """Return the state of a fresh sandbox; a truth log that exists is taken over.

    `faults` is "storm", a list of rules, or None. The clock starts at `now`, or at the world's end.
    """
    state = State(
        world,
        VirtualClock(now or world.end, speed=clock_speed),
        TruthLog(truth_log),
        Switches().changed(dict(switches or {})),
        redirect_uris=frozenset(redirect_uris),
    )
    if isinstance(faults, str) and faults != "storm":
        raise ValueError(f"no fault profile {faults}; there is storm")
    state.faults.add(storm(faults_seed) if isinstance(faults, str) else faults or ())
    restore(state)
    return state


async def serve(
    state: State,
    *,
    host: str,
    port: int,
    tls: ssl.SSLContext | None,
    started: Callable[[int], None],
    stop: asyncio.Event,
) -> None:
    """Serve until `stop` is set; `started` learns the port."""
    application = SandboxApplication(state)
    state.scheme = "http" if tls is None else "https"
    state.ports.new_server = lambda: HttpServer(application)
    server = HttpServer(application)
    started(await server.start(host, port, tls))
    try:
        await stop.wait()
    finally:
        await server.close()
        await state.ports.close()
        state.truth.close()


class RunningSandbox(SandboxControl):
    """A sandbox in a thread. `url` is its origin, `api_url` TikTok's base URL on it."""

    def __init__(self, state: State, *, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self.state_of_server = state
        self._ready = threading.Event()
        self._port = 0
        self._failure: BaseException | None = None
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(
            target=self._run, args=(host, port, tls), name="tiktok-sandbox", daemon=True
        )
        self._thread.start()
        if not self._ready.wait(START_SECONDS) or self._failure is not None:
            raise RuntimeError(f"the sandbox did not start on {host}:{port}") from self._failure
        super().__init__(f"{state.scheme}://{host}:{self._port}")

    def _run(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        def started(bound: int) -> None:
            self._port = bound
            self._ready.set()

        try:
            self._loop.run_until_complete(
                serve(
                    self.state_of_server,
                    host=host,
                    port=port,
                    tls=tls,
                    started=started,
                    stop=self._stop,
                )
            )
        except OSError as error:  # the port is taken, or not ours to take
            self._failure = error
            self._ready.set()
        finally:
            self._loop.close()

    def stop(self) -> None:
        """Stop the sandbox and wait until its thread has ended; twice is once."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def __enter__(self) -> RunningSandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start_server(
    world: World,
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    faults: str | Sequence[Mapping[str, Any]] | None = None,
    switches: Mapping[str, object] | None = None,
    now: datetime | None = None,
    clock_speed: float = 1.0,
    truth_log: Path | None = None,
    redirect_uris: Sequence[str] = (),
    tls: ssl.SSLContext | None = None,
) -> RunningSandbox:
    """Start a sandbox in a thread and return it once it answers.

    Quotas are off unless `switches` names a tier. Raises RuntimeError if the port is taken.
    """
    state = new_state(
        world,
        now=now,
        clock_speed=clock_speed,
        switches=switches,
        faults=faults,
        truth_log=truth_log,
        redirect_uris=redirect_uris,
    )
    return RunningSandbox(state, host=host, port=port, tls=tls)
