"""What can go wrong with a source, beyond the errors every part of the product raises."""

from __future__ import annotations

from kg.errors import KgError, Refused


class Malformed(KgError):
    """A source's answer is cut off, or no longer of the format it was."""

    code, status, exit_code = "source_malformed", 502, 6


class SourceRefused(Refused):
    """A source does not let us in, or we must not ask it: no use in trying again."""

    code = "source_refused"


class SwitchStopped(KgError):
    """A harvest or build looks wrong; what served goes on serving until a person has looked."""

    code, status, exit_code = "switch_stopped", 500, 6
