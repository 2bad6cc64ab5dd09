"""What every template can use: addresses, languages, numbers, and texts with their direction."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlencode, urlsplit

from babel import Locale, UnknownLocaleError
from flask import Flask, current_app, g, request, url_for
from flask_babel import format_date as babel_date
from flask_babel import format_decimal, get_locale, gettext
from markupsafe import Markup, escape

from kg import __version__
from kg.entities.model import Fact, Ref, Value
from kg.model import Text
from kg.vocab import LANGUAGES
from kg.web import i18n, words
from kg.web.context import iris, settings

_OUT: Final = Markup(
    '<svg class="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" fill="none"'
    ' stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">'
    '<path d="M8 4H4v12h12v-4M11 3.5h5.5V9M16 4l-7 7"/></svg>'
)
"""The mark of links that lead to other hosts."""
_joined: Final = Markup().join
"""Puts pieces together, escaping those that are no markup; pages have thousands, and formatting is slower."""
_SPAN, _DIR, _OPEN, _SPAN_END = Markup('<span lang="'), Markup('" dir="'), Markup('">'), Markup("</span>")
_BDI, _BDI_END = Markup("<bdi>"), Markup("</bdi>")
_LINK, _LINK_END = Markup('<a href="'), Markup("</a>")
_TERM, _VALUES, _TERM_END = Markup("<div><dt>"), Markup("</dt><dd>"), Markup("</dd></div>\n")
_LIST, _LIST_END = Markup('<ul class="plain">'), Markup("</ul>")
_ITEM, _ITEM_END = Markup("<li>"), Markup("</li>")
_OUTSIDE: Final = Markup('" rel="external noopener noreferrer" class="out">')
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./~-]+")
"""A path that is written the same in an address."""
_PATH_SAFE: Final = "!$&'()*+,/:;=@"
"""What stands as it is in a path (RFC 3986, section 3.3), as the router has it."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1", "0.0.0.0"})  # noqa: S104 - compared, not bound


def init_app(app: Flask) -> None:
    """Register the names that templates use."""
    app.jinja_env.globals.update(
        page=page,
        asset=asset,
        in_language=in_language,
        direction=i18n.direction,
        language=i18n.language,
        language_names=i18n.NAMES,
        languages=LANGUAGES,
        number=format_decimal,
        public=public,
        page_address=page_address,
        language_label=language_label,
        translated_from=translated_from,
        highlighted=highlighted,
        linked=linked,
        shown=shown,
        all_shown=all_shown,
        property_name=property_name,
        fact_lines=fact_lines,
        out_icon=_OUT,
        version=__version__,
        words=words,
    )
    app.jinja_env.filters.update(text=text, day=day, compact_url=compact_url, local_name=words.local)


def page(iri: str) -> str:
    """Return the address of the page about one of our IRIs; other IRIs are their own address."""
    base, home = _where()
    path = _below(base, iri)
    if path is None:
        return iri if iri.startswith(("http://", "https://")) else ""
    return home + (path if _PLAIN.fullmatch(path) else quote(unquote(path), safe=_PATH_SAFE))


def _where() -> tuple[str, str]:
    """Return the base of the identifiers and the address of the home page; those of records begin with it.

    A page of a record has hundreds of links; the router takes as long for each as all else together.
    """
    lang = i18n.language()
    known: dict[str, tuple[str, str]] = g.setdefault("where", {})
    if lang not in known:
        known[lang] = (iris().base, url_for("pages.home"))
    return known[lang]


def local_path(iri: str) -> str | None:
    """Return ``id/practice/x`` for one of our IRIs, ``None`` for any other."""
    return _below(iris().base, iri)


def _below(base: str, iri: str) -> str | None:
    path = iri.removeprefix(base)
    return path if iri.startswith(base) and path.startswith(("id/", "def/")) else None


def asset(name: str) -> str:
    """Return the address of a static file, with its digest so that it can be kept for a year."""
    folder = str(current_app.static_folder)
    return url_for("static", filename=name, v=_digest(folder, name))


@cache
def _digest(folder: str, name: str) -> str:
    return hashlib.sha256((Path(folder) / name).read_bytes()).hexdigest()[:12]


def in_language(tag: str) -> str:
    """Return the address of this page in another language."""
    endpoint = request.endpoint
    if endpoint is None or not current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        return url_for("pages.home", lang=tag)
    given = {name: values for name, values in request.args.lists() if name != "lang"}
    return with_query(url_for(endpoint, **dict(request.view_args or {}) | {"lang": tag}), given)


