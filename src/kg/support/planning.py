"""Makes the plan of a conversation out of one generation: a part for each module, each line with reasons."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from kg import queries
from kg.entities.labels import choose
from kg.entities.model import Ref
from kg.entities.reading import Names, lexical, text_of
from kg.model import Text
from kg.store import Row
from kg.support.conversation import Talk
from kg.support.plan import Count, Item, Part, Plan, Tool
from kg.support.ranking import Ranked, Ranking, Sought
from kg.support.script import Module, Script

PRACTICES: Final = ("technology", "approach", "prais")
KINDS: Final = {
    "practices": (PRACTICES, 10),
    "decisions": (("decision", "document"), 5),
    "publications": (("publication",), 5),
}
"""Kinds of record in each list, and how many at most."""
_RECORDED: Final = ("hazard", "degradation")
_COUNTS: Final = 5
_SHOWN_REASONS: Final = 5


def plan(script: Script, talk: Talk, ranking: Ranking, language: str, generation: str = "") -> Plan:
    """Return the plan that the answers so far lead to."""
    modules = sorted(script.modules, key=lambda module: module.id != talk.module)
    asked = [each for each in ranking.sought(talk) if each.wishes or each.words]
    _best, found = ranking.rank(asked, PRACTICES, language, 0)
    return Plan(
        parts=tuple(_part(module, talk, ranking, language) for module in modules),
        asked=len(asked),
        found=found,
        generation=generation,
    )


def _part(module: Module, talk: Talk, ranking: Ranking, language: str) -> Part:
    wanted = set(module.lists)
    everything = ranking.sought(talk, module)
    items = {
        name: tuple(
            _item(each, ranking, language)
            for each in ranking.rank(_for(name, everything), kinds, language, most)[0]
        )
        for name, (kinds, most) in KINDS.items()
        if name in wanted
    }
    scope = _scope(talk, ranking) if "recorded" in wanted else ()
    return Part(
        id=module.id,
        name=module.name[language],
        title=_concept(ranking, module.concept, language),
        lead=module.lead[language],
        tools=_tools(module, ranking, language) if "tools" in wanted else (),
        practices=items.get("practices", ()),
        decisions=items.get("decisions", ()),
        publications=items.get("publications", ()),
        criteria=_criteria(talk, ranking, language) if "criteria" in wanted else (),
        recorded=_recorded(scope, ranking, language) if "recorded" in wanted else (),
        around=", ".join(ranking.label(facet, value, language) for facet, value in scope),
        scope=scope,
    )


def _for(name: str, everything: list[Sought]) -> list[Sought]:
    """Return what counts for a list: where and with what means says nothing of decisions and publications."""
    if name == "practices":
        return everything
    return [each for each in everything if each.core or not each.question or each.meaning]


def _item(each: Ranked, ranking: Ranking, language: str) -> Item:
    record = ranking.records[each.number]
    title, lang = record.title(language)
    rows = _ask(ranking, "card", record=record.iri)
    symbols = [lexical(row["symbol"]) for row in rows if "symbol" in row]
    provisions = sorted((row for row in rows if "what" in row), key=_place)
    symbol = symbols[0] if symbols and not title.startswith(symbols[0]) else ""
    return Item(
        ref=Ref(record.iri, Text(title, lang or None), record.kind),
        kind=record.kind,
        score=each.score,
        fits=each.fits,
        reasons=tuple(each.reasons[:_SHOWN_REASONS]),
        cautions=tuple(each.cautions),
        countries=tuple(
            ranking.label("country", code, language) for code in record.facets.get("country", ())
        ),
        year=record.year,
        symbol=symbol,
        summary=choose([text_of(row["abstract"]) for row in rows if "abstract" in row], language),
        provisions=tuple(
            (lexical(row.get("verb")), lexical(row.get("addressee")), text_of(row["what"]))
            for row in provisions
        ),
    )


def _tools(module: Module, ranking: Ranking, language: str) -> tuple[Tool, ...]:
    """Return what the graph joins to the module's part of the toolbox, then what its file names."""
    rows = _ask(ranking, "tools", entity=ranking.iris.id("entity", module.entity)) if module.entity else []
    for name in module.tools:
        rows += _ask(ranking, "entity", tool=ranking.iris.id("entity", name))
    names = Names(ranking.iris, language)
    names.add(rows, "tool")
    properties = {lexical(row["property"]) for row in rows if "property" in row}
    for iri in sorted(properties):
        names.add(_ask(ranking, "entity", tool=iri), "tool")
    found: dict[str, Tool] = {}
    for row in rows:
        iri = lexical(row["tool"])
        if iri not in found:
            same = [each for each in rows if lexical(each["tool"]) == iri]
            found[iri] = Tool(
                ref=names.ref(iri),
                relation=names.term(lexical(row["property"])) if "property" in row else None,
                of_module="property" in row and "forward" not in row,
                feature=choose([text_of(each["feature"]) for each in same if "feature" in each], language),
                leader=choose([text_of(each["leader"]) for each in same if "leader" in each], language),
            )
    order = sorted(
        found.values(), key=lambda tool: (tool.relation is None, tool.feature is None, tool.ref.iri)
    )
    return tuple(order)


