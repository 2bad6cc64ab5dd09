"""Reads the rule files of ``ontology/rules`` and the data that combines their results.

A rule is a SPARQL CONSTRUCT under a header of comment lines (docs/alignment.md, "Writing a rule").
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pyoxigraph import NamedNode, RdfFormat, parse

from kg import resources
from kg.align.logic import AtLeast, Policy, Result
from kg.errors import ConfigError
from kg.vocab import DEFAULT_BASE, Iris

CLASSES: Final = ("defining", "guard", "supporting", "process")
VARIABLES: Final = ("practice", "item", "subject", "property", "value")
"""What a rule binds: the practice, the item of the header, and the statement that is the fact."""
TEMPLATE: Final = {
    "evidenceFor": "practice",
    "item": "item",
    "factSubject": "subject",
    "factProperty": "property",
    "factValue": "value",
}
"""Properties (``kg:``) that every CONSTRUCT template has, and their variables."""

_LINE: Final = re.compile(r"^#\s*([a-z-]+)(?:\s+([a-z]+-\d+))?\s*:\s*(.*)$")
_ITEM: Final = re.compile(r"^(strong|weak|soft|hard)-[1-9]\d*$")
_FORM: Final = re.compile(r"\bCONSTRUCT\s*\{([^{}]*)\}\s*WHERE\s*\{", re.IGNORECASE)
_USED: Final = re.compile(r'"((?:strong|weak|soft|hard)-\d+)"')
_TERM: Final = re.compile(r"\b(wocat|kg|factlist|concept|dcterms):([A-Za-z_][\w.-]*[\w])")


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of evidence of a rule: its name (``strong-1``), what it is, and whether to confirm it."""

    name: str
    words: str
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One criterion's rule; ``select`` is its query as a SELECT of :data:`VARIABLES`."""

    criterion: str
    framework: str
    title: str
    klass: str
    hard_wins: bool
    source: str
    author: str
    version: str
    silent: str
    items: tuple[Item, ...]
    text: str
    select: str

    @property
    def confirm(self) -> frozenset[str]:
        """Items read from free text, which a person has to confirm."""
        return frozenset(item.name for item in self.items if item.confirm)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def terms(self) -> set[tuple[str, str]]:
        """Return (prefix, local name) of every term of ours that the query names."""
        return set(_TERM.findall(self.select))

    def asks(self, strength: str) -> tuple[str, ...]:
        """Return the properties and lists (``wocat:x``, ``factlist:y``) that items of a strength name."""
        found: dict[str, None] = {}
        start = self.select.index("{") + 1
        for match in _USED.finditer(self.select):
            if match[1].startswith(strength):
                block = self.select[start : match.start()]
                for prefix, local in _TERM.findall(block):
                    if prefix in ("wocat", "factlist"):
                        found[f"{prefix}:{local}"] = None
            start = match.end()
        return tuple(found)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Every rule, the fact lists they share and how their results add up."""

    rules: tuple[Rule, ...]
    policies: tuple[Policy, ...]
    members: tuple[tuple[str, str], ...]
    """(list, member) IRIs under the default base."""
    digest: str

    def rule(self, criterion: str) -> Rule:
        return next(each for each in self.rules if each.criterion == criterion)

    def policy(self, framework: str) -> Policy:
        return next(each for each in self.policies if each.framework == framework)


def folder() -> Path:
    """Return the folder of the rules as installed."""
    return resources.ontology() / "rules"


@cache
def load(root: Path | None = None) -> RuleSet:
    """Read every rule of a folder (default: the installed one), with its lists and policies.

    The lists stand in ``../frameworks/lists.ttl`` of the same ontology; without it, the installed one's.

    Raises:
        ConfigError: a file cannot be used; the message names it.
    """
    root = root or folder()
    rules = tuple(read(path) for path in sorted(root.glob("*.rq"), key=_natural))
    if not rules:
        raise ConfigError(f"There are no rules in {root}.")
    combine = root / "verdicts.toml"
    members = lists(root)
    policies = _policies(combine, rules)
    digest = hashlib.sha256()
    for rule in rules:
        digest.update(rule.text.encode())
    digest.update(combine.read_bytes())
    digest.update("\n".join(f"{a} {b}" for a, b in members).encode())
    return RuleSet(rules, policies, members, digest.hexdigest())


def _natural(path: Path) -> tuple[str, int]:
    name, _, number = path.stem.partition("-")
    return name, int(number) if number.isdigit() else 0


def read(path: Path) -> Rule:
    """Read one rule file.

    Raises:
        ConfigError: the header or the query is not what a rule needs.
    """
    faults, rule = examine(path)
    if rule is None or faults:
        raise ConfigError(f"{path.name}: {'; '.join(faults)}.", hint="'kg rules check' tells more.")
    return rule


def examine(path: Path) -> tuple[list[str], Rule | None]:
    """Return what is wrong with a rule file, in plain words, and the rule if it can be read at all."""
    text = path.read_text(encoding="utf-8")
    fields, items, faults = _header(text)
    for name in ("criterion", "framework", "title", "class", "source", "version", "author"):
        if not fields.get(name):
            faults.append(f"the header has no line '# {name}: ...'")
    if fields.get("criterion", path.stem) != path.stem:
        faults.append(f"the header's criterion {fields['criterion']} is not the file's name")
    if fields.get("class") and fields["class"] not in CLASSES:
        faults.append(f"the class {fields['class']!r} is none of {', '.join(CLASSES)}")
    if not any(item.name.startswith(("strong", "weak")) for item in items):
        faults.append("the header names nothing that counts for the criterion ('# for strong-1: ...')")
    form = _FORM.search(text)
    if form is None:
        return [*faults, "the query is not of the form CONSTRUCT { ... } WHERE { ... }"], None
    for name, variable in TEMPLATE.items():
        if not re.search(rf"kg:{name}\s+\?{variable}\b", form[1]):
            faults.append(f"the CONSTRUCT template lacks 'kg:{name} ?{variable}'")
    named = {item.name for item in items}
    bound = set(_USED.findall(text[form.end() :]))
    faults += [f"the header does not say what {name} is" for name in sorted(bound - named)]
    faults += [f"the query never yields {name}" for name in sorted(named - bound)]
    select = f"SELECT {' '.join(f'?{name}' for name in VARIABLES)} WHERE {{{text[form.end() :]}"
    return faults, Rule(
        fields.get("criterion", path.stem),
        fields.get("framework", ""),
        fields.get("title", ""),
        fields.get("class", ""),
        fields.get("hard-wins", "no") == "yes",
        fields.get("source", ""),
        fields.get("author", ""),
        fields.get("version", ""),
        fields.get("silent", ""),
        tuple(items),
        text,
        select,
    )


def _header(text: str) -> tuple[dict[str, str], list[Item], list[str]]:
    fields: dict[str, str] = {}
    words: dict[str, str] = {}
    confirm: set[str] = set()
    faults: list[str] = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        found = _LINE.match(line)
        if found is None:
            continue
        key, name, rest = found.groups()
        if key in ("for", "against"):
            sides = ("strong", "weak") if key == "for" else ("soft", "hard")
            if name is None or not _ITEM.match(name) or not name.startswith(sides):
                faults.append(f"'# {key} ...' must name an item such as {sides[0]}-1")
            else:
                words[name] = rest
        elif key == "confirm":
            confirm.add(rest.strip())
        else:
            fields[key] = rest.strip()
    items = [Item(name, said, name in confirm) for name, said in words.items()]
    return fields, items, faults


def lists(root: Path) -> tuple[tuple[str, str], ...]:
    """Return (list, member) of the fact lists that belong to a folder of rules."""
    path = root.parent / "frameworks" / "lists.ttl"
    if not path.is_file():
        path = resources.ontology() / "frameworks" / "lists.ttl"
    found = []
    for quad in parse(input=path.read_bytes(), format=RdfFormat.TURTLE):
        member = quad.predicate.value == f"{DEFAULT_BASE}def/listMember"
        if member and isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            found.append((quad.subject.value, quad.object.value))
    return tuple(sorted(found))


def rebase(iri: str, iris: Iris) -> str:
    """Return an IRI of the ontology's files under the base of the settings."""
    return iris.base + iri.removeprefix(DEFAULT_BASE) if iri.startswith(DEFAULT_BASE) else iri


