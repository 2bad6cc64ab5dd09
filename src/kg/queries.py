"""Finds the SPARQL query files, reads their headers and binds parameters as terms, never as text.

A file is a header of comment lines and one query without PREFIX lines::

    # title: Practices of a country
    # description: Every practice documented in one country.
    # param country: country = BFA | ISO 3166-1 alpha-3 code
    SELECT ?country ?practice WHERE { ?practice kg:country ?country }

A parameter ``name: type = default | help`` binds the variable ``?name``, which the query has to
project; ``type ?`` without a default may be left out, anything else without one is required. The same
words in another language follow with its tag::

    # title@fr: Pratiques d'un pays
    # param@fr country: code ISO 3166-1 alpha-3
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from kg import resources
from kg.errors import BadInput, ConfigError, NotFound
from kg.terms import is_iri, local_id
from kg.vocab import DEFAULT_BASE, XSD, Iris

Term = NamedNode | Literal

_HEADER = re.compile(r"^#\s*([a-z]+)(?:@([a-z]{2}))?(?:\s+([A-Za-z_]\w*))?\s*:\s*(.*)$")
_PARAM = re.compile(
    r"^(?P<type>[a-z]+)\s*(?P<optional>\?)?\s*(?:=\s*(?P<default>[^|]*?))?\s*(?:\|\s*(?P<help>.*))?$"
)
_PREFIX = re.compile(r"^@prefix\s+([A-Za-z][\w.-]*)?:\s*<([^>]*)>\s*\.", re.MULTILINE)
_PREFIXED = re.compile(r"(?<![\w?$<:/#-])([A-Za-z][\w.-]*):")

_RECORD_TYPES: Final = (
    "practice",
    "decision",
    "document",
    "publication",
    "concept",
    "country",
    "framework",
    "criterion",
    "entity",
    "dataset",
    "case",
)
TYPES: Final = (*_RECORD_TYPES, "iri", "string", "integer", "number", "language")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a named query; ``default`` is text in the parameter's own notation."""

    name: str
    type: str
    default: str | None
    optional: bool
    help: str

    @property
    def required(self) -> bool:
        return self.default is None and not self.optional


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """One query file: its header and its text without prefixes.

    ``words`` holds the header in other languages as (language, key, text), where the key is ``title``,
    ``description`` or ``param`` and the parameter's name.
    """

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    text: str
    words: tuple[tuple[str, str, str], ...] = ()

    def in_language(self, language: str) -> NamedQuery:
        """Return the same query with its title, description and help in a language where it has them."""
        words = {key: text for lang, key, text in self.words if lang == language}
        return replace(
            self,
            title=words.get("title", self.title),
            description=words.get("description", self.description),
            parameters=tuple(
                replace(each, help=words.get(f"param {each.name}", each.help)) for each in self.parameters
            ),
        )

    def bind(self, values: Mapping[str, str | None], iris: Iris) -> tuple[str, dict[str, Term]]:
        """Return the text with its PREFIX header, and a term for each parameter that has a value.

        Raises:
            BadInput: a parameter is unknown, missing or not of its type.
        """
        known = {each.name for each in self.parameters}
        for name in values:
            if name not in known:
                takes = ", ".join(sorted(known)) or "none"
                raise BadInput(
                    f"The query '{self.name}' has no parameter '{name}'.", hint=f"It takes: {takes}."
                )
        bound: dict[str, Term] = {}
        for each in self.parameters:
            given = values.get(each.name)
            value = each.default if given is None or given == "" else given
            if value is not None:
                bound[each.name] = read_term(each.type, value, iris, field=each.name)
            elif each.required:
                raise BadInput(f"The query '{self.name}' needs the parameter '{each.name}' ({each.help}).")
        return with_prefixes(self.text, iris), bound


def bind(query: NamedQuery, values: Mapping[str, str | None], iris: Iris) -> tuple[str, dict[str, Term]]:
    """Bind a query's parameters; see :meth:`NamedQuery.bind`."""
    return query.bind(values, iris)


