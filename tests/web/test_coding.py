"""Which content coding a client gets."""

from __future__ import annotations

import io
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from kg.web.coding import CODINGS, choose_coding, pack, packed_pieces


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP;Q=0.5", "gzip"),
        ("zstd;q=0.5, gzip;q=0.8", "gzip"),
        ("zstd;q=0, *", "gzip"),
        ("*", "zstd"),
        ("*;q=0", ""),
        ("gzip;q=0, identity", ""),
        ("gzip;q=0.5, identity", ""),
        ("gzip;q=1, identity;q=0.5", "gzip"),
        ("gzip;q=zap", ""),
        ("gzip;q=nan", ""),
        ("zstdx, gzipx", ""),
    ],
)
def test_coding_when_accepted_is_the_best_liked(header: str, coding: str) -> None:
    assert choose_coding(header) == coding


@given(st.text(max_size=40))
def test_coding_when_a_header_is_nonsense_is_none_or_known(header: str) -> None:
    assert choose_coding(header) in ("", *CODINGS)


@pytest.mark.parametrize("coding", CODINGS)
@given(body=st.binary(max_size=5000))
def test_body_when_packed_and_unpacked_is_the_same(coding: str, body: bytes) -> None:
    def unpack(packed: bytes) -> bytes:
        if coding == "gzip":
            return zlib.decompress(packed, zlib.MAX_WBITS | 16)
        return zstandard.ZstdDecompressor().decompressobj().decompress(packed)

    assert unpack(pack(coding, body)) == body
    assert unpack(b"".join(packed_pieces(coding, io.BytesIO(body)))) == body
