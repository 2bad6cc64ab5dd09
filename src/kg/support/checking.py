"""Checks that what the conversation's files name is in the graph: a misspelt name would find nothing."""

from __future__ import annotations

from collections.abc import Iterator

from kg import queries
from kg.support.ranking import Ranking
from kg.support.script import Module, Option, Script, Wish
from kg.vocab import LANGUAGES


def check(script: Script, ranking: Ranking) -> list[str]:
    """Return what the files name and the graph lacks, each with where it is named; empty when all is well.

    A value of a filter that no record has is no fault while the graph has the concept.
    """
    found: list[str] = []
    for question in script.questions:
        for option in question.options:
            place = f"question '{question.id}', option '{option.id}'"
            found += [f"{place}: {fault}" for fault in _option(option, ranking)]
    for module in script.modules:
        found += [f"module '{module.id}': {fault}" for fault in _module(module, ranking)]
    return found


def _option(option: Option, ranking: Ranking) -> Iterator[str]:
    if option.concept is not None:
        yield from _languages(option.concept, ranking)
    if option.framework is not None and not _known(ranking.iris.id("framework", option.framework), ranking):
        yield f"there is no framework '{option.framework}'"
    for wish in option.wishes:
        yield from _wish(wish, ranking)


def _module(module: Module, ranking: Ranking) -> Iterator[str]:
    yield from _languages(module.concept, ranking)
    for name in (*module.tools, *((module.entity,) if module.entity else ())):
        if not _known(ranking.iris.id("entity", name), ranking):
            yield f"there is no entity '{name}'"
    for wish in module.wishes:
        yield from _wish(wish, ranking)


def _wish(wish: Wish, ranking: Ranking) -> Iterator[str]:
    if wish.on == "fact" and not _known(ranking.iris.wocat(wish.name), ranking):
        yield f"there is no property '{wish.name}' in the questionnaires"
    for name in (wish.name,) if wish.on == "copes" else wish.values:
        used = wish.on == "facet" and len(ranking.index.having(wish.name, name))
        if not used and not any(_known(ranking.iris.id(kind, name), ranking) for kind in _KINDS):
            yield f"there is no concept '{name}'"


_KINDS = ("concept", "country", "region", "framework", "entity", "dataset")


def _languages(concept: str, ranking: Ranking) -> Iterator[str]:
    """Tell a concept that is not there, or that has no name in one of the six languages."""
    named = _labels(ranking.iris.concept(concept), ranking)
    lacking = [tag for tag in LANGUAGES if tag not in named]
    if not named:
        yield f"there is no concept '{concept}'"
    elif lacking:
        yield f"the concept '{concept}' has no name in {', '.join(lacking)}"


def _known(iri: str, ranking: Ranking) -> bool:
    return bool(_labels(iri, ranking))


def _labels(iri: str, ranking: Ranking) -> set[str]:
    text, bind = queries.get("support", "entity").bind({"tool": iri}, ranking.iris)
    return {str(getattr(row["label"], "language", None) or "") for row in ranking.store.select(text, bind)}
