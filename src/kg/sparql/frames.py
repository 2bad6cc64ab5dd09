"""What goes between the web process and a worker: length-prefixed frames over a socket pair."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any, Final

HEADER: Final = struct.Struct("!cI")
DATA: Final = b"D"
END: Final = b"E"
FRAME_MAX: Final = 64 * 1024 * 1024


def pack(kind: bytes, body: bytes) -> bytes:
    return HEADER.pack(kind, len(body)) + body


def pack_json(kind: bytes, value: dict[str, Any]) -> bytes:
    return pack(kind, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def receive(connection: socket.socket) -> tuple[bytes, bytes] | None:
    """Return the next frame's kind and body, or nothing when the other side has closed.

    Blocks as the socket does; a ``TimeoutError`` in the middle of a frame loses the connection's place,
    so callers with a deadline read through :class:`Frames`.
    """
    head = _exactly(connection, HEADER.size)
    if head is None:
        return None
    kind, size = HEADER.unpack(head)
    if size > FRAME_MAX:
        raise ConnectionError(f"a frame of {size} bytes")
    body = _exactly(connection, size)
    return None if body is None else (kind, body)


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    pieces = []
    while size:
        piece = connection.recv(min(size, 1 << 18))
        if not piece:
            return None
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


class Frames:
    """Collects bytes as they come and gives whole frames; keeps its place over timeouts."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, piece: bytes) -> list[tuple[bytes, bytes]]:
        """Return the frames that this piece completes."""
        buffer = self._buffer
        buffer += piece
        found = []
        start = 0
        while len(buffer) - start >= HEADER.size:
            kind, size = HEADER.unpack_from(buffer, start)
            if len(buffer) - start - HEADER.size < size:
                break
            start += HEADER.size
            found.append((kind, bytes(buffer[start : start + size])))
            start += size
        del buffer[:start]
        return found
