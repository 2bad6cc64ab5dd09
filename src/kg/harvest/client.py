"""Asks other people's servers politely: at a rate, with patience, inside limits, as robots.txt allows.

Waiting follows RFC 9110 (Retry-After) and, without one, doubles with every failure. Robots rules are read as
RFC 9309 has it: none when the file is missing, all forbidden while the server cannot give it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urljoin, urlsplit

import urllib3
from protego import Protego
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util import Timeout

from kg.errors import NotFound, Refused, TooLarge, Unavailable
from kg.harvest.errors import Malformed, SourceRefused

Read = TypeVar("Read")

REDIRECTS: Final = 5
_BLOCK: Final = 64 * 1024
_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which the same request may work later."""
_ROBOTS_BYTES: Final = 512 * 1024
"""RFC 9309, 2.5: at least 500 KiB of a robots file are read."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a source wants to be asked; seconds, bytes, requests a second."""

    agent: str
    rate: float = 1.0
    timeout: float = 60.0
    most_bytes: int = 64 * 1024 * 1024
    retries: int = 5
    backoff: float = 2.0
    longest_wait: float = 900.0
    robots: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: the address after redirects, status (200 or 304), headers in lower case, body."""

    address: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


@dataclass
class Client:
    """Requests to the servers of one source; not for several threads.

    ``stop`` is asked before every wait and request, so that a harvest can be interrupted between two.
    """

    manners: Manners
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    requests: int = 0
    waited: float = 0.0
    _next: dict[str, float] = field(default_factory=dict)
    _slower: dict[str, float] = field(default_factory=dict)
    validators: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Entity tag and date by address, for listings that can be asked whether they changed."""
    _robots: dict[str, Protego] = field(default_factory=dict)
    _pool: urllib3.PoolManager = field(init=False)

    def __post_init__(self) -> None:
        self._pool = urllib3.PoolManager(num_pools=8, maxsize=1, retries=False)

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def get(
        self,
        address: str,
        read: Callable[[bytes], Read],
        *,
        accept: str,
        headers: Mapping[str, str] | None = None,
        known: tuple[str, str] = ("", ""),
    ) -> tuple[Answer, Read | None]:
        """Fetch an address and read its body; a body that cannot be read is fetched again.

        Args:
            read: turns the body into a value, and raises :class:`Malformed` when it is cut off or not of
                its format.
            headers: for the host of the address only; a redirect elsewhere does not carry them.
            known: entity tag and date of the version at hand; the answer may then be a 304 without value.

        Raises:
            NotFound: 404 or 410.
            SourceRefused: 401 or 403, robots.txt, or an address that may not be fetched.
            TooLarge: more bytes than allowed.
            Malformed: the body was not readable, time after time.
            Unavailable: no good answer came after all tries, or the server asks for a longer wait than ours.
        """
        failure = ""
        for attempt in range(self.manners.retries + 1):
            try:
                answer = self._follow(address, accept, headers or {}, known)
                if answer.status == 304:
                    return answer, None
                if answer.status not in _AGAIN:
                    return answer, read(_good(answer))
                failure = f"answered {answer.status}"
                wait = self._asked_wait(answer)
                if answer.status in (429, 503):
                    self._slow_down(address)
            except Malformed as fault:
                failure, wait = fault.message, None
                if attempt == self.manners.retries:
                    raise
            except (HTTPError, OSError) as fault:
                failure, wait = _plainly(fault), None
            if attempt < self.manners.retries:
                self._pause(wait if wait is not None else self._backoff(attempt))
        host = urlsplit(address).hostname
        raise Unavailable(f"{host} {failure}, {self.manners.retries + 1} times.", retry_after=600)

    def _backoff(self, attempt: int) -> float:
        whole = min(self.manners.backoff * 2.0**attempt, self.manners.longest_wait)
        return whole * random.uniform(0.75, 1.25)  # noqa: S311 - spreads clients, no secret

    def _asked_wait(self, answer: Answer) -> float | None:
        """Return the seconds of Retry-After, ``None`` without it.

        Raises:
            Unavailable: they are more than we wait within a run.
        """
        written = answer.headers.get("retry-after")
        if not written:
            return None
        try:
            seconds = float(urllib3.Retry(retry_after_max=30 * 86400).parse_retry_after(written))
        except (InvalidHeader, ValueError):
            return None
        if seconds > self.manners.longest_wait:
            host = urlsplit(answer.address).hostname
            raise Unavailable(f"{host} asks to come back in {seconds:,.0f} s.", retry_after=int(seconds))
        return max(seconds, 0.0)

    def _slow_down(self, address: str) -> None:
        """Halve our rate at a host that has had enough, for the rest of this run."""
        host = urlsplit(address).netloc
        self._slower[host] = min(self._slower.get(host, 1.0) * 2, 16.0)

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self.waited += seconds
            self.sleep(seconds)

    def _follow(
        self, address: str, accept: str, headers: Mapping[str, str], known: tuple[str, str]
    ) -> Answer:
        first = urlsplit(address)
        for _ in range(REDIRECTS + 1):
            parts = _checked(address)
            self._allowed(address)
            own = dict(headers) if (parts.scheme, parts.netloc) == (first.scheme, first.netloc) else {}
            etag, modified = known
            own |= {"If-None-Match": etag} if etag else {}
            own |= {"If-Modified-Since": modified} if modified and not etag else {}
            answer = self._once(address, {"Accept": accept} | own, self.manners.most_bytes)
            if answer.status not in (301, 302, 303, 307, 308) or "location" not in answer.headers:
                return answer
            address = urljoin(address, answer.headers["location"])
        raise SourceRefused(f"{first.hostname} redirects too often.")

    def _allowed(self, address: str) -> None:
        """Refuse what robots.txt forbids, and take its delay for ours if it is longer."""
        if not self.manners.robots:
            return
        parts = urlsplit(address)
        root = f"{parts.scheme}://{parts.netloc}"
        if root not in self._robots:
            self._robots[root] = self._read_robots(root)
        rules = self._robots[root]
        if not rules.can_fetch(address, self.manners.agent):
            raise SourceRefused(
                f"robots.txt of {parts.hostname} forbids {parts.path[:80]}.",
                hint="Ask its owner; with consent, set 'robots = false' for the source.",
            )
        delay = rules.crawl_delay(self.manners.agent)
        if delay:
            self._slower[parts.netloc] = max(
                self._slower.get(parts.netloc, 1.0), float(delay) * max(self.manners.rate, 1e-9)
            )

    def _read_robots(self, root: str) -> Protego:
        for attempt in range(self.manners.retries + 1):
            try:
                answer = self._once(f"{root}/robots.txt", {"Accept": "text/plain"}, _ROBOTS_BYTES)
            except (HTTPError, OSError, TooLarge):
                answer = Answer(root, 503, {}, b"")
            if answer.status == 200:
                return Protego.parse(answer.body.decode("utf-8", "replace"))
            if answer.status < 500 and answer.status != 429:
                return Protego.parse("")
            if attempt < self.manners.retries:
                wait = self._asked_wait(answer)
                self._pause(wait if wait is not None else self._backoff(attempt))
        raise Unavailable(f"{root}/robots.txt cannot be had, so nothing may be fetched.", retry_after=600)

    def _once(self, address: str, headers: Mapping[str, str], most: int) -> Answer:
        self._take_turn(urlsplit(address).netloc)
        self.requests += 1
        until = self.clock() + self.manners.timeout
        answer = self._pool.request(
            "GET",
            address,
            headers={"User-Agent": self.manners.agent, "Accept-Encoding": "gzip, deflate", **headers},
            timeout=Timeout(connect=min(15.0, self.manners.timeout), read=self.manners.timeout),
            preload_content=False,
            redirect=False,
        )
        whole = False
        try:
            body = self._body(answer, until, most) if answer.status == 200 else b""
            whole = answer.status in (200, 304)
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(address, answer.status, found, body)
        finally:
            if whole:
                answer.release_conn()
            else:  # A connection with an unread rest is not used again.
                answer.close()

    def _body(self, answer: urllib3.BaseHTTPResponse, until: float, most: int) -> bytes:
        body = bytearray()
        while part := answer.read1(_BLOCK, decode_content=True):
            body += part
            if len(body) > most:
                raise TooLarge(f"The answer has more than {most // 1024:,} KB.")
            if self.clock() > until:
                # A server that sends a byte now and then would never let a single read time out.
                raise TimeoutError("the answer did not come in time")
        if answer.length_remaining:
            raise Malformed("sent an answer that ends early")
        return bytes(body)

    def _take_turn(self, host: str) -> None:
        now = self.clock()
        self._pause(self._next.get(host, now) - now)
        gap = self._slower.get(host, 1.0) / self.manners.rate if self.manners.rate > 0 else 0.0
        self._next[host] = max(self.clock(), now) + gap