def _policies(path: Path, rules: tuple[Rule, ...]) -> tuple[Policy, ...]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as fault:
        raise ConfigError(f"{path.name} cannot be read: {fault}.") from None
    known = {rule.framework for rule in rules}
    return tuple(
        _policy(framework, more, rules, path.name)
        for framework, more in table.items()
        if isinstance(more, dict) and framework in known
    )


def _policy(framework: str, more: dict[str, Any], rules: tuple[Rule, ...], file: str) -> Policy:
    own = [rule for rule in rules if rule.framework == framework]

    def of(klass: str) -> tuple[str, ...]:
        return tuple(rule.criterion for rule in own if rule.klass == klass)

    def lines(key: str) -> tuple[AtLeast, ...]:
        try:
            found = tuple(
                AtLeast(row["count"], tuple(row["of"]), Result(row["result"])) for row in more.get(key, ())
            )
        except (KeyError, TypeError, ValueError) as fault:
            raise ConfigError(f"{file}: [{framework}] {key} cannot be read: {fault}.") from None
        unknown = {each for line in found for each in line.of} - {rule.criterion for rule in own}
        if unknown:
            raise ConfigError(f"{file}: [{framework}] names {', '.join(sorted(unknown))}, which has no rule.")
        return found

    return Policy(
        framework,
        tuple(rule.criterion for rule in own),
        of("defining"),
        of("guard"),
        of("process"),
        lines("sufficient"),
        lines("qualifies"),
        bool(more.get("approach_evidence", False)),
    )
