"""What changed since the last generation, as an ActivityStreams collection and as an Atom feed."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, current_app, json, url_for

from kg.link.changes import Changes, Feed
from kg.web.context import iris, opened, settings
from kg.web.reconcile import labels
from kg.web.respond import Answer, tagged
from kg.web.views import public

bp = Blueprint("link_feeds", __name__)


@bp.get("/changes.json")
def changes_json() -> Answer:
    """Tell what changed since the last generation, as an ActivityStreams collection."""
    found = _changes()
    items = [
        {"type": kind, "published": found.at, "object": iri}
        for kind, part in (("Create", found.added), ("Update", found.changed), ("Delete", found.removed))
        for iri in part
    ]
    body = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": public(url_for("link_feeds.changes_json")),
        "type": "OrderedCollection",
        "name": f"Changes from {found.since or 'nothing'} to {found.until}",
        "totalItems": len(items),
        "orderedItems": items,
    }
    return tagged(json.dumps(body, ensure_ascii=False), "application/activity+json")


@bp.get("/changes.atom")
def changes_atom() -> Answer:
    """Tell what changed since the last generation, as an Atom feed (RFC 4287)."""
    found = _changes()
    at = found.at or "1970-01-01T00:00:00Z"
    self_address = public(url_for("link_feeds.changes_atom"))
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>LandKG: what changed</title><id>{escape(self_address)}</id><updated>{escape(at)}</updated>",
        f'<link rel="self" href={quoteattr(self_address)}/><author><name>LandKG</name></author>',
    ]
    index = labels()
    for verb, part in (("added", found.added), ("changed", found.changed), ("removed", found.removed)):
        for iri in part:
            entry = index.by_iri.get(iri)
            parts.append(_entry(iri, entry.label("en").value if entry else iri, verb, at, found.until))
    return tagged("\n".join([*parts, "</feed>\n"]), "application/atom+xml")


def _changes() -> Changes:
    feed: Feed = current_app.extensions.setdefault("kg_changes", Feed())
    return feed.of(settings().home_folder, opened().generation, iris())


def _entry(iri: str, title: str, verb: str, at: str, generation: str) -> str:
    return (
        f"<entry><title>{escape(f'{title}: {verb}')}</title><id>{escape(f'{iri}#{generation}')}</id>"
        f"<updated>{escape(at)}</updated><link href={quoteattr(iri)}/>"
        f"<category term={quoteattr(verb)}/><summary>{escape(verb)}</summary></entry>"
    )
