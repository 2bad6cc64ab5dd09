"""The reconciliation service (API 0.2) at ``/reconcile`` and, in one language, ``/<lang>/reconcile``."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, json, make_response, redirect, render_template, request
from werkzeug.datastructures import MultiDict

from kg import __version__
from kg.errors import BadInput, KgError, NotFound
from kg.link import meaning, reconcile_draft, reconcile_queries, reconcile_types
from kg.link.labels import LabelIndex
from kg.link.matching import LEAST, Candidate
from kg.link.names import Entry
from kg.link.properties import BY_ID, Kept, PropertyTable
from kg.link.reconcile import Reconciler
from kg.link.reconcile_queries import Query
from kg.web.context import iris, opened, settings
from kg.web.framed import framed
from kg.web.i18n import language
from kg.web.respond import Answer
from kg.web.views import local_path

bp = Blueprint("reconcile", __name__)

DRAFT: Final = reconcile_draft.VERSION
PREVIEW_WIDTH: Final = 420
PREVIEW_HEIGHT: Final = 220
_SUMMARY: Final = 260
_MEANING_CANDIDATES: Final = 5
_NAME_TOO_WEAK: Final = 60.0
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1", "0.0.0.0"})  # noqa: S104 - compared, not bound

SETTINGS: Final = [
    {
        "name": "limit",
        "label": "Most values",
        "type": "number",
        "default": 0,
        "help_text": "Most values to return in one cell; 0 returns all.",
    }
]
STYLE: Final = (
    "body{font:14px/1.4 system-ui,sans-serif;margin:10px;color:#1b2b25;background:#fff}"
    "h1{font-size:16px;margin:0 0 4px}p{margin:0 0 6px}.quiet{color:#4d5f58;font-size:12px}"
    "a{color:#0b4a3a}"
)


@bp.before_request
def preflight() -> Response | None:
    """Answer what browsers ask before they send something to another host."""
    if request.method != "OPTIONS":
        return None
    response = make_response("", 204)
    response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type, Accept, Accept-Language"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


@bp.after_request
def share(response: Response) -> Response:
    """Let pages of other hosts read the answer."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@bp.route("/reconcile/0.2", methods=["GET", "POST"])
@bp.route("/<lang:lang>/reconcile/0.2", methods=["GET", "POST"])
@bp.route("/reconcile", methods=["GET", "POST"])
@bp.route("/<lang:lang>/reconcile", methods=["GET", "POST"])
def service() -> Answer:
    """Answer with the manifest, a batch of candidates, or extended data."""
    values: MultiDict[str, str] = request.form if request.method == "POST" else request.args
    if "queries" in values:
        return answered(_batch(reconcile_queries.parse(values["queries"])))
    if "extend" in values:
        found = reconciler().extend(reconcile_queries.parse(values["extend"]), language(), _address())
        return answered(found)
    if request.method == "POST":
        raise BadInput("Send 'queries' or 'extend' as a form field.")
    return answered(_manifest(), max_age=300)


@bp.get("/reconcile/suggest/<any(entity,type,property):what>")
@bp.get("/<lang:lang>/reconcile/suggest/<any(entity,type,property):what>")
def suggest(what: str) -> Answer:
    """Complete what is being typed."""
    return answered({"result": suggested(what, whole("cursor"))})


def suggested(what: str, cursor: int) -> list[dict[str, Any]]:
    """Return what completes the asked prefix, after the first ``cursor`` ones."""
    prefix = request.args.get("prefix", "")[:500]
    if what == "type":
        return list(reconcile_types.suggest_types(prefix, cursor))
    if what == "property":
        return list(reconcile_types.suggest_properties(prefix, cursor))
    return reconciler().suggest_entities(prefix, cursor, language())


@bp.get("/reconcile/flyout/<any(entity,type,property):what>")
@bp.get("/<lang:lang>/reconcile/flyout/<any(entity,type,property):what>")
def flyout(what: str) -> Answer:
    """Return the card of one suggestion."""
    given = request.args.get("id", "")
    if what == "entity":
        entry = _entry(given)
        return answered({"id": given, "html": render_template("link_card.html", **_card(entry))})
    names = reconcile_types.TYPES if what == "type" else {each.id: each.name for each in BY_ID.values()}
    if given not in names:
        raise NotFound("There is nothing with this identifier.")
    return answered({"id": given, "html": f"<p>{names[given]}</p>"})


@bp.get("/reconcile/propose")
@bp.get("/<lang:lang>/reconcile/propose")
def propose() -> Answer:
    """Name the properties that data extension offers for a type."""
    return answered(reconcile_types.propose(request.args.get("type", ""), whole("limit")))


@bp.get(f"/reconcile/{DRAFT}/preview")
@bp.get(f"/<lang:lang>/reconcile/{DRAFT}/preview")
@bp.get("/reconcile/preview")
@bp.get("/<lang:lang>/reconcile/preview")
def preview() -> Answer:
    """Show a small card about one entity, for a frame in the client."""
    entry = _entry(request.args.get("id", ""))
    body = render_template("link_preview.html", style=STYLE, **_card(entry))
    response = framed(make_response(body), STYLE)
    response.headers["Content-Language"] = language()
    response.vary.add("Accept-Language")
    return response


@bp.get("/reconcile/view")
@bp.get("/<lang:lang>/reconcile/view")
def view() -> Answer:
    """Send a reconciliation id to the record."""
    path = local_path(_entry(request.args.get("id", "")).iri)
    return redirect(f"{request.script_root}/{path}", 303)


def labels() -> LabelIndex:
    """Return the index of names of this request's generation."""
    return _kept()[0]


