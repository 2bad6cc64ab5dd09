"""Records that two sources have of one practice, publication or body: finding and deciding."""

from kg.merging.decisions import Distinct, distinct, reject, undecided
from kg.merging.finding import Candidate, Evidence, find
from kg.merging.report import FILE, Found, load, save

__all__ = [
    "FILE",
    "Candidate",
    "Distinct",
    "Evidence",
    "Found",
    "distinct",
    "find",
    "load",
    "reject",
    "save",
    "undecided",
]
