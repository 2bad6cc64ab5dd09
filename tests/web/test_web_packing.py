"""Answers are compressed as the client likes, and told apart by caches."""

from __future__ import annotations

import gzip

import pytest
from flask.testing import FlaskClient

GZIP = {"Accept-Encoding": "gzip"}


@pytest.mark.parametrize("path", ["/en/", "/static/site.css", "/openapi.json"])
def test_answer_when_the_client_takes_gzip_is_packed_and_says_so(client: FlaskClient, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    plain.close()
    packed.close()


def test_page_when_held_packed_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/en/about", headers=GZIP)
    again = client.get("/en/about", headers=GZIP | {"If-None-Match": first.headers["ETag"]})
    assert first.headers["ETag"].startswith("W/")
    assert (again.status_code, again.data) == (304, b"")


def test_answer_when_small_or_a_part_stays_as_it_is(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/healthz", headers=GZIP).headers
    with client.get("/static/site.css", headers=GZIP | {"Range": "bytes=0-9"}) as part:
        assert (part.status_code, len(part.data)) == (206, 10)


def test_head_when_asked_has_no_body(client: FlaskClient) -> None:
    assert client.head("/en/about", headers=GZIP).data == b""
