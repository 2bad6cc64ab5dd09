"""Templates and functions of a mapping file, worked out for one record at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, Protocol
from urllib.parse import quote

GREL: Final = "http://users.ugent.be/~bjdmeest/function/grel.ttl#"
_PART: Final = re.compile(r"\\([$)(\\])|\$\(((?:[^)\\]|\\.)*)\)|([^\\$]+|.)", re.DOTALL)


class Record(Protocol):
    """One record of a source: a row of a table, an object of JSON, an element of XML."""

    def values(self, reference: str) -> list[str]:
        """Return what a reference (column, JSONPath, XPath) names; nothing for what is empty."""
        ...


@dataclass(frozen=True, slots=True)
class Value:
    """A text made from a record, and the references that it was made from."""

    text: str
    field: str


@dataclass(frozen=True, slots=True)
class Template:
    """Constant text and references, as (is a reference, text) pairs."""

    parts: tuple[tuple[bool, str], ...]

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for is_reference, text in self.parts if is_reference))

    @property
    def field(self) -> str:
        """Return the references as a message names them."""
        return ", ".join(self.references)

    def values(self, record: Record, *, safe: bool = False) -> list[str]:
        """Return every combination of the values; nothing if a reference is empty.

        With ``safe`` values that stand between other text are made safe for an IRI, as RML has it.
        """
        encode = safe and len(self.parts) > 1
        choices = [
            [quote(each, safe="~") if encode else each for each in record.values(text)]
            if is_reference
            else [text]
            for is_reference, text in self.parts
        ]
        return ["".join(each) for each in product(*choices)]


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments by the IRI of the parameter.

    Raises:
        ValueError: the function is none of :data:`FUNCTIONS`, or lacks an argument.
    """

    function: str
    arguments: Mapping[str, Template | Call]

    def __post_init__(self) -> None:
        if self.function not in FUNCTIONS:
            known = ", ".join(f"grel:{name.removeprefix(GREL)}" for name in FUNCTIONS)
            raise ValueError(f"calls the function {self.function!r}; known are {known}")
        for needed in FUNCTIONS[self.function][0]:
            if f"{GREL}{needed}" not in self.arguments:
                raise ValueError(f"calls {self.function.rpartition('#')[2]} without grel:{needed}")

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for each in self.arguments.values() for name in each.references))

    @property
    def field(self) -> str:
        """Return the references as a message names them."""
        return ", ".join(self.references)

    def values(self, record: Record, *, safe: bool = False) -> list[str]:  # noqa: ARG002 - as Template.values
        """Return what the function makes of every combination of its arguments' values."""
        names, work = FUNCTIONS[self.function]
        choices = [self.arguments[f"{GREL}{name}"].values(record) for name in names]
        return [made for each in product(*choices) for made in work(*each) if made]


@dataclass(frozen=True, slots=True)
class Term:
    """An object or subject of a rule: an IRI, or a text with language or datatype."""

    value: Template | Call
    is_iri: bool = False
    language: Template | None = None
    datatype: str | None = None

    @property
    def references(self) -> tuple[str, ...]:
        tag = self.language.references if self.language else ()
        return (*self.value.references, *tag)

    def made(self, record: Record) -> Iterator[Value]:
        """Yield the values for a record, without white space around."""
        for text in self.value.values(record, safe=self.is_iri):
            if text.strip():
                yield Value(text.strip(), self.value.field or "(mapping file)")

    def tag(self, record: Record) -> str | None:
        """Return the language of the texts, ``None`` where none is given."""
        if self.language is None:
            return None
        return next((each.strip() for each in self.language.values(record) if each.strip()), None)


def template(text: str) -> Template:
    """Read ``ex:$(id)-x``; ``\\$``, ``\\(`` and ``\\)`` stand for the characters themselves."""
    parts: list[tuple[bool, str]] = []
    for escaped, reference, plain in _PART.findall(text):
        if reference:
            parts.append((True, re.sub(r"\\(.)", r"\1", reference)))
        elif parts and not parts[-1][0]:
            parts[-1] = (False, parts[-1][1] + (escaped or plain))
        else:
            parts.append((False, escaped or plain))
    return Template(tuple(parts))


def _split(value: str, separator: str) -> list[str]:
    return [part.strip() for part in value.split(separator or ",")]


FUNCTIONS: Final[Mapping[str, tuple[tuple[str, ...], Callable[..., list[str]]]]] = {
    f"{GREL}string_split": (("valueParameter", "p_string_sep"), _split),
    f"{GREL}toUpperCase": (("valueParameter",), lambda value: [value.upper()]),
    f"{GREL}toLowerCase": (("valueParameter",), lambda value: [value.lower()]),
    f"{GREL}toTitleCase": (("valueParameter",), lambda value: [value.title()]),
    f"{GREL}string_trim": (("valueParameter",), lambda value: [value.strip()]),
    f"{GREL}string_replace": (
        ("valueParameter", "p_string_find", "p_string_replace"),
        lambda value, find, put: [value.replace(find, put)],
    ),
}
"""Functions of GREL by IRI: their parameters in order, and what they do."""
