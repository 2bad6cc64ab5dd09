"""What can be taken away: the files of each graph, their catalogue (DCAT), and a page about them."""

from __future__ import annotations

import base64
import hashlib
import threading
from typing import Any, Final

from babel.units import format_unit
from flask import (
    Blueprint,
    Response,
    current_app,
    json,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import get_locale

from kg import queries
from kg.entities.common import licence_name
from kg.errors import NotFound, Unavailable
from kg.generation import Generation
from kg.link import catalogue, dumps, journal, partners, sssom
from kg.link.dumps import MEDIA_TYPES, Dump
from kg.web.context import iris, once, opened, settings
from kg.web.i18n import language
from kg.web.linked_data import FORMATS, HTML
from kg.web.negotiate import negotiate
from kg.web.rdf import written
from kg.web.reconcile import own_address
from kg.web.respond import Answer, tagged

bp = Blueprint("downloads", __name__)

_WAIT_S: Final = 20.0
"""How long a request waits for files that are not written yet."""
_PAGE_WAIT_S: Final = 1.0
"""How long the page about them waits, which has other things to say."""
NAMES: Final = {
    "nq": "N-Quads", "trig": "TriG", "jsonld": "JSON-LD", "csv": "CSV", "csv-metadata.json": "CSVW",
    "sssom.tsv": "SSSOM",
}  # fmt: skip
_PREFIXES: Final = {
    "spdx": catalogue.SPDX,
    "ldes": "https://w3id.org/ldes#",
    "tree": "https://w3id.org/tree#",
}


@bp.get("/dumps")
def listing() -> Answer:
    """List the files of each named graph, with their sizes and SHA-256."""
    base = own_address()
    rows = []
    for each in _dumps():
        files = [
            {
                "form": file.form,
                "address": f"{base}dumps/{each.graph}.{file.form}",
                "media_type": MEDIA_TYPES[file.form],
                "bytes": file.bytes,
                "sha256": file.sha256,
                "packed": {
                    "address": f"{base}dumps/{each.graph}.{file.form}.gz",
                    "bytes": file.packed_bytes,
                    "sha256": file.packed_sha256,
                },
            }
            for file in each.files
        ]
        whole = {"bytes": files[0]["bytes"], "sha256": files[0]["sha256"]}  # of the N-Quads
        rows.append({"graph": each.graph, "triples": each.triples, **whole, "files": files})
    body = {"generation": opened().generation.id, "dumps": rows}
    return tagged(json.dumps(body, ensure_ascii=False), "application/json")


_FORM: Final = 'any("nq","trig","jsonld","csv","csv-metadata.json","sssom.tsv")'


@bp.get(f"/dumps/<path:name>.<{_FORM}:form>")
def plain(name: str, form: str) -> Answer:
    """Return one file as it is."""
    file = _dump(name).file(form)
    if file is None:
        raise NotFound(f"The graph '{name[:60]}' has no {NAMES[form]}.")
    unpacked = dumps.plain(opened().generation, name, form)
    response = Response(dumps.pieces(unpacked) if request.method != "HEAD" else b"", content_type=_type(form))
    response.call_on_close(unpacked.close)
    response.content_length = file.bytes
    return _as_file(response, name, form, file.sha256)


@bp.get(f"/dumps/<path:name>.<{_FORM}:form>.gz")
def packed(name: str, form: str) -> Answer:
    """Return one file packed with gzip; parts of it can be asked for."""
    file = _dump(name).file(form)
    if file is None:
        raise NotFound(f"The graph '{name[:60]}' has no {NAMES[form]}.")
    place = dumps.path(opened().generation, name, form)
    response = send_file(place, "application/gzip", conditional=True, etag=False)
    return _as_file(response, name, f"{form}.gz", file.packed_sha256)


def _type(form: str) -> str:
    kind = MEDIA_TYPES[form]
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _as_file(response: Response, name: str, form: str, sha256: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{dumps.stem(name)}.{form}"'
    response.headers["Repr-Digest"] = f"sha-256=:{_base64(bytes.fromhex(sha256))}:"
    response.headers["Access-Control-Allow-Origin"] = "*"
    if form.startswith("csv") and not form.startswith("csv-"):
        described = url_for("downloads.plain", name=name, form="csv-metadata.json")
        response.headers.add("Link", f'<{described}>; rel="describedby"; type="application/csvm+json"')
    response.set_etag(sha256[:32])
    response.cache_control.public = True
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


@bp.get("/dumps/links-<name>.sssom.tsv")
def mapping_set(name: str) -> Answer:
    """Return a partner's links as the curators have accepted them so far, as SSSOM."""
    owner = partners.get(settings().home_folder, name)
    found = journal.listed(settings().home_folder, partner=owner.id, state="accept")
    body = sssom.write(found, owner, iris()).encode()
    # In pieces, so that it is sent as it is: the digest is that of these bytes.
    response = Response(iter((body,)), content_type="text/tab-separated-values; charset=utf-8")
    response.headers["Repr-Digest"] = f"sha-256=:{_base64(hashlib.sha256(body).digest())}:"
    return response


# -- the catalogue and its page -----------------------------------------------------------------------


@bp.get("/catalog")
def document() -> Answer:
    """Describe files, services, partners and linksets (DCAT 3, VoID)."""
    offers = [*(each for _name, _suffix, each in FORMATS), HTML]
    media_type = negotiate(request.headers.get("Accept"), offers)
    if media_type == HTML:
        response = redirect(url_for("downloads.page", lang=language()), 303)
        response.vary.update(("Accept", "Accept-Language"))
        return response
    lines = described()
    variant = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return tagged(written(lines, media_type, prefixes()), media_type, vary=("Accept",), variant=variant)


def described(*, whole: bool = True) -> list[str]:
    """Return the catalogue of this request's generation as N-Triples lines.

    Args:
        whole: whether to fail where the files are not written yet, instead of leaving them out.

    Raises:
        Unavailable: the files are not written yet.
    """
    current = opened()
    try:
        files = _dumps()
    except Unavailable:
        if whole:
            raise
        files = []
    found = once("kg_link_counts", lambda: catalogue.counts(current.store, iris()))
    rows = current.generation.manifest.get("datasets", [])
    known = partners.load(settings().home_folder)
    return list(catalogue.lines(own_address(), files, rows, known, found, iris()))


def prefixes() -> dict[str, str]:
    return queries.prefix_map(iris()) | _PREFIXES


@bp.get("/<lang:lang>/downloads")
def page() -> Answer:
    """Show the files and the ways to follow us."""
    rows = opened().generation.manifest.get("datasets", [])
    titles: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        titles.setdefault(row["graph"], []).append(row)
    names = {each.id: each.name for each in partners.load(settings().home_folder).values()}
    try:
        files = _dumps(_PAGE_WAIT_S)
    except Unavailable as fault:
        files, wait = [], fault.retry_after
    body = render_template(
        "downloads.html",
        dumps=files,
        datasets=titles,
        partner_names=names,
        names=NAMES,
        size=_size,
        licence_name=licence_name,
    )
    if files:
        return tagged(body, HTML)
    return Response(body, mimetype=HTML, headers={"Cache-Control": "no-store", "Retry-After": str(wait)})


def _size(number: int) -> str:
    """Return a number of bytes as the reader's language writes it."""
    unit, factor = ("megabyte", 1e6) if number >= 1e6 else ("kilobyte", 1e3)
    shown = round(number / factor, 1 if number < 10 * factor else 0)
    return str(format_unit(shown, f"digital-{unit}", length="short", locale=get_locale()))


# -- shared -------------------------------------------------------------------------------------------


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _dump(name: str) -> Dump:
    found = next((each for each in _dumps() if each.graph == name), None)
    if found is None:
        raise NotFound(f"There is no graph '{name[:60]}'.")
    return found


def _dumps(wait: float = _WAIT_S) -> list[Dump]:
    """Return the dumps of this request's generation; where none are written, somebody does it now.

    Raises:
        Unavailable: they take longer than the ``wait`` in seconds.
    """
    return once("kg_dumps", lambda: _written(wait))


class _Writing(threading.Thread):
    """Writes the dumps of one generation, or finds them written."""

    def __init__(self, of: Generation) -> None:
        super().__init__(name="dumps", daemon=True)
        self.of, self._home, self._space = of, settings().home_folder, iris()
        self.found: list[Dump] = []
        self.fault: Unavailable | None = None

    def run(self) -> None:
        try:
            self.found = dumps.ensure(self._home, self.of, self._space)
        except Unavailable as fault:
            self.fault = fault


def _written(wait: float) -> list[Dump]:
    extensions, of = current_app.extensions, opened().generation
    lock: threading.Lock = extensions.setdefault("kg_dumps_lock", threading.Lock())
    with lock:  # one writer, however many ask
        writing: _Writing | None = extensions.get("kg_dumps_writing")
        if writing is None or writing.of.id != of.id or not writing.is_alive():
            writing = extensions["kg_dumps_writing"] = _Writing(of)
            writing.start()
    writing.join(wait)
    if writing.fault is not None:
        raise writing.fault
    if not writing.found:
        raise Unavailable("The dumps are being written.", retry_after=30)
    return writing.found
