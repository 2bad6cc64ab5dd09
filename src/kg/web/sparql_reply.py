"""What every answer of the SPARQL service carries: headers, problems (RFC 9457)."""

from __future__ import annotations

import json
import re
import secrets
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from kg.errors import KgError, MethodNotAllowed, QuerySyntaxError, TooManyRequests, Unavailable

Environ = dict[str, Any]
_PROBLEM: Final = "application/problem+json"
_REQUEST_ID: Final = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_FIXED: Final = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Retry-After, X-Request-Id, X-Generation"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Vary", "Accept, Accept-Encoding"),
]


@dataclass(slots=True)
class Reply:
    """What goes back: the status line, headers, and the body in pieces."""

    status: str
    headers: list[tuple[str, str]]
    body: list[bytes] | Iterator[bytes] = field(default_factory=list)


def options(environ: Environ, allow: str) -> Reply:
    headers = [
        ("Allow", allow),
        ("Access-Control-Allow-Methods", allow),
        ("Access-Control-Allow-Headers", "Accept, Content-Type, If-None-Match, X-Request-Id"),
        ("Access-Control-Max-Age", "86400"),
        ("Content-Length", "0"),
        *always(environ),
    ]
    return Reply("204 No Content", [each for each in headers if each[0] != "Content-Length"])


def problem(environ: Environ, fault: KgError, allow: str) -> Reply:
    """Return an error as RFC 9457 has it."""
    title = HTTPStatus(fault.status).phrase
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": fault.status,
        "detail": fault.message,
        "code": fault.code,
        "request_id": request_id(environ),
    }
    if fault.hint:
        document["hint"] = fault.hint
    if isinstance(fault, QuerySyntaxError):
        document |= {"line": fault.line, "column": fault.column}
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = [
        ("Content-Type", _PROBLEM),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        *always(environ),
    ]
    if isinstance(fault, Unavailable):
        headers.append(("Retry-After", str(fault.retry_after)))
    elif isinstance(fault, TooManyRequests):
        headers.append(("Retry-After", "2"))
    elif isinstance(fault, MethodNotAllowed):
        headers.append(("Allow", allow))
    head = environ["REQUEST_METHOD"] == "HEAD"
    return Reply(f"{fault.status} {title}", headers, [] if head else [body])


def always(environ: Environ) -> list[tuple[str, str]]:
    return [*_FIXED, ("X-Request-Id", request_id(environ))]


def request_id(environ: Environ) -> str:
    return str(environ.get("kg.request_id", ""))


def new_request_id(environ: Environ) -> str:
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if given and _REQUEST_ID.match(given) else secrets.token_hex(8)


def close(body: bytes | Iterator[bytes]) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()


def watch(connection: socket.socket | None) -> Callable[[], bool]:
    """Return a function that tells whether the client of a connection has hung up."""
    if connection is None:
        return lambda: False

    def gone() -> bool:
        try:
            return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    return gone
