"""Interface words for the quality report: kinds of findings, reasons, fields without a label in the graph."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

_ = lazy_gettext

KINDS: Final = {
    "quarantined": _("Records left out when they were loaded"),
    "unmapped": _("Values that match no concept, country or address"),
    "coordinates": _("Points that cannot be right"),
    "language": _("Texts that are not in their stated language"),
    "no-language": _("Long texts without a language"),
    "damaged-text": _("Texts with broken characters, markup or too little in them"),
    "duplicate": _("Records that look like one"),
    "date": _("Years or days that cannot be right"),
    "dangling": _("References to records that are not there"),
    "incomplete": _("Records without a field that their class should have"),
    "broken-link": _("Addresses that do not answer"),
}
CHANGES: Final = {
    "": _("All findings"),
    "new": _("New since the last generation"),
    "gone": _("Gone since the last generation"),
}
FIELDS: Final = {
    "label": _("Name"),
    "abstract": _("Summary"),
    "description": _("Description"),
    "source": _("Source"),
    "license": _("Licence"),
    "hasGeometry": _("Coordinates"),
    "geometry": _("Coordinates"),
    "date": _("Date"),
    "doi": "DOI",
    "machineTranslatedText": _("Machine translation"),
}
"""Properties of other vocabularies, by the end of their address."""
REASONS: Final = {
    "coordinates": {
        "missing": _("%(point)s is where missing coordinates lie, in the Gulf of Guinea"),
        "turned": _("%(point)s is not in %(countries)s; it looks as if latitude and longitude are exchanged"),
        "east-west": _("%(point)s is not in %(countries)s; it looks as if east and west are exchanged"),
        "north-south": _("%(point)s is not in %(countries)s; it looks as if north and south are exchanged"),
        "outside": _("%(point)s is not in %(countries)s"),
    },
    "language": {"other": _("says %(stated)s, reads like %(seen)s: %(text)s")},
    "no-language": {"none": _("the text does not say its language")},
    "damaged-text": {
        "encoding": _("characters in the wrong encoding: %(text)s"),
        "markup": _("markup or entities of HTML: %(text)s"),
        "empty": _("says nothing: %(text)s"),
    },
    "duplicate": {
        "field": _("the same in the field %(field)s as %(other)s: %(value)s"),
        "name": _("the same name and country as %(other)s"),
    },
    "date": {
        "order": _("%(end)s is before %(start)s"),
        "range": _("%(value)s is not between %(earliest)s and %(latest)s"),
        "future": _("%(value)s has not come yet"),
    },
    "dangling": {"practice": _("the practice %(value)s is not in the graph")},
    "incomplete": {"field": _("a record of the class %(class)s should have it")},
    "broken-link": {
        "gone": _("%(address)s answers %(status)s"),
        "silent": _("%(address)s does not answer: %(fault)s"),
    },
}
"""The sentences of :data:`kg.quality.reasons.REASONS`, by the same names and with the same values."""
