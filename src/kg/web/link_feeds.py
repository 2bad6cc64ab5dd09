"""What lets a partner follow us: dumps with checksums, and what changed since the last generation."""

from __future__ import annotations

import base64
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as px
from flask import Blueprint, Response, current_app, json, make_response, url_for

from kg.errors import NotFound
from kg.link import journal, partners, sssom
from kg.link.changes import Changes, Feed
from kg.web.context import iris, once, opened, settings
from kg.web.reconcile import labels, own_address
from kg.web.respond import Answer, tagged
from kg.web.views import public

bp = Blueprint("link_feeds", __name__)

_DUMP_FORMATS: Final = {
    "nq": ("application/n-quads", px.RdfFormat.N_QUADS),
    "trig": ("application/trig", px.RdfFormat.TRIG),
    "jsonld": ("application/ld+json", px.RdfFormat.JSON_LD),
}

# -- dumps --------------------------------------------------------------------------------------------


@bp.get("/dumps")
def dumps() -> Answer:
    """List the dumps of each named graph, with statements, bytes and SHA-256 of the N-Quads form."""
    sums = _sums()
    base = own_address()
    rows = [
        {
            "graph": name,
            "triples": row["triples"],
            "bytes": row["bytes"],
            "sha256": row["sha256"],
            "files": {form: f"{base}dumps/{name}.{form}" for form in _DUMP_FORMATS},
        }
        for name, row in sorted(sums.items())
    ]
    body = {"generation": opened().generation.id, "dumps": rows}
    return tagged(json.dumps(body, ensure_ascii=False), "application/json")


@bp.get("/dumps/<path:name>.<any(nq,trig,jsonld):form>")
def dump(name: str, form: str) -> Answer:
    """Return one named graph as a file."""
    if name not in _sums():
        raise NotFound(f"There is no graph '{name[:60]}'.")
    media_type, kind = _DUMP_FORMATS[form]
    headers = {"Content-Disposition": f'attachment; filename="{name.replace("/", "-")}.{form}"'}
    if form == "nq":
        headers["Repr-Digest"] = f"sha-256=:{_base64(bytes.fromhex(_sums()[name]['sha256']))}:"
        return Response(_lines(name), content_type=media_type, headers=headers)
    out: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 - closed when sent
    quads = (quad for line in _lines(name) for quad in px.parse(input=line, format=px.RdfFormat.N_QUADS))
    px.serialize(quads, out, kind)
    out.seek(0)
    whole = hashlib.file_digest(out, "sha256").digest()  # type: ignore[arg-type]
    headers["Repr-Digest"] = f"sha-256=:{_base64(whole)}:"
    out.seek(0)
    return Response(_pieces(out), content_type=media_type, headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(65_536):
            yield piece


@bp.get("/dumps/links-<name>.sssom.tsv")
def mapping_set(name: str) -> Answer:
    """Return a partner's accepted links as SSSOM."""
    owner = partners.get(settings().home_folder, name)
    found = journal.listed(settings().home_folder, partner=owner.id, state="accept")
    text = sssom.write(found, owner, iris())
    response = make_response(text)
    response.headers["Content-Type"] = "text/tab-separated-values; charset=utf-8"
    response.headers["Repr-Digest"] = f"sha-256=:{_base64(hashlib.sha256(text.encode()).digest())}:"
    return response


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _lines(name: str) -> Iterator[bytes]:
    """Return the graph's lines; the request may end before they are read, so it is asked now."""
    return _read(opened().generation.graph_file, f" <{iris().graph(name)}> .\n".encode())


def _read(graph: Path, tail: bytes) -> Iterator[bytes]:
    with graph.open("rb") as file:
        yield from (line for line in file if line.endswith(tail))


def _sums() -> dict[str, dict[str, Any]]:
    """Return statements, bytes and SHA-256 of each graph, read once a generation."""
    return once("kg_dump_sums", _summed)


def _summed() -> dict[str, dict[str, Any]]:
    head = f"<{iris().graph('')}".encode()
    found: dict[bytes, list[Any]] = {}
    with opened().generation.graph_file.open("rb") as file:
        for line in file:
            graph = line[line.rindex(b" <") + 1 : -3]
            if graph.startswith(head):
                row = found.setdefault(graph[len(head) : -1], [0, 0, hashlib.sha256()])
                row[0] += 1
                row[1] += len(line)
                row[2].update(line)
    return {
        name.decode(): {"triples": row[0], "bytes": row[1], "sha256": row[2].hexdigest()}
        for name, row in found.items()
    }


# -- changes ------------------------------------------------------------------------------------------


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
