"""The command line: thin commands over the services, one way of printing, documented exit codes."""

from __future__ import annotations

import sys

from kg.errors import KgError


def main() -> None:
    """Run ``kg``; deliberate errors become one message on stderr and their exit code."""
    from kg.cli.app import app

    try:
        app()
    except KgError as fault:
        print(f"kg: {fault.message}", file=sys.stderr)  # noqa: T201 - the edge of the program
        if fault.hint:
            print(f"    {fault.hint}", file=sys.stderr)  # noqa: T201
        sys.exit(fault.exit_code)
    except BrokenPipeError:  # the reader of our output went away, as 'head' does
        sys.stderr.close()
        sys.exit(0)
