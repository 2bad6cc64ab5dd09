"""Interface words for relations, states and conflicts of links."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

_ = lazy_gettext

RELATIONS: Final = {
    "skos:exactMatch": _("the same"),
    "skos:closeMatch": _("nearly the same"),
    "skos:broadMatch": _("broader"),
    "skos:narrowMatch": _("narrower"),
    "skos:relatedMatch": _("related"),
    "dcterms:relation": _("on the same subject"),
}
STATES: Final = {
    "open": _("waiting"),
    "accept": _("accepted"),
    "reject": _("rejected"),
    "all": _("in any state"),
}
CONFLICTS: Final = {
    "two exact matches": _("two exact matches"),
    "another exact match": _("another exact match is accepted"),
    "withdrawn record": _("link to a withdrawn record"),
    "merged record": _("link to a merged record"),
    "unknown record": _("link to an unknown record"),
}
KEYS: Final = (
    ("j", _("next link")),
    ("k", _("previous link")),
    ("a", _("accept")),
    ("r", _("write the reason, then Enter rejects")),
    ("e", _("change the relation")),
    ("o", _("open both records")),
    ("?", _("show or hide this help")),
)
"""Keys of the review page and what each does."""