def read_term(kind: str, value: str, iris: Iris, *, field: str) -> Term:
    """Turn a parameter's text into a term of its type.

    Record types take an identifier (``technologies_1182``, ``BFA``) or the record's whole IRI.

    Raises:
        BadInput: the text is not a value of the type; ``field`` names it in the message.
    """
    text = value.strip()
    if kind == "string":
        return Literal(value)
    if kind == "integer":
        if not re.fullmatch(r"[+-]?\d{1,18}", text):
            raise BadInput(f"'{field}' must be a whole number, not {value[:60]!r}.")
        return Literal(str(int(text)), datatype=NamedNode(f"{XSD}integer"))
    if kind == "number":
        if not re.fullmatch(r"[+-]?\d{1,18}(\.\d{1,18})?", text):
            raise BadInput(f"'{field}' must be a decimal number, not {value[:60]!r}.")
        return Literal(text, datatype=NamedNode(f"{XSD}decimal"))
    if kind == "language":
        if not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", text):
            raise BadInput(f"'{field}' must be a language tag such as 'fr', not {value[:60]!r}.")
        return Literal(text.lower())
    try:
        return NamedNode(_record_iri(kind, text, iris, field))
    except ValueError:  # the engine reads IRIs more strictly than our own quick look
        raise BadInput(f"'{field}' is not a valid IRI: {text[:80]!r}.") from None


def _record_iri(kind: str, text: str, iris: Iris, field: str) -> str:
    if text.startswith(("http://", "https://", "urn:")):
        if not is_iri(text):
            raise BadInput(f"'{field}' is not a valid IRI: {text[:80]!r}.")
        return text
    if kind == "iri":
        raise BadInput(f"'{field}' must be an absolute IRI, not {text[:60]!r}.")
    if kind == "country":
        text = text.upper()
        if not re.fullmatch(r"[A-Z]{3}", text):
            raise BadInput(f"'{field}' must be an ISO 3166-1 alpha-3 code such as BFA, not {text[:60]!r}.")
    if not text or len(text) > 300:
        raise BadInput(f"'{field}' must be the identifier of a {kind}.")
    return iris.id(kind, local_id(text))


def read(path: Path) -> NamedQuery:
    """Read one query file.

    Raises:
        ConfigError: the header lacks a title, or a parameter line cannot be read.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    fields: dict[tuple[str, str], str] = {}
    parameters: list[Parameter] = []
    body = 0
    for body, line in enumerate(lines):  # noqa: B007 - the first line past the header is needed below
        found = _HEADER.match(line)
        if found is None:
            if line.startswith("#"):
                continue
            break
        key, lang, name, rest = found.groups()
        if key == "param" and name and not lang:
            parameters.append(_parameter(path, name, rest))
        else:
            field = (lang or "", f"{key} {name}" if name else key)
            fields[field] = f"{fields[field]} {rest.strip()}" if field in fields else rest.strip()
    if ("", "title") not in fields:
        raise ConfigError(f"{path.name} has no '# title:' line.")
    text = "\n".join(lines[body:]).strip() + "\n"
    words = tuple((lang, key, said) for (lang, key), said in fields.items() if lang)
    title, description = fields["", "title"], fields.get(("", "description"), "")
    return NamedQuery(path.stem, title, description, tuple(parameters), text, words)


def _parameter(path: Path, name: str, rest: str) -> Parameter:
    found = _PARAM.match(rest)
    if found is None or found["type"] not in TYPES:
        raise ConfigError(
            f"{path.name}: the parameter '{name}' is not written as 'type = default | help'.",
            hint=f"Types: {', '.join(TYPES)}.",
        )
    default = found["default"].strip() if found["default"] is not None else None
    return Parameter(
        name, found["type"], default or None, bool(found["optional"]), (found["help"] or "").strip()
    )


@cache
def load_folder(name: str) -> dict[str, NamedQuery]:
    """Return the queries of one folder under ``queries/`` (``examples``, ``entity``, ...) by name."""
    return {path.stem: read(path) for path in sorted((resources.queries() / name).glob("*.rq"))}


def get(folder: str, name: str) -> NamedQuery:
    """Return one query.

    Raises:
        NotFound: the folder has no query of this name.
    """
    found = load_folder(folder)
    if name not in found:
        raise NotFound(f"There is no query '{name}'.", hint=f"Known: {', '.join(found)}.")
    return found[name]


@cache
def prefix_map(iris: Iris) -> dict[str, str]:
    """Return prefix to namespace as written in ``ontology/prefixes.ttl``, for this base."""
    text = (resources.ontology() / "prefixes.ttl").read_text(encoding="utf-8")
    return {
        prefix or "": namespace.replace(DEFAULT_BASE, iris.base)
        for prefix, namespace in _PREFIX.findall(text)
    }


@cache
def prefixes(iris: Iris) -> str:
    """Return the whole prefix list as SPARQL PREFIX lines."""
    return "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in prefix_map(iris).items())


@lru_cache(maxsize=512)
def with_prefixes(text: str, iris: Iris) -> str:
    """Return one of our own queries with PREFIX lines for the prefixes it may use."""
    used = set(_PREFIXED.findall(text))
    lines = [f"PREFIX {prefix}: <{ns}>" for prefix, ns in prefix_map(iris).items() if prefix in used]
    return "\n".join([*lines, text])
