"""How an answer travels over the socket: whole, late, cut, in slices, or not at all.

The behaviours are the server's side of the transport fault kinds (T05-T11). All of them leave
other connections alone.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import h11

if TYPE_CHECKING:
    from sandbox.server.messages import Response

SEND_RST_ON_CLOSE = struct.pack("ii", 1, 0)
DRIPS_PER_SECOND = 10
SMALLEST_SLICE, MOST_SLICES = 16, 256


async def deliver(
    response: Response,
    connection: h11.Connection,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> bool:
    """Send `response` the way its delivery says; return whether it left whole."""
    kind = response.delivery.kind
    if kind == "normal":
        writer.write(_bytes(response, connection))
        await writer.drain()
        return True
    return await BEHAVIOURS[kind](response, connection, reader, writer)


def _bytes(response: Response, connection: h11.Connection) -> bytes:
    headers = [
        ("Content-Type", response.content_type),
        ("Content-Length", str(len(response.body))),
        *response.head,
    ]
    parts = (
        h11.Response(status_code=response.status, headers=headers),
        h11.Data(data=response.body),
        h11.EndOfMessage(),
    )
    return b"".join(connection.send(part) or b"" for part in parts)


async def _reset(
    _response: Response,
    _connection: h11.Connection,
    _reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> bool:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, SEND_RST_ON_CLOSE)
    writer.transport.abort()
    return False


async def _truncate(
    response: Response,
    connection: h11.Connection,
    _reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> bool:
    whole = _bytes(response, connection)
    writer.write(whole[: len(whole) - max(1, len(response.body) // 2)])
    await writer.drain()
    return False


async def _late(
    response: Response,
    connection: h11.Connection,
    _reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> bool:
    await asyncio.sleep(response.delivery.seconds)
    writer.write(_bytes(response, connection))
    await writer.drain()
    return not writer.transport.is_closing()


async def _slices(
    response: Response,
    connection: h11.Connection,
    _reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> bool:
    whole = _bytes(response, connection)
    size = response.delivery.bytes_at_a_time or max(SMALLEST_SLICE, len(whole) // MOST_SLICES)
    for start in range(0, len(whole), size):
        writer.write(whole[start : start + size])
        await writer.drain()
        await asyncio.sleep(response.delivery.seconds)
    return True


async def _drip(
    response: Response,
    connection: h11.Connection,
    _reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> bool:
    whole = _bytes(response, connection)
    size = max(1, response.delivery.bytes_at_a_time // DRIPS_PER_SECOND)
    for start in range(0, len(whole), size):
        writer.write(whole[start : start + size])
        await writer.drain()
        await asyncio.sleep(1 / DRIPS_PER_SECOND)
    return True


async def _black_hole(
    response: Response,
    _connection: h11.Connection,
    reader: asyncio.StreamReader,
    _writer: asyncio.StreamWriter,
) -> bool:
    """Hold the connection in silence until the client gives up or the time is over."""
    try:
        async with asyncio.timeout(response.delivery.seconds):
            while await reader.read(65536):
                pass
    except TimeoutError:
        pass
    return False


Behaviour = Callable[
    ["Response", h11.Connection, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bool]
]
BEHAVIOURS: dict[str, Behaviour] = {
    "reset": _reset,
    "truncate": _truncate,
    "late": _late,
    "slices": _slices,
    "drip": _drip,
    "black_hole": _black_hole,
}