def _criteria(talk: Talk, ranking: Ranking, language: str) -> tuple[Ref, ...]:
    """Return what the frameworks of the chosen answers test; of two frameworks, the first answer's."""
    chosen = [option.framework for step in talk.steps for option in step.chosen if option.framework]
    if not chosen:
        return ()
    rows = _ask(ranking, "criteria", framework=ranking.iris.id("framework", chosen[0]))
    names = Names(ranking.iris, language)
    names.add(rows, "criterion")
    return tuple(names.ref(iri) for iri in dict.fromkeys(lexical(row["criterion"]) for row in rows))


def _scope(talk: Talk, ranking: Ranking) -> tuple[tuple[str, str], ...]:
    """Return the filter of the smallest place around the person that has practices."""
    country = next(
        (step.answer[0] for step in talk.steps if step.question.kind == "country" and not step.is_open), None
    )
    if country is None:
        return ()
    places = [("country", country), *(("region", code) for code in ranking.gazetteer.regions(country))]
    return next(((place,) for place in places if len(ranking.index.having(*place)) >= _COUNTS), ())


def _recorded(scope: tuple[tuple[str, str], ...], ranking: Ranking, language: str) -> tuple[Count, ...]:
    """Count what practices of a place have recorded of hazards and degradation."""
    numbers = np.concatenate([ranking.index.having("type", kind) for kind in PRACTICES])
    for facet, value in scope:
        numbers = np.intersect1d(numbers, ranking.index.having(facet, value))
    found = []
    for facet in _RECORDED:
        counts = Counter(
            value for number in numbers for value in ranking.records[number].facets.get(facet, ())
        )
        named = [(value, ranking.label(facet, value, language), count) for value, count in counts.items()]
        shown = sorted(
            (each for each in named if each[0] not in _HEADINGS), key=lambda each: (-each[2], each[1])
        )
        found += [Count(facet, *each) for each in shown[:_COUNTS]]
    return tuple(found)


_HEADINGS: Final = frozenset(
    {
        "land_degradation",
        "climate_hazard",
        "meteorological_hazard",
        "climatological_hazard",
        "hydrological_hazard",
    }
)
"""Concepts above all others of their facet, which tell a reader nothing."""


def _concept(ranking: Ranking, name: str, language: str) -> Ref:
    iri = ranking.iris.concept(name)
    names = Names(ranking.iris, language)
    names.add(_ask(ranking, "entity", tool=iri), "tool")
    return names.ref(iri)


def _place(row: Row) -> tuple[int, str]:
    """Return where a provision stands in its decision; those without a number come first."""
    return int(lexical(row.get("number")) or 0), lexical(row["what"])


def _ask(ranking: Ranking, name: str, **values: str) -> list[Row]:
    text, bind = queries.get("support", name).bind(values, ranking.iris)
    return ranking.store.select(text, bind)
