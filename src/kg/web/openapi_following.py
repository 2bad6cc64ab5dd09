"""The addresses by which a partner follows us, as OpenAPI path items."""

from __future__ import annotations

from typing import Any, Final

from kg.web.linked_data import FORMATS
from kg.web.openapi_parts import UNCHANGED, content, get, path_parameter

_TAG: Final = "service"
_RDF: Final = content(each for _name, _suffix, each in FORMATS)
_ACTIVITY: Final = content(["application/activity+json"], {"type": "object"})


def following() -> dict[str, Any]:
    """Return the path items of the catalogue and of the history of changes."""
    number = path_parameter("number", "Number of the page, from 1.", type="integer", minimum=1)
    del number["schema"]["minLength"], number["schema"]["maxLength"]
    return {
        "/catalog": get(
            "catalog",
            _TAG,
            "Files, services, partners and linksets (DCAT, VoID)",
            [],
            _RDF,
            _303="A browser is sent to the page of downloads.",
            _304=UNCHANGED,
        ),
        "/changes/stream": get(
            "event_stream", _TAG, "The history of changes as an event stream (LDES)", [], _RDF, _304=UNCHANGED
        ),
        "/changes/stream/{number}": get(
            "event_stream_page", _TAG, "One page of the event stream (TREE)", [number], _RDF, _304=UNCHANGED
        ),
        "/changes/activities": get(
            "activities", _TAG, "The same as an ActivityStreams collection", [], _ACTIVITY, _304=UNCHANGED
        ),
        "/changes/activities/{number}": get(
            "activities_page", _TAG, "One page of the collection", [number], _ACTIVITY, _304=UNCHANGED
        ),
    }
