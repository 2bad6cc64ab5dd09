"""Link headers of records (https://signposting.org/FAIR/), citations, and what pages say of links in."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Flask, Response, request, url_for
from werkzeug.urls import iri_to_uri

from kg import queries
from kg.entities import EntityPage, describe
from kg.entities.reading import lexical
from kg.errors import Gone
from kg.link import citing
from kg.link.inward import LinkIn, linked_from
from kg.vocab import DCTERMS, RDF, VOID
from kg.web import structured, tombstones
from kg.web.context import iris, opened
from kg.web.i18n import language
from kg.web.link_words import RELATIONS
from kg.web.linked_data import FORMATS, data_path, iri_of
from kg.web.respond import Answer, tagged

bp = Blueprint("signposts", __name__)

_RECORDS: Final = frozenset({"records.page", "linked_data.entity", "linked_data.data"})
_AUTHORS: Final = 20
_RELATIONS: Final = {f"{DCTERMS}license": "license", f"{VOID}inDataset": "collection"}
_SCHEMA: Final = "https://schema.org/"


def init_app(app: Flask) -> None:
    """Add the headers to records, and the names that templates use."""
    app.after_request(_signpost)
    app.jinja_env.globals.update(
        linked_from=_linked_from,
        citation=_citation,
        citations=_citations,
        relation_names=RELATIONS,
    )


def _signpost(response: Response) -> Response:
    if request.endpoint in _RECORDS and response.status_code == 200:
        path = str((request.view_args or {}).get("path", ""))
        if request.endpoint == "linked_data.data":
            path = path.rpartition(".")[0]
        inbox, mention = url_for("links_in.inbox"), url_for("links_in.webmention")
        response.headers.add("Link", f'<{inbox}>; rel="http://www.w3.org/ns/ldp#inbox"')
        response.headers.add("Link", f'<{mention}>; rel="webmention"')
        if (request.view_args or {}).get("kind") == "id":
            for target, relation, more in _signs(iri_of("id", path)):
                response.headers.add("Link", f'<{iri_to_uri(target)}>; rel="{relation}"{more}')
    return response


def _signs(iri: str) -> list[tuple[str, str, str]]:
    """Return (target, relation, further parameters) of a record's links."""
    text, bound = queries.get("links", "signposts").bind({"entity": iri}, iris())
    found: list[tuple[str, str, str]] = [(iri, "cite-as", "")]
    authors, classes = [], []
    for row in opened().store.select(text, bound):
        name, value = lexical(row["property"]), lexical(row["value"])
        if name in _RELATIONS:
            found.append((value, _RELATIONS[name], ""))
        elif name == f"{RDF}type":
            classes.append(value)
        else:
            authors.append((value, "author", ""))
    kind = iri.removeprefix(f"{iris().base}id/").partition("/")[0]
    types = [f"{_SCHEMA}AboutPage"] if request.endpoint == "records.page" else []
    types.append(_SCHEMA + structured.type_of(kind, classes))
    found += [(each, "type", "") for each in types]
    found += authors[:_AUTHORS]
    if request.endpoint != "linked_data.data":
        items = ((data_path(iri, suffix), media_type) for _name, suffix, media_type in FORMATS)
        found += [(target, "item", f'; type="{media_type}"') for target, media_type in items]
    for suffix, (_name, media_type, _write) in citing.FORMATS.items():
        if suffix != "txt":
            found.append((_address(iri, suffix), "describedby", f'; type="{media_type}"'))
    return found


def _address(iri: str, suffix: str) -> str:
    path = iri.removeprefix(f"{iris().base}id/")
    return f"{request.script_root}/cite/id/{path}.{suffix}"


@bp.get("/cite/id/<path:path>.<any(txt,json,bib,ris):form>")
def cite(path: str, form: str) -> Answer:
    """Return the citation of a record as text, CSL-JSON, BibTeX or RIS."""
    iri = iri_of("id", path)
    store = opened().store
    is_gone, replacement = tombstones.moved(store, iri)
    if replacement is not None:
        return tombstones.permanent(_address(replacement, form))
    if is_gone:
        raise Gone("This record was withdrawn. Its identifier will not be used again.")
    _name, media_type, write = citing.FORMATS[form]
    made = citing.of(describe(store, iri, language(), iris()), store, iris())
    return tagged(write(made), media_type, vary=("Accept-Language",), variant=language())


def _linked_from(iri: str) -> list[LinkIn]:
    return linked_from(opened().store, iri, iris())


def _citation(record: EntityPage) -> str:
    return citing.line(citing.of(record, opened().store, iris()))


def _citations(record: EntityPage) -> list[tuple[str, str, str]]:
    """Return (name, media type, address) of the citations of a record."""
    made: list[tuple[str, str, str]] = []
    for suffix, (name, media_type, _write) in citing.FORMATS.items():
        made.append((name, media_type, _address(record.iri, suffix)))
    return made
