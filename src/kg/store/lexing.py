"""The tokens of SPARQL text (SPARQL 1.1, 19.8), for all that looks into queries without parsing them."""

from __future__ import annotations

import re
from typing import Final

Token = tuple[str, str]
"""A kind and the text: space, string, iri, var, number, name, lang, word, mark."""


def expression(*, escapes: bool) -> re.Pattern[str]:
    """Return an expression that matches any token; its groups are the kinds.

    Args:
        escapes: whether an IRI may hold ``\\u`` escapes. Where an IRI with one must not be taken for what it
            is not, a ``<`` before it is a mark.

    Only single characters are repeated possessively: CPython before 3.11.5 is wrong about groups. A prefix
    may have 129 characters, and a string that nothing closes ends with its line (no parser takes it), so that
    text of no sense is not read anew to its end from each of its words.
    """
    backslash = "" if escapes else r"\\"
    return re.compile(
        rf"""
    (?P<space>[\ \t\r\n]++|\#[^\r\n]*+)
  | (?P<string>\"\"\"[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*\"\"\"
      |'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*'''
      |"[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*"?|'[^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*'?)
  | (?P<iri><[^<>"{{}}|^`{backslash}\x00-\x20]*+>)
  | (?P<var>[?$]\w++)
  | (?P<number>(?:\d++(?:\.\d++)?|\.\d++)(?:[eE][+-]?\d++)?)
  | (?P<name>(?:[^\W\d](?:[\w.-]{{0,127}}[\w-])?)?:
      [\w:-]*+(?:(?:\.(?=[\w.:%\\-])|%[0-9A-Fa-f]{{2}}|\\.)[\w:-]*+)*)
  | (?P<lang>@[A-Za-z][\w-]*+)
  | (?P<word>[^\W\d]\w*+)
  | (?P<mark><<\(?|\)>>|>>|\^\^|&&|\|\||[<>!]=|.)
    """,
        re.VERBOSE | re.DOTALL,
    )


_TOKEN: Final = expression(escapes=True)


def tokens_of(text: str) -> list[Token]:
    """Return a query's tokens, white space and comments among them; they join to the text."""
    return [(found.lastgroup or "mark", found[0]) for found in _TOKEN.finditer(text)]
