"""Ports that fail before a request exists: T01 refused, T03 connect time-out, T04 certificate.

T02 (name failure) needs no port: any host under `.invalid` does not resolve (RFC 2606).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.server.certificates import server_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.server.http import HttpServer
    from sandbox.server.state import State

LOOPBACK = "127.0.0.1"
CONNECTIONS_TO_FILL = 8


@dataclass
class FaultyPorts:
    """The faulty ports of one sandbox; `new_server` makes a server of the same application."""

    new_server: Callable[[], HttpServer] | None = None
    sockets: list[socket.socket] = field(default_factory=list)
    servers: list[HttpServer] = field(default_factory=list)
    starting: set[asyncio.Task[int]] = field(default_factory=set)

    async def close(self) -> None:
        """Close every port."""
        for server in self.servers:
            await server.close()
        for one in self.sockets:
            one.close()


def open_port(state: State, kind: str, certificate: str) -> dict[str, object]:
    """Open a port that shows the fault `kind`; return its number (and, for T04, its PEM)."""
    if kind == "T01":
        port = _bound(state.ports).getsockname()[1]  # bound but not listening: the kernel refuses
        return {"kind": kind, "port": port, "url": f"http://{LOOPBACK}:{port}"}
    if kind == "T03":
        port = _unanswered(state.ports)
        return {"kind": kind, "port": port, "url": f"http://{LOOPBACK}:{port}"}
    if kind == "T04":
        if state.ports.new_server is None:
            raise ValueError("this sandbox runs without sockets")
        listening = _bound(state.ports)
        listening.listen()
        listening.settimeout(0)
        context, pem = server_context(certificate)
        server = state.ports.new_server()
        state.ports.servers.append(server)
        task = asyncio.get_running_loop().create_task(server.start_on(listening, context))
        state.ports.starting.add(task)
        task.add_done_callback(state.ports.starting.discard)
        port = listening.getsockname()[1]
        return {
            "kind": kind,
            "port": port,
            "url": f"https://{LOOPBACK}:{port}",
            "certificate_pem": pem.decode(),
        }
    raise ValueError("kind is T01, T03 or T04; for T02 use a host under .invalid")


def _bound(ports: FaultyPorts) -> socket.socket:
    one = socket.socket()
    one.bind((LOOPBACK, 0))
    ports.sockets.append(one)
    return one


def _unanswered(ports: FaultyPorts) -> int:
    """Return a port whose queue of connections is full, so that a new one is never answered."""
    listening = _bound(ports)
    listening.listen(0)
    port: int = listening.getsockname()[1]
    for _ in range(CONNECTIONS_TO_FILL):
        client = socket.socket()
        client.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            client.connect((LOOPBACK, port))
        ports.sockets.append(client)
    return port
