"""SSSOM mapping sets: written for curators and partners, and read back with their decisions.

https://mapping-commons.github.io/sssom/ ; the records and the file's head follow the models of
sssom-pydantic. A row means a decision when its justification is ``semapv:ManualMappingCuration``:
accepted, or rejected where ``predicate_modifier`` is ``Not``.
"""

from __future__ import annotations

import datetime
import io
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from kg import __version__
from kg.errors import BadInput
from kg.link.journal import Queued
from kg.link.links import BROAD, MANUAL, RELATIONS, Link
from kg.link.names import CLASSES
from kg.link.partners import Partner
from kg.vocab import DCTERMS, SKOS, Iris

LICENCE: Final = "https://creativecommons.org/publicdomain/zero/1.0/"
"""Of the mapping sets themselves: statements that one identifier relates to another."""
_HEAD_LONGEST: Final = 64 * 1024
_HEAD_LISTS: Final = 500
SEMAPV: Final = "https://w3id.org/semapv/vocab/"


_CATEGORIES: Final = {"concept": "skos:Concept"} | {
    kinds[0]: f"kg:{name}" for name, kinds in reversed(CLASSES.items())
}
_KINDS: Final = {category: kind for kind, category in _CATEGORIES.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """One mapping of a file that was read: the link, and what a person decided about it."""

    link: Link
    action: str | None
    curator: str
    reason: str


def prefixes(partner: Partner | None, iris: Iris) -> dict[str, str]:
    """Return the prefix map of a mapping set."""
    found = {"landkg": f"{iris.base}id/", "kg": iris.ns, "skos": SKOS, "dcterms": DCTERMS, "semapv": SEMAPV}
    if partner is not None:
        for number, prefix in enumerate(partner.record_prefixes):
            found[f"{partner.id}{number + 1 if number else ''}"] = prefix
    return found


def write(links: Iterable[Link | Queued], partner: Partner | None, iris: Iris) -> str:
    """Return a mapping set as SSSOM TSV."""
    space = Space(prefixes(partner, iris))
    rows = [_row(each, space) for each in links]
    name = iris.id("dataset", f"links-{partner.id if partner else 'suggested'}")
    return document(rows, space, name, f"Links between LandKG and {partner.name if partner else 'a partner'}")


def document(rows: Iterable[dict[str, Any]], space: Space, name: str, title: str) -> str:
    """Return a mapping set of rows that hold the slots of SSSOM; empty ones are left out.

    Args:
        space: has shortened the IRIs of the rows.
        name: IRI of the set.
    """
    from sssom_pydantic import Record
    from sssom_pydantic.api import MappingSetRecord
    from sssom_pydantic.io import write_unprocessed

    records = [
        Record.model_validate({slot: value for slot, value in row.items() if value not in (None, "")})
        for row in rows
    ]
    head = MappingSetRecord.model_validate(
        {
            "mapping_set_id": name,
            "mapping_set_title": title,
            "license": LICENCE,
            "mapping_tool": "LandKG",
            "mapping_tool_version": __version__,
            "curie_map": space.used,
        }
    )
    out = io.StringIO()
    write_unprocessed(records, out, metadata=head, condense=False)
    return out.getvalue().replace("\r\n", "\n")


def _row(given: Link | Queued, space: Space) -> dict[str, Any]:
    link, decision = (given.link, given.decision) if isinstance(given, Queued) else (given, None)
    values: dict[str, Any] = {
        "subject_id": space.curie(link.subject),
        "subject_label": _line(link.subject_label),
        "predicate_id": given.predicate if isinstance(given, Queued) else link.predicate,
        "object_id": space.curie(link.object),
        "object_label": _line(link.object_label),
        "object_category": _CATEGORIES.get(link.object_kind),
        "mapping_justification": MANUAL if decision else link.justification,
        "confidence": round(link.confidence, 4),
        "comment": _line(decision.reason if decision and decision.reason else link.comment) or None,
    }
    if decision is not None:
        values["reviewer_label"] = [_line(decision.curator).replace("|", "/")]
        values["mapping_date"] = datetime.date.fromisoformat(decision.at[:10])
        if decision.action == "reject":
            values["predicate_modifier"] = "Not"
    return values


def _line(text: str) -> str:
    return " ".join(text.split())


class Space:
    """Shortens IRIs by prefixes, and makes a prefix for an IRI that has none."""

    def __init__(self, known: dict[str, str]) -> None:
        self._known = dict(sorted(known.items(), key=lambda pair: -len(pair[1])))
        self.used: dict[str, str] = dict(known)

    def curie(self, iri: str) -> str:
        for prefix, namespace in self._known.items():
            if iri.startswith(namespace) and len(iri) > len(namespace):
                return f"{prefix}:{iri[len(namespace) :]}"
        cut = iri.rfind("/", 0, len(iri) - 1) + 1 or len(iri) - 1
        prefix = f"ns{len(self.used)}"
        self._known = {prefix: iri[:cut], **self._known}
        self.used[prefix] = iri[:cut]
        return f"{prefix}:{iri[cut:]}"


def read(text: str, iris: Iris) -> list[Row]:
    """Read a mapping set; the links may be written in either direction.

    Raises:
        BadInput: it is not SSSOM TSV, or a row has an unknown prefix or relation.
    """
    from sssom_pydantic.io import read_unprocessed

    _check_head(text)
    try:
        found = read_unprocessed(io.StringIO(text))
    except Exception as fault:  # the library raises whatever its parsers raise
        raise BadInput(f"This is not SSSOM TSV: {str(fault)[:300]}") from None
    converter = found.converter
    rows = []
    for number, record in enumerate(found.records, 1):
        subject, object_ = (
            _expand(converter, each, number) for each in (record.subject_id, record.object_id)
        )
        predicate = _relation(converter, record.predicate_id, number)
        labels = (record.subject_label or "", record.object_label or "")
        if subject.startswith(f"{iris.base}id/") and not object_.startswith(f"{iris.base}id/"):
            if predicate == BROAD:
                raise BadInput(f"Row {number}: write skos:broadMatch from the partner's record to ours.")
            subject, object_, labels = object_, subject, labels[::-1]
        manual = record.mapping_justification == MANUAL
        action = None if not manual else "reject" if record.predicate_modifier == "Not" else "accept"
        confidence = 1.0 if manual and record.confidence is None else record.confidence or 0.5
        link = Link(
            subject, labels[0], predicate, object_, labels[1], _KINDS.get(record.object_category or "", ""),
            confidence, record.mapping_justification, note=record.comment or "",
        )  # fmt: skip
        people = record.reviewer_label or record.author_label or record.creator_label or []
        rows.append(Row(link, action, ", ".join(people), record.comment or ""))
    return rows


def _check_head(text: str) -> None:
    """Refuse a head whose YAML takes gigabytes or minutes: by aliases, by depth, by length."""
    import yaml

    lines = itertools.takewhile(lambda line: line.startswith("#"), io.StringIO(text))
    head = "".join(line.removeprefix("#") for line in lines)
    if len(head) > _HEAD_LONGEST or max(map(head.count, "[{")) > _HEAD_LISTS or "- - - -" in head:
        raise BadInput("The head of the mapping set is too long or too deep.")
    try:
        is_plain = not any(
            isinstance(event, yaml.AliasEvent) for event in yaml.parse(head, Loader=yaml.SafeLoader)
        )
    except (yaml.YAMLError, RecursionError) as fault:
        raise BadInput(f"The head of the mapping set is not YAML: {str(fault)[:200]}") from None
    if not is_plain:
        raise BadInput("The head of the mapping set has YAML aliases, which are not read.")


def _expand(converter: Any, curie: str, number: int) -> str:
    if curie.startswith(("http://", "https://")):
        return curie
    iri = converter.expand(curie) if converter is not None else None
    if not iri:
        raise BadInput(f"Row {number}: the prefix of '{curie[:80]}' is not in curie_map.")
    return str(iri)


def _relation(converter: Any, given: str, number: int) -> str:
    if given in RELATIONS:
        return given
    iri = _expand(converter, given, number)
    for prefix, namespace in (("skos", SKOS), ("dcterms", DCTERMS)):
        short = f"{prefix}:{iri.removeprefix(namespace)}"
        if iri.startswith(namespace) and short in RELATIONS:
            return short
    raise BadInput(
        f"Row {number}: '{given[:60]}' is no relation of links.", hint=f"Known: {', '.join(RELATIONS)}."
    )
