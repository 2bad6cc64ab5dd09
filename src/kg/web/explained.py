"""What the alignment says of a record, for its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kg.align import rules
from kg.align.explain import FRAMEWORKS, explain
from kg.entities import EntityPage
from kg.errors import NotFound
from kg.model import Text
from kg.web.context import iris, opened
from kg.web.i18n import language


@dataclass(frozen=True, slots=True)
class Explained:
    """Parts of `kg.align.explain`: one for each framework, the best verdict first."""

    parts: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]

    @property
    def suggestions(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """(framework, suggestion) for every sentence that suggests one."""
        return [(part["framework"], each) for part in self.parts for each in part["suggestions"]]


_ORDER = ("qualifies", "candidate", "insufficient", "not_qualified")


def holds(part: dict[str, Any]) -> str:
    """Return the verdict that holds: the last one a person gave, else that of the rules."""
    return str((part["human"][-1] if part["human"] else part)["verdict"]["id"])


def explained(record: EntityPage) -> Explained | None:
    """Explain the assessments of a practice, or one assessment; ``None`` for what has none."""
    practice, framework = record.iri, None
    if record.kind == "assessment":
        code, _slash, framework = record.iri.removeprefix(iris().id("assessment", "")).rpartition("/")
        practice = iris().id("practice", code)
        if framework not in FRAMEWORKS:
            return None
    elif record.kind != "practice":
        return None
    try:
        found = explain(opened().store, practice, iris(), framework=framework, language=language())
    except NotFound:
        return None
    parts = sorted(found["assessments"], key=lambda part: _ORDER.index(holds(part)))
    return Explained(tuple(parts), tuple(found["notes"]))


def rule_text(record: EntityPage) -> str | None:
    """Return the text of a rule, if the installed one is the version that the graph names."""
    if record.kind != "rule":
        return None
    facts = (fact for fact in record.facts if fact.name.iri == iris().term("sha256"))
    wanted = {value.value for fact in facts for value in fact.values if isinstance(value, Text)}
    return next((rule.text for rule in rules.load().rules if rule.digest in wanted), None)
