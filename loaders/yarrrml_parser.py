"""Turns the YAML of a mapping file into sections, rules and terms, or says which entry cannot be used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from kg.errors import BadInput
from kg.vocab import RDF
from loaders.yarrrml import ABOUT, PREFIXES, Document, File, Formulation, Rule, Section
from loaders.yarrrml_terms import Call, Template, Term, template

_TOP: Final = {
    "prefixes": "prefixes",
    "base": "base",
    "authors": "authors",
    "author": "authors",
    "a": "authors",
    "sources": "sources",
    "mappings": "mappings",
    "mapping": "mappings",
    "m": "mappings",
    "landkg": "landkg",
}
_MAPPING: Final = {
    **dict.fromkeys(("source", "sources"), "sources"),
    **dict.fromkeys(("s", "subject", "subjects"), "subjects"),
    **dict.fromkeys(("po", "predicateobject", "predicateobjects"), "po"),
}
_RULE: Final = {
    **dict.fromkeys(("p", "predicate", "predicates"), "p"),
    **dict.fromkeys(("o", "object", "objects"), "o"),
}
_OBJECT: Final = {
    **dict.fromkeys(("v", "value"), "value"),
    "type": "type",
    "datatype": "datatype",
    "language": "language",
    **dict.fromkeys(("f", "fn", "function"), "function"),
    **dict.fromkeys(("pms", "parameters"), "parameters"),
}
_FORMS: Final[Mapping[str, Formulation]] = {"csv": "csv", "jsonpath": "jsonpath", "xpath": "xpath"}
_ACCESS: Final = ("access", "type", "referenceFormulation", "iterator", "delimiter", "encoding")
_SHORT: Final = re.compile(r"(?P<file>.+)~(?P<form>csv|jsonpath|xpath)")
_PREFIXED: Final = re.compile(r"(?P<prefix>[A-Za-z][\w.-]*):(?P<rest>(?!//).*)", re.DOTALL)
_LANGUAGE: Final = re.compile(r"(?P<tag>.+)~lang")


class Parser:
    """Turns the YAML of one file into a :class:`Document`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.prefixes: dict[str, str] = dict(PREFIXES)
        self.named: dict[str, File] = {}

    def __call__(self, raw: Any) -> Document:
        top = self._fields(raw, _TOP, "the file")
        for name, iri in self._entries(top.get("prefixes"), "prefixes"):
            self.prefixes[name] = self._text(iri, f"prefixes.{name}")
        about = dict(self._entries(top.get("landkg"), "landkg"))
        for name in about:
            if name not in ABOUT:
                raise self._bad(f"landkg.{name}", f"is not one of {', '.join(ABOUT)}")
        words = {
            self._expanded(predicate): {
                self._text(word, f"landkg.words.{predicate}"): self._text(value, f"landkg.words.{predicate}")
                for word, value in self._entries(table, f"landkg.words.{predicate}")
            }
            for predicate, table in self._entries(about.pop("words", None), "landkg.words")
        }
        for name, given in self._entries(top.get("sources"), "sources"):
            self.named[name] = self._file(given, f"sources.{name}")
        sections = tuple(
            self._section(name, given) for name, given in self._entries(top.get("mappings"), "mappings")
        )
        if not sections:
            raise self._bad("mappings", "is missing or empty")
        told = {name: self._text(value, f"landkg.{name}") for name, value in about.items()}
        return Document(self.path, sections, told, words)

    def _section(self, name: str, raw: Any) -> Section:
        where = f"mappings.{name}"
        given = self._fields(raw, _MAPPING, where)
        for needed, words in (("sources", "sources"), ("subjects", "subjects"), ("po", "predicateobjects")):
            if not given.get(needed):
                raise self._bad(where, f"has no {words}")
        sources = given["sources"]
        if isinstance(sources, str) or (isinstance(sources, list) and _is_short(sources)):
            sources = [sources]
        files = tuple(self._file(each, f"{where}.sources") for each in _listed(sources))
        subjects = tuple(
            Term(self._value(each, f"{where}.subjects"), is_iri=True) for each in _listed(given["subjects"])
        )
        rules = tuple(self._rule(each, f"{where}.po[{n}]") for n, each in enumerate(_listed(given["po"]), 1))
        return Section(name, files, subjects, rules)

    def _file(self, raw: Any, where: str) -> File:
        if isinstance(raw, str):
            if raw not in self.named:
                raise self._bad(where, f"names the source {raw!r}, which 'sources' does not describe")
            return self.named[raw]
        if isinstance(raw, list):
            found = _SHORT.fullmatch(str(raw[0])) if raw else None
            if found is None or len(raw) > 2:
                raise self._bad(where, "should be [file~csv] or [file~jsonpath, iterator], xpath likewise")
            raw = {
                "access": found["file"],
                "referenceFormulation": found["form"],
                "iterator": raw[1] if len(raw) == 2 else "",
            }
        given = self._fields(raw, {name: name for name in _ACCESS}, where)
        named = self._text(given.get("referenceFormulation", ""), f"{where}.referenceFormulation")
        form = _FORMS.get(named)
        access = self._text(given.get("access", ""), f"{where}.access")
        iterator = self._text(given.get("iterator") or "", f"{where}.iterator")
        if form is None:
            raise self._bad(where, f"has the form {named!r}; known are csv, jsonpath and xpath")
        if not access or access.lower().startswith(("http:", "https:")):
            raise self._bad(where, "needs a file; what is on the web has to be fetched first")
        if form != "csv" and not iterator:
            raise self._bad(where, f"needs an iterator, a {form} of one record such as $.items[*] or /a/b")
        path = (self.path.parent / access).resolve()
        if not path.is_file():
            raise self._bad(where, f"names the file {access!r}, which does not exist")
        delimiter = self._text(given.get("delimiter") or ",", f"{where}.delimiter").replace("\\t", "\t")
        if len(delimiter) != 1:
            raise self._bad(where, f"has the delimiter {delimiter!r}; it must be one character")
        encoding = self._text(given.get("encoding") or "", f"{where}.encoding")
        return File(path, form, iterator, delimiter, encoding)

    def _rule(self, raw: Any, where: str) -> Rule:
        language = datatype = None
        if isinstance(raw, list):
            if len(raw) not in (2, 3):
                raise self._bad(where, "should be [predicate, object] or [predicate, object, en~lang]")
            predicates, objects = raw[0], raw[1]
            if len(raw) == 3:
                language, datatype = self._third(raw[2], where)
        else:
            given = self._fields(raw, _RULE, where)
            predicates, objects = given.get("p"), given.get("o")
            if isinstance(objects, list) and objects and not isinstance(objects[0], list | Mapping):
                # ``objects: [$(name), en~lang]`` is one object, as in yarrrml-parser.
                objects = [objects] if len(objects) == 2 and _is_third(objects[1]) else objects
        if predicates in (None, "", []) or objects in (None, "", []):
            raise self._bad(where, "needs a predicate and an object")
        names = tuple(self._predicate(each, where) for each in _listed(predicates))
        is_class = f"{RDF}type" in names
        terms = tuple(
            self._object(each, where, is_class, language, datatype)
            for each in (objects if isinstance(objects, list) else [objects])
        )
        return Rule(names, terms, where)

    def _object(
        self, raw: Any, where: str, is_class: bool, language: str | None, datatype: str | None
    ) -> Term:
        kind = ""
        if isinstance(raw, list):
            if len(raw) not in (1, 2):
                raise self._bad(where, "has an object that is neither a text nor [text, en~lang]")
            if len(raw) == 2:
                language, datatype = self._third(raw[1], where)
            raw = raw[0]
        value: Template | Call
        if isinstance(raw, Mapping):
            given = self._fields(raw, _OBJECT, where)
            kind = str(given.get("type", ""))
            if kind not in ("", "iri", "literal"):
                raise self._bad(where, f"has an object of type {kind!r}; known are iri and literal")
            language = str(given["language"]) if given.get("language") else language
            if given.get("datatype"):
                datatype = self._expanded(str(given["datatype"]))
            value = self._value(raw if "function" in given else given.get("value"), where)
        else:
            text = self._text(raw, where)
            if text.endswith("~iri"):
                kind, text = "iri", text.removesuffix("~iri")
            value = self._value(text, where)
        is_iri = kind == "iri" or (is_class and kind != "literal")
        if is_iri and isinstance(value, Template):
            value = self._expand_template(value)
        tag = template(language) if language and not is_iri else None
        return Term(value, is_iri, tag, datatype if not is_iri else None)

    def _value(self, raw: Any, where: str) -> Template | Call:
        if isinstance(raw, Mapping):
            given = self._fields(raw, _OBJECT, where)
            name = self._text(given.get("function", ""), where)
            inline = re.fullmatch(r"\s*([\w.:-]+)\((.*)\)\s*", name, re.DOTALL)
            if inline:
                pairs = [part.split("=", 1) for part in _apart(inline[2])]
                return self._call(inline[1], [[each.strip() for each in pair] for pair in pairs], where)
            return self._call(name, _listed(given.get("parameters") or []), where)
        found = template(self._text(raw, where))
        return self._expand_template(found) if where.endswith("subjects") else found

    def _call(self, name: str, parameters: list[Any], where: str) -> Call:
        arguments: dict[str, Template | Call] = {}
        for given in parameters:
            each = [given.get("parameter"), given.get("value")] if isinstance(given, Mapping) else given
            if not isinstance(each, list) or len(each) != 2:
                raise self._bad(where, "has a parameter that is not [name, value]")
            value = each[1]
            if isinstance(value, str):
                value = re.sub(r'^"(.*)"$', r"\1", value, flags=re.DOTALL)
            arguments[self._expanded(str(each[0]))] = (
                self._value(value, where)
                if isinstance(value, Mapping)
                else template(self._text(value, where))
            )
        try:
            return Call(self._expanded(name), arguments)
        except ValueError as fault:
            raise self._bad(where, str(fault)) from None

    def _third(self, raw: Any, where: str) -> tuple[str | None, str | None]:
        text = self._text(raw, where)
        found = _LANGUAGE.fullmatch(text)
        return (found["tag"], None) if found else (None, self._expanded(text))

    def _predicate(self, raw: Any, where: str) -> str:
        text = self._text(raw, where).removesuffix("~iri")
        if "$(" in text:
            raise self._bad(where, "has a predicate taken from the data, which is not supported")
        found = f"{RDF}type" if text == "a" else self._expanded(text)
        if "://" not in found:
            raise self._bad(where, f"has the predicate {text!r}, whose prefix is not declared")
        return found

    def _expanded(self, text: str) -> str:
        found = _PREFIXED.fullmatch(text)
        if found and found["prefix"] in self.prefixes:
            return self.prefixes[found["prefix"]] + found["rest"]
        return text

    def _expand_template(self, value: Template) -> Template:
        first = value.parts[0] if value.parts else None
        if first is None or first[0]:
            return value
        return Template(((False, self._expanded(first[1])), *value.parts[1:]))

    def _fields(self, raw: Any, known: Mapping[str, str], where: str) -> dict[str, Any]:
        """Return the fields of an object under their full names.

        Raises:
            BadInput: it is no object, or has a field that nothing reads.
        """
        if not isinstance(raw, Mapping):
            raise self._bad(where, "should have fields, each on a line with a colon")
        for name in raw:
            if name not in known:
                raise self._bad(
                    where,
                    f"has the field {str(name)[:40]!r}; known are {', '.join(sorted(set(known.values())))}",
                )
        return {known[name]: value for name, value in raw.items()}

    def _entries(self, raw: Any, where: str) -> Iterator[tuple[str, Any]]:
        if raw is None:
            return
        if not isinstance(raw, Mapping):
            raise self._bad(where, "should have entries, each on a line with a colon")
        for name, value in raw.items():
            yield str(name), value

    def _text(self, raw: Any, where: str) -> str:
        if isinstance(raw, str | int | float) and not isinstance(raw, bool):
            return str(raw)
        if raw is not None and hasattr(raw, "isoformat"):
            return str(raw.isoformat())
        raise self._bad(where, "should be a text")

    def _bad(self, where: str, reason: str) -> BadInput:
        return BadInput(f"{self.path.name}: {where} {reason}.", hint="docs/mapping-files.md shows the form.")


def _listed(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else [raw]


def _is_short(raw: list[Any]) -> bool:
    return bool(raw) and isinstance(raw[0], str) and _SHORT.fullmatch(raw[0]) is not None


def _is_third(raw: Any) -> bool:
    return isinstance(raw, str) and (raw.endswith("~lang") or raw.startswith("xsd:"))


def _apart(arguments: str) -> list[str]:
    """Split ``a = $(x), b = ", "`` at the commas that stand between arguments."""
    return [part for part in re.split(r",\s*(?=[\w.:-]+\s*=)", arguments) if part.strip()]
