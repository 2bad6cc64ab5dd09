"""Lists of records, a page at a time, and the list of these lists."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _

from kg.entities import hub
from kg.entities.catalogue import CLASSES
from kg.entities.model import Ref
from kg.entities.reading import Names, labels
from kg.errors import BadInput, NotFound
from kg.web.context import catalogue, iris, opened
from kg.web.i18n import language
from kg.web.respond import Answer, tagged

bp = Blueprint("browse", __name__, url_prefix="/<lang:lang>/browse")

LISTS = (*CLASSES, "concepts", "countries")
PER_PAGE = 50
GROUPS = (
    (_("Practices and texts"), ("practices", "decisions", "documents", "publications", "cases")),
    (_("Terms and places"), ("concepts", "countries", "frameworks")),
    (_("Who and where"), ("bodies", "platforms", "meetings", "datasets")),
    (_("Drought and capacity"), ("drought-toolbox-tools", "capacity-offers", "experts")),
    (
        _("What countries report"),
        ("ldn-targets", "ldn-commitments", "country-profiles", "knowledge-sharing-systems"),
    ),
    (_("Science-Policy Interface"), ("spi-members", "spi-objectives", "spi-products")),
    (_("To read"), ("library-items", "land-outlook-parts", "blog-posts", "news")),
)
"""Every list, in groups with a heading."""


@bp.get("")
def lists() -> Answer:
    """Show every list with the number of its records."""
    store, known = opened().store, catalogue()
    figures = known.figures(store)
    for name in ("frameworks", "datasets"):  # These are in no dataset, so they are not counted with records.
        figures[name] = len(known.listing(store, name, language()))
    body = render_template("lists.html", groups=GROUPS, figures=figures)
    return tagged(body, "text/html")


@bp.get("/<name>")
def listing(name: str) -> Answer:
    """Show one page of one list."""
    if name not in LISTS:
        raise NotFound("There is no such list.")
    lines = catalogue().listing(opened().store, name, language())
    wanted = request.args.get("q", "").strip()[:100]
    if wanted:
        lines = tuple(
            line for line in lines if wanted.casefold() in f"{line.ref.label.value} {line.note}".casefold()
        )
    pages = max(1, -(-len(lines) // PER_PAGE))
    number = page_number(pages)
    start = (number - 1) * PER_PAGE
    body = render_template(
        "browse.html",
        name=name,
        lines=lines[start : start + PER_PAGE],
        total=len(lines),
        wanted=wanted,
        number_of_page=number,
        pages=pages,
        start=start + 1,
        template=name if name in hub.LISTS else "",
        component=_component(name),
    )
    return tagged(body, "text/html")


def _component(name: str) -> Ref | None:
    """Return the part of the hub that a list belongs to, nothing where the graph has none."""
    if name not in hub.COMPONENTS:
        return None
    names = Names(iris(), language())
    iri = iris().id("entity", hub.COMPONENTS[name])
    rows = labels(opened().store, [iri])
    names.add(rows)
    return names.ref(iri) if rows else None


def page_number(pages: int) -> int:
    """Read ``?page=`` as a number from 1 to ``pages``.

    Raises:
        BadInput: it is not a number.
        NotFound: the list has no such page.
    """
    given = request.args.get("page", "1")
    if not given.isascii() or not given.isdigit() or len(given) > 6:
        raise BadInput("'page' must be a number.")
    if not 1 <= int(given) <= pages:
        raise NotFound("The list has no such page.")
    return int(given)
