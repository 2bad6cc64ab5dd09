"""Reads what stands between a subject and an object: a predicate, a property path, a variable."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from kg.sparql.columns.algebra import STEP, Declined, Group, Pattern, Term
from kg.sparql.columns.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Path:
    """A property path (SPARQL 1.1, 9.1).

    Attributes:
        kind: ``^``, ``/``, ``|`` of ``steps``; ``?`` for a variable; nothing for a predicate.
        name: the predicate, or the variable.
        closure: ``+`` or ``*`` after the predicate.
    """

    kind: str
    steps: tuple[Path, ...] = ()
    name: str = ""
    closure: str = ""


class Verbs(Tokens):
    """Tokens, with verbs among them."""

    steps = count()

    def verb(self) -> Path:
        if self.token.kind == "var":
            return Path("?", name=self.variable())
        return self._alternatives()

    def _alternatives(self) -> Path:
        found = [self._sequence()]
        while self.accept("|"):
            found.append(self._sequence())
        return Path("|", tuple(found)) if len(found) > 1 else found[0]

    def _sequence(self) -> Path:
        found = [self._step()]
        while self.accept("/"):
            found.append(self._step())
        return Path("/", tuple(found)) if len(found) > 1 else found[0]

    def _step(self) -> Path:
        if self.accept("^"):
            return Path("^", (self._step(),))
        if self.accept("("):
            found = self._alternatives()
            self.expect(")")
            return found
        predicate = self.iri()
        closure = self.take().text if self.is_mark("+") or self.is_mark("*") else ""
        return Path("", name=predicate, closure=closure)

    def add(self, group: Group, subject: Term, path: Path, value: Term) -> None:
        """Add a path between two terms to a group: the patterns that it stands for (SPARQL 1.1, 18.2.2.4)."""
        if path.kind == "^":
            self.add(group, value, path.steps[0], subject)
        elif path.kind == "/":
            if any("|" in (each.kind, *(inner.kind for inner in each.steps)) for each in path.steps):
                raise Declined  # the engine counts such paths in a way of its own
            between = [f"{STEP}{next(self.steps)}" for _ in path.steps[1:]]
            ends = [subject, *between, value]
            for step, start, end in zip(path.steps, ends[:-1], ends[1:], strict=True):
                self.add(group, start, step, end)
        elif path.kind == "|":
            branches = [Group() for _ in path.steps]
            for step, branch in zip(path.steps, branches, strict=True):
                self.add(branch, subject, step, value)
            group.alternatives.append(branches)
        else:
            known = {"verb": path.name} if path.kind else {"predicate": path.name, "closure": path.closure}
            pattern = Pattern(subject, value, **known)
            if len(set(pattern.variables())) < len(pattern.variables()):
                raise Declined
            group.patterns.append(pattern)
