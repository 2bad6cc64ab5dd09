"""Fetches a stranger's address without letting it lead anywhere inside.

A notification names an address that we then fetch, so a caller could make the service ask its own
network. Therefore: only http(s) on its usual ports, only hosts of registered partners, every address that
a name resolves to must be public, the connection goes to the address that was checked, each redirect is
checked again, and time and size are bounded.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from kg.errors import Refused, TooLarge, Unavailable

SECONDS: Final = 10.0
BYTES: Final = 1024 * 1024
REDIRECTS: Final = 3
_ADDRESSES: Final = 4
_CONNECT_SECONDS: Final = 4.0
_PORTS: Final = {"http": 80, "https": 443}
_TRANSLATED: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""NAT64: the last 32 bits are an IPv4 address."""
_COMPATIBLE: Final = ipaddress.ip_network("::/96")

Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: the last address after redirects, media type, body."""

    address: str
    media_type: str
    body: bytes


def resolve(host: str, port: int) -> list[str]:
    """Return every address of a host name.

    Raises:
        Refused: the name does not resolve.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(f"The host {host[:80]} cannot be found.") from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(address: str) -> bool:
    """Tell whether an IP address is reachable from everywhere, also inside its IPv6 wrappings."""
    try:
        found = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if "%" in address:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
        if any(found in each for each in _TRANSLATED) or found in _COMPATIBLE:
            inner.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
        if any(each is not None and not each.is_global for each in inner):
            return False
        if found.ipv4_mapped is not None:
            return found.ipv4_mapped.is_global and not found.ipv4_mapped.is_multicast
    return found.is_global and not found.is_multicast


class Fetcher:
    """Fetches from the hosts it was given.

    ``inner`` are ``host:port`` pairs that the operator trusts although they are not public, for partners
    in the same network.
    """

    def __init__(
        self,
        hosts: Collection[str],
        *,
        inner: Collection[str] = (),
        resolver: Resolver = resolve,
        seconds: float = SECONDS,
        most: int = BYTES,
    ) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._inner = frozenset(each.lower() for each in inner if each)
        self._resolve = resolver
        self._seconds, self._most = seconds, most

    def get(self, address: str) -> Fetched:
        """Fetch an address.

        Raises:
            Refused: the address, or one it redirects to, is not allowed.
            TooLarge: the answer is larger than allowed.
            Unavailable: there was no answer in time.
        """
        until = time.monotonic() + self._seconds
        for _ in range(REDIRECTS + 1):
            scheme, host, port, path = self.checked(address)
            places = self._addresses(host, port)
            try:
                status, headers, body = self._ask(scheme, host, port, places, path, until)
            except (OSError, http.client.HTTPException):
                raise Unavailable(f"{host} gave no answer.", retry_after=60) from None
            if status in (301, 302, 303, 307, 308) and headers.get("location"):
                address = urljoin(address, headers["location"])
                continue
            if status != 200:
                raise Refused(f"{host} answered {status}.")
            return Fetched(address, headers.get("content-type", "").split(";")[0].strip().lower(), body)
        raise Refused("The address redirects too often.")

    def checked(self, address: str) -> tuple[str, str, int, str]:
        """Return scheme, host, port and path of an allowed address.

        Raises:
            Refused: it is not allowed.
        """
        if len(address) > 2000 or any(ord(each) <= 32 or each == "\\" for each in address):
            raise Refused("This is not an address that can be fetched.")
        try:
            parts = urlsplit(address)
            host, port = (parts.hostname or "").lower().rstrip("."), parts.port
        except ValueError:
            raise Refused("This is not an address that can be fetched.") from None
        if parts.scheme not in _PORTS or not host or parts.username is not None or parts.password is not None:
            raise Refused("Only plain http and https addresses are fetched.")
        usual = _PORTS[parts.scheme]
        is_inner = f"{host}:{port or usual}" in self._inner
        if not is_inner and port not in (None, usual):
            raise Refused("Only the usual ports of http and https are fetched.")
        if not is_inner and host not in self._hosts:
            raise Refused(f"{host[:80]} is no host of a registered partner.")
        path = parts.path or "/"
        return parts.scheme, host, port or usual, f"{path}?{parts.query}" if parts.query else path

    def _addresses(self, host: str, port: int) -> list[str]:
        """Return the IP addresses to connect to; one inner address among many refuses all."""
        found = self._resolve(host, port)
        if not found:
            raise Refused(f"The host {host[:80]} cannot be found.")
        if f"{host}:{port}" not in self._inner and not all(map(is_public, found)):
            raise Refused(f"The host {host[:80]} is not on the public network.")
        return found[:_ADDRESSES]

    def _ask(
        self, scheme: str, host: str, port: int, places: list[str], path: str, until: float
    ) -> tuple[int, dict[str, str], bytes]:
        plain = _connected(places, port, until)
        left = _left(until)
        connection = http.client.HTTPConnection(host, port, timeout=left)
        # A server that sends a byte now and then would never let a single read time out.
        alarm = threading.Timer(left, _cut, [plain])
        alarm.start()
        try:
            if scheme == "https":
                connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
            else:
                connection.sock = plain
            connection.sock.settimeout(_left(until))
            headers = {"Accept": "text/html, application/ld+json, text/turtle;q=0.9", "Connection": "close",
                       "User-Agent": "LandKG link verifier", "Accept-Encoding": "identity"}  # fmt: skip
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return (
                answer.status,
                found,
                self._body(answer, plain if scheme == "http" else connection.sock, until),
            )
        finally:
            connection.close()
            plain.close()

    def _body(self, answer: http.client.HTTPResponse, line: socket.socket, until: float) -> bytes:
        body = bytearray()
        while True:
            line.settimeout(_left(until))
            part = answer.read1(16_384)
            if not part:
                _left(until)  # Our own cut at the end of the time looks like the end of the page.
                if answer.length:
                    raise http.client.IncompleteRead(bytes(body), answer.length)
                return bytes(body)
            body += part
            if len(body) > self._most:
                raise TooLarge(f"The page has more than {self._most // 1024} KB.")


def _connected(places: list[str], port: int, until: float) -> socket.socket:
    """Return a line to the first of the addresses that answers.

    Raises:
        OSError: none does.
    """
    for place in places[:-1]:
        with suppress(OSError):
            return socket.create_connection((place, port), timeout=min(_CONNECT_SECONDS, _left(until)))
    return socket.create_connection((places[-1], port), timeout=min(_CONNECT_SECONDS, _left(until)))


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise Unavailable("The page did not come in time.", retry_after=60)
    return left
