"""The fields of a named query's form: labels, and names to choose from where the values are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from kg.entities.model import Ref
from kg.queries import NamedQuery, Parameter
from kg.web.context import catalogue, opened
from kg.web.i18n import NAMES, language

LABELS: Final[dict[str, LazyString]] = {
    "addressee": _("Addressee"),
    "concept": _("Concept"),
    "country": _("Country"),
    "decision": _("Decision"),
    "degradation": _("Land degradation addressed"),
    "hazard": _("Hazard"),
    "land_use": _("Land use"),
    "language": _("Language"),
    "practice": _("Practice"),
    "record": _("Record"),
    "region": _("Region"),
    "target": _("Outside concept"),
    "text": _("Word or phrase"),
    "theme": _("Theme"),
}
"""Names of parameters in words; one that is not here is named as in the query."""

_FACETS: Final = {"degradation": "degradation", "hazard": "hazard", "land_use": "landUse"}
"""Parameters whose values are the concepts of a facet."""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as a reader fills it in; with ``options`` (value, name) there is a list to choose from."""

    parameter: Parameter
    label: str
    value: str
    options: tuple[tuple[str, str], ...] = ()


def fields(query: NamedQuery, given: Mapping[str, str] = MappingProxyType({})) -> tuple[Field, ...]:
    """Return the fields of a query's form, filled with what was given or with the defaults."""
    return tuple(_field(each, given.get(each.name) or each.default or "") for each in query.parameters)


def _field(parameter: Parameter, value: str) -> Field:
    options = _options(parameter)
    known = {each for each, _name in options}
    if options and value.upper() in known:
        value = value.upper()  # codes of countries may be asked for in small letters
    if options and value not in known:
        options = ((value, value), *options)  # an address may ask for more than the list offers
    return Field(parameter, str(LABELS.get(parameter.name, parameter.name.replace("_", " "))), value, options)


def _options(parameter: Parameter) -> tuple[tuple[str, str], ...]:
    store, lists, lang = opened().store, catalogue(), language()
    if parameter.type == "language":
        return tuple(NAMES.items())
    if parameter.type == "country":
        return _coded([line.ref for line in lists.listing(store, "countries", lang)])
    if parameter.type == "framework":
        return _coded([line.ref for line in lists.listing(store, "frameworks", lang)])
    if parameter.type == "concept" and parameter.name in _FACETS:
        return _coded(lists.concepts_of(store, _FACETS[parameter.name], lang))
    if parameter.name == "region":
        return tuple((ref.iri, ref.label.value) for ref in lists.regions(store, lang))
    return ()


def _coded(refs: list[Ref]) -> tuple[tuple[str, str], ...]:
    return tuple((ref.iri.rpartition("/")[2], ref.label.value) for ref in refs)