def with_query(address: str, values: Mapping[str, Sequence[str]]) -> str:
    """Return an address with a query string.

    Names that clients chose must not reach ``url_for``, which takes ``endpoint``, ``_external`` and
    ``_scheme`` for its own.
    """
    return f"{address}?{urlencode(values, doseq=True)}" if values else address


def public(path: str = "") -> str:
    """Return an absolute address for what other machines keep: canonical links, the sitemap.

    It stands under the setting ``public_url``; a service that only its own machine can reach names
    the persistent identifiers' base instead. A request's Host header never enters an address.
    """
    configured = settings().public_url
    root = iris().base if urlsplit(configured).hostname in _LOOPBACK else configured
    prefix = request.script_root.rstrip("/")
    return root + path.removeprefix(prefix).lstrip("/")


def text(value: Text | str | None) -> Markup:
    """Return a text, marked with its language where that is not the page's."""
    if value is None:
        return Markup("")
    if isinstance(value, str):
        return escape(value)
    if value.lang and value.lang.split("-")[0] != i18n.language():
        return _joined((_SPAN, value.lang, _DIR, i18n.direction(value.lang), _OPEN, value.value, _SPAN_END))
    if not value.lang and i18n.direction(i18n.language()) == "rtl":
        return _joined((_BDI, value.value, _BDI_END))
    return escape(value.value)


def linked(ref: Ref) -> Markup:
    """Return a link to something that has an IRI; other hosts' addresses are marked as such."""
    address = page(ref.iri)
    if not address:
        return text(ref.label)
    if ref.kind == "external":
        return _outside(address, text(ref.label))
    return _joined((_LINK, address, _OPEN, text(ref.label), _LINK_END))


def shown(value: Value) -> Markup:
    """Return a value of a property: a link, yes or no, or a text with its language."""
    if isinstance(value, Ref):
        return linked(value)
    if value.value.startswith(("http://", "https://")) and " " not in value.value:
        return _outside(value.value, escape(compact_url(value.value)))
    if value.value in ("true", "false"):
        return escape(gettext("yes") if value.value == "true" else gettext("no"))
    return text(value)


def all_shown(values: Sequence[Value]) -> Markup:
    """Return the values of a property: one as it is, several as a list."""
    if len(values) == 1:
        return shown(values[0])
    return _LIST + Markup().join(_ITEM + shown(each) + _ITEM_END for each in values) + _LIST_END


def property_name(ref: Ref) -> Markup:
    """Return the name of a property; those of other vocabularies have theirs among the interface words."""
    if ref.kind == "external":
        return escape(words.say(words.PROPERTIES, words.local(ref.iri), ref.label.value))
    return text(ref.label)


def fact_lines(facts: Iterable[Fact]) -> Markup:
    """Return properties with their values as the lines of a ``<dl>``; a questionnaire has hundreds."""
    return _joined(
        part
        for fact in facts
        for part in (_TERM, property_name(fact.name), _VALUES, all_shown(fact.values), _TERM_END)
    )


def _outside(address: str, label: Markup) -> Markup:
    return _joined((_LINK, address, _OUTSIDE, label, _OUT, _LINK_END))


def day(value: str | None) -> str:
    """Return an ISO 8601 date in the reader's manner; anything else as it is."""
    try:
        return str(babel_date(datetime.date.fromisoformat((value or "")[:10]), "long"))
    except ValueError:
        return value or ""


def compact_url(value: str) -> str:
    """Return an address as people read it."""
    parts = urlsplit(value)
    shown = f"{parts.netloc}{parts.path}".removeprefix("www.").rstrip("/")
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def page_address(number: int) -> str:
    """Return the address of another page of this list."""
    address = url_for(request.endpoint or "", **dict(request.view_args or {}))
    return with_query(address, dict(request.args.lists()) | {"page": [str(number)]})


def language_label(tag: str) -> str:
    """Return the name of a language in the reader's language."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(get_locale()) or tag
    except (ValueError, UnknownLocaleError):
        return tag


def translated_from(tag: str) -> str:
    """Return the language that a text was translated from, by its tag (``fr-t-en-t0-und``; RFC 6497)."""
    return tag.lower().partition("-t-")[2].split("-")[0]


def highlighted(snippet: str, spans: Iterable[tuple[int, int]]) -> Markup:
    """Return a snippet with the spans, as (start, end) positions, marked."""
    parts, place = [], 0
    for start, end in sorted(spans):
        if place <= start < end <= len(snippet):
            parts += [escape(snippet[place:start]), Markup("<mark>{}</mark>").format(snippet[start:end])]
            place = end
    return Markup("").join([*parts, escape(snippet[place:])])