def same_host(address: str, other: str) -> bool:
    """Tell whether two addresses are of one scheme, host and port, so that one may lead to the other."""
    one, two = urlsplit(address), urlsplit(other)
    return (one.scheme, one.netloc) == (two.scheme, two.netloc)


def _good(answer: Answer) -> bytes:
    host = urlsplit(answer.address).hostname
    if answer.status in (404, 410):
        raise NotFound(f"{host} has nothing at {answer.address[:200]} ({answer.status}).")
    if answer.status in (401, 403):
        raise SourceRefused(
            f"{host} does not let us in ({answer.status}).", hint="Is the token there, and still good?"
        )
    if answer.status != 200:
        raise Refused(f"{host} answered {answer.status}.")
    return answer.body


def _checked(address: str) -> urllib3.util.Url:
    try:
        parts = urllib3.util.parse_url(address)
    except HTTPError:
        raise SourceRefused(f"{address[:120]!r} is not an address that can be fetched.") from None
    if parts.scheme not in ("http", "https") or not parts.host or parts.auth:
        raise SourceRefused("Only plain http and https addresses are fetched.")
    return parts


def _plainly(fault: Exception) -> str:
    """Return what went wrong on the wire, in words for the status page."""
    name = type(fault).__name__
    if "Timeout" in name:
        return "did not answer in time"
    if "Incomplete" in str(fault) or "InvalidChunk" in str(fault) or "Protocol" in name:
        return "broke off its answer"
    if "SSL" in name:
        return "has a certificate that cannot be trusted"
    return "cannot be reached"
