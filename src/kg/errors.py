"""Every error the product raises on purpose, each with a code, an HTTP status and a CLI exit code.

The CLI prints ``message`` (and ``hint``) and exits with ``exit_code``; the web answers an
``application/problem+json`` document (RFC 9457) with ``status`` and the same words.
"""

from __future__ import annotations

from typing import ClassVar


class KgError(Exception):
    """Base of all deliberate errors.

    Args:
        message: one or two sentences the reader can act on.
        hint: what to do about it, if the message does not say so.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class ConfigError(KgError):
    """A setting has a value that cannot be used."""

    code, status, exit_code = "bad_setting", 500, 2


class BadInput(KgError):
    """The request or the command's arguments are malformed."""

    code, status, exit_code = "bad_input", 400, 2


class QuerySyntaxError(BadInput):
    """A SPARQL query does not parse; line and column count from 1 when known."""

    code = "query_syntax"

    def __init__(
        self,
        message: str,
        *,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.line = line
        self.column = column


class Refused(KgError):
    """The request is understood and not allowed (updates, federation to unlisted hosts)."""

    code, status, exit_code = "refused", 403, 3


class NotSupported(KgError):
    """The request is understood, but asks for an optional feature that is not offered."""

    code, status, exit_code = "not_supported", 501, 3


class NotFound(KgError):
    """Nothing has this identifier in the current generation."""

    code, status, exit_code = "not_found", 404, 4


class Gone(KgError):
    """The record was withdrawn; its identifier will not be used again."""

    code, status, exit_code = "gone", 410, 4


class MethodNotAllowed(KgError):
    """The resource does not answer this HTTP method."""

    code, status, exit_code = "method_not_allowed", 405, 2


class NotAcceptable(KgError):
    """None of the formats asked for is offered."""

    code, status, exit_code = "not_acceptable", 406, 2


class TooLarge(KgError):
    """The request, a query or its answer is above a limit."""

    code, status, exit_code = "too_large", 413, 3


class UnsupportedMedia(KgError):
    """The body is in a format the resource does not read."""

    code, status, exit_code = "unsupported_media", 415, 2


class TooManyRequests(KgError):
    """The client is above its rate."""

    code, status, exit_code = "too_many_requests", 429, 5


class Unavailable(KgError):
    """A limit of time or capacity was reached; trying again later may work.

    ``retry_after`` is in seconds.
    """

    code, status, exit_code = "unavailable", 503, 5

    def __init__(self, message: str, *, retry_after: int = 5, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class QueryTimeout(Unavailable):
    """A query ran past its time and was stopped."""

    code = "query_timeout"


class BuildFailed(KgError):
    """A build stopped; the generation that was serving still serves."""

    code, status, exit_code = "build_failed", 500, 6


class NoGeneration(KgError):
    """Nothing has been built yet in this data folder."""

    code, status, exit_code = "no_generation", 503, 4


class ModelMismatch(KgError):
    """The index was built with another embedding model than the settings name."""

    code, status, exit_code = "model_mismatch", 503, 7


class MissingExtra(KgError):
    """An optional dependency is not installed."""

    code, status, exit_code = "missing_extra", 500, 2


class BadRecord(Exception):
    """One record of a source cannot be used; raised and caught inside loaders only.

    Args:
        field: the source's own name of the offending field, as its author would look for it.
        reason: what is wrong with it, in plain words.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
