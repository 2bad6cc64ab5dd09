"""Which record stays where several have one identifier, or curators took one out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.build import work
from loaders.base import Issue

if TYPE_CHECKING:
    from kg.build.stages import Job


def one_of_each(job: Job) -> dict[int, set[str]]:
    """Find records that several datasets give: one named on the command line replaces a bundled one.

    Otherwise the first stays. Returns the IRIs to leave out by the identity of their outcome.
    """
    bundled = {each.dataset.name for each in job.inputs if each.bundled}
    first: dict[str, tuple[work.Done, work.Seen]] = {}
    gone: dict[int, set[str]] = {}
    for done in job.done:
        for seen in done.records:
            if (earlier := first.setdefault(seen.iri, (done, seen)))[1] is seen:
                continue
            winner = (done, seen)
            loser = earlier
            if earlier[0].task.dataset.name not in bundled or done.task.dataset.name in bundled:
                winner, loser = loser, winner
            first[seen.iri] = winner
            gone.setdefault(id(loser[0]), set()).add(seen.iri)
            reason = f"the dataset {winner[0].task.dataset.name} has a record of the same identifier"
            issue = Issue("quarantined", loser[1].file, loser[1].record, "id", reason)
            loser[0].report.loaded -= 1
            loser[0].report.issues.append(issue)
    return gone


def take_out(job: Job, gone: dict[int, set[str]]) -> None:
    """Leave out what curators withdrew or merged; the report of the dataset says so."""
    for done in job.done:
        lost = gone.setdefault(id(done), set())
        for seen in done.records:
            held = job.retired.get(seen.iri)
            if held is None or seen.iri in lost:
                continue
            lost.add(seen.iri)
            reason = f"merged into <{held.replaced_by}>" if held.replaced_by else "withdrawn"
            issue = Issue("quarantined", seen.file, seen.record, "id", f"{reason}: {held.reason}")
            done.report.loaded -= 1
            done.report.issues.append(issue)
