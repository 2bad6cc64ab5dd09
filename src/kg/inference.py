"""What follows from the ontology: superclasses, superproperties and labels, written out.

The closure is computed once from the ontology's own statements and applied line by line, so it costs
the same for every record however many there are. Statements go to ``graph/inferred``; one that a
source asserts itself is dropped from there when the graph is merged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from kg.vocab import RDF, RDFS, SKOS, Iris

_TYPE: Final = f"<{RDF}type>"
_SUBCLASS: Final = f"<{RDFS}subClassOf>"
_SUBPROPERTY: Final = f"<{RDFS}subPropertyOf>"
_LABEL: Final = f"<{RDFS}label>"
_PREF_LABEL: Final = f"<{SKOS}prefLabel>"
_ROW: Final = "/row/"


class Closure:
    """The superclasses and superproperties of every class and property of our own.

    Terms of other vocabularies are not filled in, except that a preferred label is a label.
    """

    def __init__(self, schema: Iterable[str], iris: Iris) -> None:
        """Read the hierarchy from N-Quads lines of the ontology."""
        classes: dict[str, set[str]] = defaultdict(set)
        properties: dict[str, set[str]] = defaultdict(set)
        own = f"<{iris.ns}"
        for line in schema:
            subject, predicate, rest = line.split(" ", 2)
            if predicate in (_SUBCLASS, _SUBPROPERTY) and rest.startswith(own):
                target = classes if predicate == _SUBCLASS else properties
                target[subject].add(rest.split(" ", 1)[0])
        self._classes = {each: _above(each, classes) for each in classes}
        self._properties = {each: _above(each, properties) for each in properties}
        self._properties[_PREF_LABEL] = (*self._properties.get(_PREF_LABEL, ()), _LABEL)
        self._tail = f" <{iris.graph('inferred')}> ."

    def lines(self, asserted: Iterable[str]) -> Iterator[str]:
        """Yield what follows from the lines; repeats are possible and harmless.

        A value in a row of a table (``<practice>/row/<group>/<n>``) holds for the practice too.
        """
        classes, properties, tail = self._classes, self._properties, self._tail
        for line in asserted:
            subject, predicate, rest = line.split(" ", 2)
            if predicate == _TYPE:
                for above in classes.get(rest[: rest.rindex(" <")], ()):
                    yield f"{subject} {_TYPE} {above}{tail}"
            elif (supers := properties.get(predicate)) is not None:
                value = rest[: rest.rindex(" <")]
                whole = f"{subject[: subject.index(_ROW)]}>" if _ROW in subject else None
                for above in supers:
                    yield f"{subject} {above} {value}{tail}"
                    if whole:
                        yield f"{whole} {above} {value}{tail}"


def _above(start: str, parents: dict[str, set[str]]) -> tuple[str, ...]:
    """Return everything above a term, whatever the number of steps; cycles end the climb."""
    found: set[str] = set()
    ahead = [start]
    while ahead:
        for parent in parents.get(ahead.pop(), ()):
            if parent not in found and parent != start:
                found.add(parent)
                ahead.append(parent)
    return tuple(sorted(found))
