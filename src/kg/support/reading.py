"""Reads the files of the conversation; a fault is told with its file and place, for who edits them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from kg import resources
from kg.errors import ConfigError
from kg.search.requests import FACETS
from kg.support.script import ANY, KINDS, LISTS, Module, Option, Question, Script, Wish, Words
from kg.vocab import LANGUAGES

_ID: Final = re.compile(r"^[a-z][a-z0-9-]{0,39}$")
_RESERVED: Final = frozenset({ANY, "lang", "ask", "format", "q"})
_WEIGHTS: Final = {"choice": (), "country": ("country", "region", "continent"), "text": ("meaning",)}

T = TypeVar("T")


@cache
def bundled() -> Script:
    """Return the conversation that travels with the code.

    Raises:
        ConfigError: a file of it is not as docs/support.md describes.
    """
    return load(resources.ontology() / "support")


def load(folder: Path) -> Script:
    """Read ``questions/*.toml`` and ``modules/*.toml`` of a folder in the order of their names.

    Raises:
        ConfigError: a file is not as docs/support.md describes; the message names file and place.
    """
    questions = _each(folder / "questions", _question)
    modules = _each(folder / "modules", _module)
    if not questions or not modules:
        raise ConfigError(f"{folder} holds no questions or no modules.")
    script = Script(questions, modules)
    _cross_check(script, folder)
    return script


def _each(folder: Path, read: Callable[[_Place, dict[str, Any]], T]) -> tuple[T, ...]:
    found = []
    for path in sorted(folder.glob("*.toml")):
        try:
            held = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            raise ConfigError(f"{path.name} is no TOML: {fault}.") from fault
        found.append(read(_Place(path.name), held))
    return tuple(found)


class _Place:
    """Where in a file the reader is, for messages."""

    def __init__(self, name: str) -> None:
        self.name = name

    def at(self, part: str) -> _Place:
        return _Place(f"{self.name}, {part}")

    def fault(self, message: str) -> ConfigError:
        return ConfigError(f"{self.name}: {message}", hint="docs/support.md describes these files.")

    def known(self, held: Mapping[str, Any], *names: str) -> None:
        """Refuse names that mean nothing here: most are spelling mistakes."""
        for name in held:
            if name not in names:
                raise self.fault(f"'{name}' is not known here; known are {', '.join(names)}.")

    def get(self, held: Mapping[str, Any], name: str, kind: type[T], default: T) -> T:
        value = held.get(name, default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            raise self.fault(f"'{name}' must be {_CALLED[kind]}.")
        return value

    def texts(self, held: Mapping[str, Any], name: str) -> tuple[str, ...]:
        value = self.get(held, name, list, [])
        if any(not isinstance(each, str) or not each for each in value):
            raise self.fault(f"'{name}' must be a list of texts.")
        return tuple(value)

    def words(self, held: Mapping[str, Any], name: str) -> Words | None:
        """Read a text in all six languages."""
        if name not in held:
            return None
        value = self.get(held, name, dict, {})
        self.at(name).known(value, *LANGUAGES)
        lacking = [tag for tag in LANGUAGES if not str(value.get(tag, "")).strip()]
        if lacking:
            raise self.fault(f"'{name}' has no text in {', '.join(lacking)}.")
        return {tag: str(value[tag]) for tag in LANGUAGES}

    def identifier(self, held: Mapping[str, Any]) -> str:
        found = self.get(held, "id", str, "")
        if not _ID.match(found) or found in _RESERVED or found in FACETS:
            raise self.fault(
                f"'id' must be a short name of small letters, digits and hyphens, not '{found}'."
            )
        return found


_CALLED: Final[dict[Any, str]] = {
    str: "a text", float: "a number", bool: "true or false", list: "a list", dict: "a table",
}  # fmt: skip


def _question(place: _Place, held: dict[str, Any]) -> Question:
    place.known(held, "id", "kind", "ask", "hint", "option", "many", "core", "when", "weights")
    kind = place.get(held, "kind", str, "choice")
    if kind not in KINDS:
        raise place.fault(f"'kind' must be one of {', '.join(KINDS)}.")
    options = [
        _option(place.at(f"option {n}"), each)
        for n, each in enumerate(place.get(held, "option", list, []), 1)
    ]
    if (kind == "choice") != bool(options):
        raise place.fault("A choice needs options, and nothing else has them.")
    if len({each.id for each in options}) < len(options):
        raise place.fault("Two options have the same 'id'.")
    ask = place.words(held, "ask")
    if ask is None:
        raise place.fault("'ask' is missing: the question itself.")
    when, weights = place.get(held, "when", dict, {}), place.get(held, "weights", dict, {})
    place.at("weights").known(weights, *_WEIGHTS[kind])
    return Question(
        id=place.identifier(held),
        kind=kind,
        ask=ask,
        hint=place.words(held, "hint"),
        options=tuple(options),
        many=place.get(held, "many", bool, False),
        core=place.get(held, "core", bool, False),
        when={name: place.at("when").texts(when, name) for name in when},
        weights={name: place.at("weights").get(weights, name, float, 0.0) for name in weights},
    )


def _option(place: _Place, held: Any) -> Option:
    if not isinstance(held, dict):
        raise place.fault("An option is a table.")
    place.known(held, "id", "concept", "name", "seek", "words", "module", "framework")
    concept, name = place.get(held, "concept", str, "") or None, place.words(held, "name")
    if concept is None and name is None:
        raise place.fault("Give the option a 'name' in six languages or the 'concept' that names it.")
    return Option(
        id=place.identifier(held),
        concept=concept,
        name=name,
        wishes=_wishes(place, held),
        words=place.get(held, "words", str, ""),
        module=place.get(held, "module", str, "") or None,
        framework=place.get(held, "framework", str, "") or None,
    )


def _wishes(place: _Place, held: Mapping[str, Any]) -> tuple[Wish, ...]:
    found = place.get(held, "seek", list, [])
    return tuple(_wish(place.at(f"seek {n}"), each) for n, each in enumerate(found, 1))


def _wish(place: _Place, held: Any) -> Wish:
    if not isinstance(held, dict):
        raise place.fault("What is sought is a table.")
    place.known(held, "facet", "fact", "copes", "values", "least", "most", "weight", "say")
    on = [name for name in ("facet", "fact", "copes") if name in held]
    if len(on) != 1:
        raise place.fault("Name one of 'facet', 'fact' and 'copes'.")
    name, values = place.get(held, on[0], str, ""), place.texts(held, "values")
    least, most = (place.get(held, each, float, 0.0) if each in held else None for each in ("least", "most"))
    if on[0] == "facet" and (name not in FACETS or name == "year" or not values):
        raise place.fault(f"'facet' must be a filter of the search with its 'values', not '{name}'.")
    if on[0] == "fact" and not values and least is None and most is None:
        raise place.fault("A fact needs 'values', 'least' or 'most'.")
    weight = place.get(held, "weight", float, 1.0)
    if not -10 <= weight <= 10 or weight == 0:
        raise place.fault("'weight' must be from -10 to 10 and not 0.")
    say = place.words(held, "say")
    if (on[0] == "fact" or weight < 0) and say is None:
        raise place.fault("Say in six languages what this means to a reader ('say').")
    return Wish(on[0], name, weight, values, least, most, say)


def _module(place: _Place, held: dict[str, Any]) -> Module:
    place.known(held, "id", "name", "concept", "entity", "tools", "lead", "words", "seek", "lists")
    concept, lead, lists = (
        place.get(held, "concept", str, ""),
        place.words(held, "lead"),
        place.texts(held, "lists"),
    )
    name = place.words(held, "name")
    if not concept or lead is None or name is None:
        raise place.fault("'concept', 'name' and 'lead' are needed.")
    if not lists or any(each not in LISTS for each in lists):
        raise place.fault(f"'lists' must name some of {', '.join(LISTS)}.")
    return Module(
        id=place.identifier(held),
        name=name,
        concept=concept,
        lead=lead,
        lists=lists,
        entity=place.get(held, "entity", str, "") or None,
        tools=place.texts(held, "tools"),
        words=place.get(held, "words", str, ""),
        wishes=_wishes(place, held),
    )


def _cross_check(script: Script, folder: Path) -> None:
    """Check what one file says of another."""
    place = _Place(str(folder))
    for what, held in (("questions", script.questions), ("modules", script.modules)):
        names = [each.id for each in held]
        if len(set(names)) < len(names):
            raise place.fault(f"Two {what} have the same 'id'.")
    asked: dict[str, Question] = {}
    modules = {each.id for each in script.modules}
    for question in script.questions:
        for name, answers in question.when.items():
            known = {each.id for each in asked[name].options} if name in asked else set()
            if not answers or not known.issuperset(answers):
                raise place.fault(
                    f"'when' of '{question.id}' names answers of '{name}' that no earlier question has."
                )
        for option in question.options:
            if option.module is not None and option.module not in modules:
                raise place.fault(
                    f"Option '{option.id}' of '{question.id}' names no module: '{option.module}'."
                )
        asked[question.id] = question
