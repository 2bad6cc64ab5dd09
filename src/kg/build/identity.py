"""Which record stays where several have one identifier, or curators took one out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from kg.build import work
from kg.mapping.retired import Retired
from loaders.base import Issue

Lost = list[dict[str, Issue]]
"""For each part of the inputs, in order: records (IRIs) to leave out, and what the report says of it."""


def lost(
    parts: Sequence[tuple[str, Sequence[work.Seen]]], bundled: Collection[str], gone: Mapping[str, Retired]
) -> Lost:
    """Find records that several parts give, and those that curators withdrew or merged.

    A record named on the command line replaces one of a bundled dataset; otherwise the first stays.

    Args:
        parts: dataset and records of each part, in reading order; within a part identifiers are unique.
        bundled: names of the datasets that come with LandKG.
        gone: what curators took out, by IRI.
    """
    found: Lost = [{} for _ in parts]
    first: dict[str, tuple[int, str, work.Seen]] = {}
    for number, (dataset, records) in enumerate(parts):
        for seen in records:
            this = (number, dataset, seen)
            if (earlier := first.setdefault(seen.iri, this)) is this:
                continue
            winner, loser = earlier, this
            if earlier[1] in bundled and dataset not in bundled:
                winner, loser = this, earlier
            first[seen.iri] = winner
            reason = f"the dataset {winner[1]} has a record of the same identifier"
            found[loser[0]][seen.iri] = _issue(loser[2], reason)
    for iri, (number, _, seen) in first.items():
        held = gone.get(iri)
        if held is not None:
            reason = f"{_MERGED}<{held.replaced_by}>" if held.replaced_by else "withdrawn"
            found[number][iri] = _issue(seen, f"{reason}: {held.reason}")
    return found


_MERGED: Final = "merged into "


def is_merge(why: Issue) -> bool:
    """Tell a record whose statements stand at another one now from those that are left out."""
    return why.reason.startswith(_MERGED)


def _issue(seen: work.Seen, reason: str) -> Issue:
    return Issue("quarantined", seen.file, seen.record, "id", reason)
