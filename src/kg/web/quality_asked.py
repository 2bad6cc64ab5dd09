"""The quality report of the generation that serves, and what a request asks of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any, Final

from flask import request

from kg.errors import BadInput, NotFound
from kg.quality import KINDS, Comparison, Finding, Report, checked, compare, load, previous
from kg.quality.checked import Checked
from kg.tables import plain_cell
from kg.web.api_input import integer
from kg.web.context import once, opened, settings

CHANGES: Final = ("", "new", "gone")
MOST: Final = 10_000
USUAL: Final = 1_000
LONGEST: Final = 100
TABLES: Final = ("kinds", "findings", "completeness", "languages")

Rows = list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Now:
    """The report, the generation before and what changed since (``None`` without one), the last check."""

    generation: str
    built: str
    report: Report
    before: str
    change: Comparison | None
    links: Checked | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings of the build, then those of the last check of addresses."""
        return (*self.report.findings, *(self.links.findings if self.links else ()))

    def kinds(self) -> list[tuple[str, int, int | None, int | None]]:
        """Return kind, findings, new and gone ones (``None`` where there is nothing to compare with)."""
        found = Counter(each.kind for each in self.findings)
        if self.change is None:
            return [(kind, found[kind], None, None) for kind in KINDS if found[kind]]
        new = Counter(each.kind for each in self.change.new)
        gone = Counter(each.kind for each in self.change.gone)
        return [(kind, found[kind], new[kind], gone[kind]) for kind in KINDS if found[kind] or gone[kind]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which findings: of a kind, new or gone ones, those that say a text."""

    kind: str = ""
    change: str = ""
    text: str = ""

    def of(self, now: Now) -> tuple[Finding, ...]:
        """Return the findings that fit.

        Raises:
            NotFound: those since the last generation are asked for, and there is none to compare with.
        """
        found = now.findings
        if self.change:
            if now.change is None:
                raise NotFound("The generation before has no quality report to compare with.")
            found = now.change.new if self.change == "new" else now.change.gone
        wanted = self.text.casefold()
        return tuple(
            each
            for each in found
            if self.kind in ("", each.kind)
            and (not wanted or wanted in f"{each.record} {each.field} {each.reason}".casefold())
        )

    def as_query(self) -> dict[str, str]:
        """Return what the address of the same choice has."""
        given = {"kind": self.kind, "change": self.change, "q": self.text}
        return {name: value for name, value in given.items() if value}


def now() -> Now:
    """Return the report of this request's generation, read once while it is served.

    Raises:
        NotFound: it was built without one.
    """
    home = settings().home_folder
    found: Now | None = once("kg_quality", _read, checked.written(home))
    if found is None:
        raise NotFound("This generation has no quality report.", hint="'kg build' writes one.")
    return found


def _read() -> Now | None:
    home, serving = settings().home_folder, opened().generation
    report = load(serving)
    if report is None:
        return None
    earlier = previous(home, serving)
    return Now(
        generation=serving.id,
        built=str(serving.manifest.get("built", "")),
        report=report,
        before=str(serving.manifest.get("predecessor") or "") if earlier else "",
        change=compare(report, earlier) if earlier else None,
        links=checked.last(home),
    )


def asked() -> Asked:
    """Read ``kind``, ``change`` and ``q``.

    Raises:
        BadInput: a value is none of those there are, or too long.
    """
    given = request.args
    kind, change, text = given.get("kind", ""), given.get("change", ""), given.get("q", "").strip()
    if kind and kind not in KINDS:
        raise BadInput("'kind' is no kind of finding.", hint=f"Known: {', '.join(KINDS)}.")
    if change not in CHANGES:
        raise BadInput("'change' must be 'new' or 'gone'.")
    if len(text) > LONGEST:
        raise BadInput(f"'q' has more than {LONGEST} characters.")
    return Asked(kind, change, text)


def number(name: str, usual: int, most: int) -> int:
    """Read a whole number of the query string; nothing between ``=`` and ``&`` counts as not given.

    Raises:
        BadInput: it is none, or not between 0 and ``most``.
    """
    given = {key: value for key, value in request.args.items() if value}
    return integer(given, name, usual, 0, most)


def as_json(found: Now, wanted: Asked, limit: int, offset: int) -> dict[str, Any]:
    """Return the report as programs read it; of the findings, those from ``offset`` up to ``limit``."""
    whole = found.report.numbers()
    fitting = wanted.of(found)
    since: Mapping[str, Any] | None = None
    if found.change:
        counts = {"new": len(found.change.new), "gone": len(found.change.gone)}
        since = {"generation": found.before, **counts, **found.change.numbers()}
    links = found.links
    return {
        "generation": found.generation,
        "built": found.built,
        "counts": whole["counts"],
        "total": len(fitting),
        "offset": offset,
        "limit": limit,
        "findings": [
            {"kind": each.kind, "record": each.record, "field": each.field, "reason": each.reason}
            for each in fitting[offset : offset + limit]
        ],
        "completeness": whole["completeness"],
        "languages": whole["languages"],
        "since_last": since,
        "links_checked": {"at": links.at, "asked": links.asked, "known": links.known} if links else None,
    }


def table(found: Now, name: str, wanted: Asked) -> tuple[tuple[str, ...], Rows]:
    """Return the columns and rows of one of :data:`TABLES`."""
    earlier = {now.key: before for now, before in found.change.completeness} if found.change else {}
    if name == "kinds":
        return ("kind", "findings", "new", "gone"), [tuple(row) for row in found.kinds()]
    if name == "languages":
        moved = dict(found.change.languages) if found.change else {}
        told = bool(found.change)
        rows: Rows = [(tag, n, moved.get(tag, 0) if told else "") for tag, n in found.report.languages]
        return ("language", "texts", "change"), rows
    if name == "completeness":
        columns = ("dataset", "class", "field", "filled", "records", "share", "share_before")
        lines: Rows = []
        for each in found.report.completeness:
            before = earlier.get(each.key, each) if found.change else None
            share = round(before.share, 4) if before else ""
            lines.append((*astuple(each), round(each.share, 4), share))
        return columns, lines
    cells: Rows = [tuple(map(plain_cell, astuple(each))) for each in wanted.of(found)]
    return ("kind", "record", "field", "reason"), cells
