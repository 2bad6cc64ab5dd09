"""Content codings: chooses gzip, zstd or none from Accept-Encoding (RFC 9110, 12.5.3), and compresses."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, Any, Final

CODINGS: Final = ("zstd", "gzip")
"""What is offered, the server's favourite first, which settles ties; zstd is RFC 8878."""
_ALIASES: Final = {"x-gzip": "gzip"}
_GZIP: Final = zlib.MAX_WBITS | 16
_GZIP_LEVEL: Final = 4
_ZSTD_LEVEL: Final = 3
_PIECE: Final = 1 << 18


@lru_cache(maxsize=512)
def choose_coding(header: str) -> str:
    """Return the coding that a client likes best, or '' for none.

    A coding that the header does not name has the quality of ``*``, or none; ``identity`` is acceptable
    unless it is refused, and wins only where it is liked better.
    """
    qualities: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        name = _ALIASES.get(name, name)
        if name:
            qualities[name] = max(qualities.get(name, 0.0), _quality(parameters))
    others = qualities.get("*", 0.0)
    best = max(CODINGS, key=lambda coding: qualities.get(coding, others))  # the first of equals
    quality = qualities.get(best, others)
    return best if quality > 0 and quality >= qualities.get("identity", 0.0) else ""


def _quality(parameters: list[str]) -> float:
    for each in parameters:
        key, _, value = each.partition("=")
        if key.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return 0.0
            return min(1.0, quality) if quality > 0 else 0.0  # NaN is no number either
    return 1.0


def _packer(coding: str, size: int = -1) -> Any:
    if coding == "gzip":
        return zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP)
    from zstandard import ZstdCompressor

    # Never shared: a compressor must not be used by two threads at a time.
    return ZstdCompressor(level=_ZSTD_LEVEL).compressobj(size=size)


def pack(coding: str, body: bytes) -> bytes:
    """Return bytes in a coding of :data:`CODINGS`."""
    packer = _packer(coding, len(body))
    packed: bytes = packer.compress(body) + packer.flush()
    return packed


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Give a file's bytes and close it."""
    with file:
        while piece := file.read(_PIECE):
            yield piece


def packed_pieces(coding: str, file: IO[bytes]) -> Iterator[bytes]:
    """Give a file's bytes in a coding and close it."""
    packer = _packer(coding)
    for piece in pieces(file):
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
