"""Address tricks against what fetches strangers' addresses."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError, Refused, TooLarge, Unavailable
from kg.link.fetching import Fetched, Fetcher, is_public
from kg.link.notifications import is_linked, read_notification, target_paths

PUBLIC = ["93.184.215.14"]


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if self.path == "/short":
            self.send_header("Content-Length", "5000")
        self.end_headers()
        try:
            if self.path == "/huge":
                for _ in range(100):
                    self.wfile.write(b"x" * 65536)
            elif self.path == "/slow":
                for _ in range(100):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.1)
            else:
                self.wfile.write(
                    b"<title>Hello</title><a href='https://w3id.org/landkg/id/concept/eba'>x</a>"
                )
        except OSError:
            pass

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def site() -> Iterator[int]:
    """Serve a page on the loopback interface and yield its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",  # noqa: S104
        "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:c0a8:101::1", "2001:db8::1",
        "2001:0:7f00:1::", "::ffff:169.254.169.254", "localhost", "", "0x7f.1",
    ],
)  # fmt: skip
def test_address_when_inner_in_any_form_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "8.8.8.8"])
def test_address_when_public_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "ftp://p.example/", "gopher://p.example/", "http://user:pw@p.example/",
        "//p.example/x",
        "http://user@p.example/", "http://p.example:22/", "http://p.example:8080/", "https://p.example:80/",
        "http://evil.example/", "http://p.example.evil.example/", "http://127.0.0.1/", "http://[::1]/", "http://",
        "http://2130706433/", "http://0177.0.0.1/", "http://p.example\\@evil.example/", "http://p.example /",
        "http://p.example\r\nHost: x/", "http://p.example:port/", "javascript:alert(1)", "", "http://[::1",
        "http://evil.example#@p.example/", "http://p.example@evil.example/", "http://\u24db\u24de\u24d2al/",
    ],
)  # fmt: skip
def test_address_when_not_a_partners_plain_page_is_refused_unasked(address: str) -> None:
    def never(host: str, port: int) -> list[str]:
        raise AssertionError("no name may be looked up")

    with pytest.raises(Refused):
        Fetcher(["p.example"], resolver=never).get(address)


@pytest.mark.parametrize(
    "places", [["127.0.0.1"], ["::1"], [*PUBLIC, "10.0.0.1"], ["::ffff:192.168.0.1"], ["169.254.169.254"], []]
)
def test_name_when_any_of_its_addresses_is_inner_is_refused(places: list[str]) -> None:
    with pytest.raises(Refused):
        Fetcher(["p.example"], resolver=lambda _host, _port: places).get("http://p.example/")


def test_name_when_it_changes_after_the_check_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def connect(place: tuple[str, int], timeout: float) -> socket.socket:
        asked.append(place)
        raise OSError

    answers = iter([PUBLIC, ["127.0.0.1"]])
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unavailable):
        Fetcher(["p.example"], resolver=lambda _h, _p: next(answers)).get("http://p.example/")
    assert asked == [(PUBLIC[0], 80)]


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:{other}/", "http://169.254.169.254/latest", "file:///etc/passwd", "//evil.example/"],
)
def test_redirect_when_it_leads_elsewhere_is_refused(target: str) -> None:
    with site() as port:
        fetcher = Fetcher([], inner=[f"127.0.0.1:{port}"])
        with pytest.raises(Refused):
            fetcher.get(f"http://127.0.0.1:{port}/to?{target.format(other=port + 1)}")


def test_redirect_when_without_end_is_refused() -> None:
    with site() as port:
        fetcher = Fetcher([], inner=[f"127.0.0.1:{port}"])
        again = "/to?/to?/to?/to?/to?/"
        with pytest.raises(Refused, match="too often"):
            fetcher.get(f"http://127.0.0.1:{port}{again}")


def test_page_when_huge_is_refused() -> None:
    with site() as port, pytest.raises(TooLarge):
        Fetcher([], inner=[f"127.0.0.1:{port}"]).get(f"http://127.0.0.1:{port}/huge")


def test_page_when_it_drips_is_given_up_in_time() -> None:
    began = time.monotonic()
    with site() as port, pytest.raises(Unavailable):
        Fetcher([], inner=[f"127.0.0.1:{port}"], seconds=0.6).get(f"http://127.0.0.1:{port}/slow")
    assert time.monotonic() - began < 8  # the page itself takes 10 s


def test_page_when_shorter_than_announced_is_not_taken_for_whole() -> None:
    with site() as port, pytest.raises(Unavailable):
        Fetcher([], inner=[f"127.0.0.1:{port}"]).get(f"http://127.0.0.1:{port}/short")


def test_page_when_allowed_is_fetched_and_its_links_are_seen() -> None:
    with site() as port:
        page = Fetcher([], inner=[f"127.0.0.1:{port}"]).get(f"http://127.0.0.1:{port}/a")
    assert is_linked(page, ["https://w3id.org/landkg/id/concept/eba"]) == (True, "Hello")
    assert is_linked(page, ["https://w3id.org/landkg/id/concept/eb"])[0] is False


def test_page_when_it_only_writes_the_address_does_not_link() -> None:
    page = Fetched("https://p.example/", "text/html", b"<p>https://w3id.org/landkg/id/concept/eba</p>")
    assert not is_linked(page, ["https://w3id.org/landkg/id/concept/eba"])[0]


_KEYS = st.sampled_from(["type", "object", "target", "id", "@id", "skos:exactMatch", "x"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8),
    lambda inner: st.lists(inner) | st.dictionaries(_KEYS, inner),
    max_leaves=8,
)


@given(_JSON)
def test_notification_when_anything_is_read_or_refused(body: object) -> None:
    try:
        source, target, relation = read_notification(body)
    except KgError:
        return
    assert source
    assert target
    assert relation != "skos:exactMatch"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://w3id.org/landkg/id/concept/eba", "id/concept/eba"),
        ("https://hub.example/fr/id/concept/eba?x=1", "id/concept/eba"),
        ("https://hub.example/fr/search", None),
        ("https://evil.example/id/concept/eba", None),
    ],
)
def test_target_when_an_address_of_ours_is_its_record(address: str, expected: str | None) -> None:
    assert target_paths(address, ["https://w3id.org/landkg/", "https://hub.example/"]) == expected