def reconciler() -> Reconciler:
    """Return the service over this request's generation."""
    index, table = _kept()
    limits = settings()
    return Reconciler(index, table, threshold=limits.reconcile_match, margin=limits.reconcile_margin)


def _kept() -> tuple[LabelIndex, PropertyTable]:
    kept: Kept = current_app.extensions.setdefault("kg_labels", Kept())
    current = opened()
    return kept.of(current.generation.id, current.store, iris())


def _batch(value: Any) -> dict[str, Any]:
    service, tongue = reconciler(), language()
    queries = reconcile_queries.read_batch(value)
    found = {key: service.candidates(query, tongue) for key, query in queries.items()}
    complete([(queries[key], found[key]) for key in queries])
    return {
        key: {"result": [service.describe(each, tongue) for each in ranked[: queries[key].limit]]}
        for key, ranked in found.items()
    }


def complete(rows: list[tuple[Query, list[Candidate]]]) -> None:
    """Add what is near in meaning to the candidates of queries for which no name comes near."""
    weak = [(query, found) for query, found in rows if _is_weak(found, query)]
    for (query, found), more in zip(weak, _by_meaning([query.text for query, _ in weak]), strict=False):
        _add_meaning(labels(), query, found, more)


def _is_weak(found: list[Candidate], query: Query) -> bool:
    return (not found or found[0].score < _NAME_TOO_WEAK) and meaning.is_speech(query.text)


def _by_meaning(texts: list[str]) -> list[list[tuple[str, float]]]:
    """Return what is near in meaning to each text; nothing while search is not warm."""
    if not texts:
        return []
    try:
        current_app.extensions["kg_warmth"].check()
        return meaning.nearest(opened().search, [text[:500] for text in texts], _MEANING_CANDIDATES)
    except KgError:
        return []


def _add_meaning(
    index: LabelIndex, query: Query, found: list[Candidate], near: list[tuple[str, float]]
) -> None:
    """Put what is near in meaning below every candidate by name."""
    held = {each.entry.number for each in found}
    for iri, cosine in near:
        entry = index.by_iri.get(iri)
        if entry is not None and entry.number not in held and query.wanted.allows(entry):
            score = round(min(LEAST - 1, max(0.0, 70 * cosine)), 1)
            found.append(Candidate(entry, score, None, {"meaning": round(100 * cosine, 1)}))


def _card(entry: Entry) -> dict[str, Any]:
    table, tongue = reconciler().table, language()
    summary = next(iter(table.cells(entry, BY_ID["summary"], tongue, 1)), {}).get("str", "")
    if len(summary) > _SUMMARY:
        summary = f"{summary[:_SUMMARY].rsplit(' ', 1)[0]} …"
    return {
        "entry": entry,
        "name": entry.label(tongue),
        "note": reconcile_types.describe_entry(entry, labels(), tongue),
        "summary": summary,
        "others": [each.value for each in entry.labels if each != entry.label(tongue)][:5],
    }


def _entry(given: str) -> Entry:
    entry = labels().entry(given)
    if entry is None:
        raise NotFound("There is nothing with this identifier.")
    return entry


def whole(name: str) -> int:
    """Return a whole number of the query string, 0 where it is not there."""
    text = request.args.get(name, "") or "0"
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadInput(f"'{name}' must be a whole number from 0.")
    return int(text)


def own_address() -> str:
    """Return the address of this service that clients must use; it never comes from a Host header.

    A service that only its own machine can reach is called by the port it listens on.
    """
    public = urlsplit(settings().public_url)
    if public.hostname not in _LOOPBACK:
        return settings().public_url
    port = request.environ.get("SERVER_PORT", public.port or 80)
    return f"http://{public.hostname}:{port}{request.script_root}/"


def _address() -> str:
    """Return the address of the service in the language of the request."""
    inside = f"{language()}/" if request.path.startswith(f"/{language()}/") else ""
    return f"{own_address()}{inside}reconcile"


def _manifest() -> dict[str, Any]:
    base = _address()

    def suggestion(what: str) -> dict[str, str]:
        return {
            "service_url": base,
            "service_path": f"/suggest/{what}",
            "flyout_service_url": base,
            "flyout_service_path": f"/flyout/{what}?id=${{id}}",
        }

    return {
        "versions": ["0.2"],
        "name": "LandKG",
        "identifierSpace": f"{iris().base}id/",
        "schemaSpace": iris().ns,
        "documentation": f"{own_address()}{language()}/about",
        "serviceVersion": __version__,
        "defaultTypes": [
            {"id": each, "name": reconcile_types.TYPES[each]} for each in reconcile_types.DEFAULT_TYPES
        ],
        "view": {"url": f"{base}/view?id={{{{id}}}}"},
        "preview": {
            "url": f"{base}/preview?id={{{{id}}}}",
            "width": PREVIEW_WIDTH,
            "height": PREVIEW_HEIGHT,
        },
        "suggest": {each: suggestion(each) for each in ("entity", "type", "property")},
        "extend": {
            "propose_properties": {"service_url": base, "service_path": "/propose"},
            "property_settings": SETTINGS,
        },
        "batchSize": reconcile_queries.BATCH_SIZE,
    }


def answered(body: Any, *, max_age: int = 0) -> Answer:
    """Return JSON in the reader's language."""
    response = make_response(json.dumps(body, ensure_ascii=False))
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Language"] = language()
    response.vary.add("Accept-Language")
    if max_age:
        response.cache_control.public = True
        response.cache_control.max_age = max_age
    else:
        response.cache_control.no_cache = True
    return response
