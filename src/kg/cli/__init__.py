"""The command line: thin commands over the services, one way of printing, documented exit codes."""

from __future__ import annotations

import json
import sys

from kg.errors import KgError


def main() -> None:
    """Run ``kg``; deliberate errors become one message on stderr and their exit code."""
    from kg.cli.app import app

    try:
        app()
    except KgError as fault:
        if "--json" in sys.argv:
            told = {"error": fault.message, "hint": fault.hint, "exit_code": fault.exit_code}
            print(json.dumps(told, ensure_ascii=False), file=sys.stderr)  # noqa: T201
            sys.exit(fault.exit_code)
        print(f"kg: {fault.message}", file=sys.stderr)  # noqa: T201 - the edge of the program
        if fault.hint:
            print(f"    {fault.hint}", file=sys.stderr)  # noqa: T201
        sys.exit(fault.exit_code)
    except BrokenPipeError:  # the reader of our output went away, as 'head' does
        sys.stderr.close()
        sys.exit(0)
