"""HTTP/1.1 on asyncio and h11: read requests, hand each to the application, send its answer."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

import h11

from sandbox.server.delivery import deliver
from sandbox.server.messages import Delivery, Request, Response

if TYPE_CHECKING:
    import socket
    import ssl

READ_AT_ONCE = 256 * 1024
LONGEST_HEAD = 256 * 1024
LARGEST_BODY = 64 * 1024 * 1024


class Application(Protocol):
    """What the HTTP server serves."""

    def before_body(self, method: str, target: str) -> Delivery | None:
        """Return a delivery that ends the connection before the body is read, or None."""

    def handle(self, request: Request) -> Response:
        """Answer one request; everything it must remember is remembered when it returns."""

    def delivered(self, response: Response, *, sent: bool) -> None:
        """Learn whether the answer left whole."""


class HttpServer:
    """Accepts connections on one port until it is closed."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Listen on `host`; return the port (a free one where `port` is 0)."""
        self._server = await asyncio.start_server(
            self._serve, host, port, ssl=tls, limit=READ_AT_ONCE, backlog=512
        )
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def start_on(self, listening: socket.socket, tls: ssl.SSLContext | None) -> int:
        """Serve on a socket that listens already; return its port."""
        self._server = await asyncio.start_server(
            self._serve, sock=listening, ssl=tls, limit=READ_AT_ONCE
        )
        bound: int = listening.getsockname()[1]
        return bound

    async def close(self) -> None:
        """Stop listening and drop the connections that are open."""
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError, h11.LocalProtocolError):
            await _Connection(reader, writer, self._application).run()
        writer.close()


class _Connection:
    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, application: Application
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._application = application
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD)

    async def run(self) -> None:
        """Serve requests one after the other until either side closes."""
        while True:
            try:
                outcome = await self._read_request()
            except h11.RemoteProtocolError as error:
                await self._refuse(error.error_status_hint, str(error))
                return
            if outcome is None:
                return
            if isinstance(outcome, Delivery):
                await deliver(
                    Response(b"", delivery=outcome), self._h11, self._reader, self._writer
                )
                return
            response = self._application.handle(outcome)
            sent = False
            try:
                sent = await deliver(response, self._h11, self._reader, self._writer)
            finally:
                self._application.delivered(response, sent=sent)
            if not sent or self._h11.our_state is not h11.DONE:
                return
            self._h11.start_next_cycle()

    async def _next_event(self) -> h11.Event | type[h11.PAUSED]:
        while True:
            event = self._h11.next_event()
            if event is not h11.NEED_DATA:
                return event  # type: ignore[return-value]  # NEED_DATA is the only other sentinel
            if self._h11.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                self._writer.write(self._h11.send(go_on) or b"")
            self._h11.receive_data(await self._reader.read(READ_AT_ONCE))

    async def _read_request(self) -> Request | Delivery | None:
        event = await self._next_event()
        if not isinstance(event, h11.Request):
            return None
        method, target = event.method.decode(), event.target.decode("latin-1")
        early = self._application.before_body(method, target)
        if early is not None:
            return early
        headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
        chunks: list[bytes | bytearray] = []
        size = 0
        while True:
            part = await self._next_event()
            if not isinstance(part, h11.Data):
                break
            chunks.append(part.data)
            size += len(part.data)
            if size > LARGEST_BODY:
                raise h11.RemoteProtocolError("body over 64 MiB", error_status_hint=413)
        return Request(method, target, headers, b"".join(chunks))

    async def _refuse(self, status: int, reason: str) -> None:
        if self._h11.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        body = reason.encode()
        head = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
        head.append(("Connection", "close"))
        self._writer.write(self._h11.send(h11.Response(status_code=status, headers=head)) or b"")
        self._writer.write(self._h11.send(h11.Data(data=body)) or b"")
        await self._writer.drain()
