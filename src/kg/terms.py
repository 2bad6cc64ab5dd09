"""Terms of RDF as text: IRIs checked, literals escaped, identifiers made IRI safe.

Everything that becomes a triple passes through here, so that each statement is valid canonical
N-Quads (https://www.w3.org/TR/rdf12-n-quads/#canonical-quads) by construction.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

from kg.errors import BadRecord

_LANG = re.compile(r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")
_IRI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+$")
_ESCAPES: Final = {
    **{chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)},
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}
_TABLE: Final = str.maketrans(_ESCAPES)
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")
_SAFE_LOCAL: Final = "-._~/:()"


def iri(value: str) -> str:
    """Return ``<value>`` as an N-Quads term.

    Raises:
        ValueError: the text is not an absolute IRI.
    """
    if not _IRI.match(value):
        raise ValueError(f"not an absolute IRI: {value[:120]!r}")
    return f"<{value}>"


def is_iri(value: str) -> bool:
    """Tell whether the text is an absolute IRI without characters that RDF forbids."""
    return bool(_IRI.match(value))


def is_web_address(value: str) -> bool:
    """Tell whether the text is an http(s) IRI."""
    return value.lower().startswith(("http://", "https://")) and is_iri(value)


def literal(value: str, *, lang: str | None = None, datatype: str | None = None) -> str:
    """Return a literal as a canonical N-Quads term; at most one of lang and datatype is given."""
    quoted = f'"{value.translate(_TABLE)}"'
    if lang:
        return f"{quoted}@{lang}"
    return f"{quoted}^^<{datatype}>" if datatype else quoted


def language_tag(value: str, field: str = "language") -> str:
    """Return the tag in the case of BCP 47 (``zh-Hans``, ``pt-BR``).

    Raises:
        BadRecord: the text is not a well-formed tag.
    """
    if not _LANG.match(value):
        raise BadRecord(field, f"{value[:40]!r} is not a language tag (BCP 47), such as 'fr'")
    head, *rest = value.split("-")
    parts = [head.lower()]
    for part in rest:
        if len(part) == 4 and part.isalpha():
            parts.append(part.title())
        elif len(part) == 2 and part.isalpha():
            parts.append(part.upper())
        else:
            parts.append(part.lower())
    return "-".join(parts)


def local_id(value: str) -> str:
    """Percent-encode a source's identifier for use inside an IRI (DOIs keep their slashes)."""
    return quote(unicodedata.normalize("NFC", value.strip()), safe=_SAFE_LOCAL)


def clean_text(value: str) -> str:
    """Return text in NFC without control characters, with line ends as ``\\n`` and trimmed.

    Lone surrogates, which no encoding can carry, are replaced by U+FFFD.
    """
    text = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _UNWANTED.sub("", text).strip()
