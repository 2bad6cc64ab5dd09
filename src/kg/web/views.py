"""What every template can use: addresses, languages, numbers, and texts with their direction."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlencode, urlsplit

from babel import Locale, UnknownLocaleError
from flask import Flask, current_app, request, url_for
from flask_babel import format_date as babel_date
from flask_babel import format_decimal, get_locale
from markupsafe import Markup, escape

from kg import __version__
from kg.model import Text
from kg.vocab import LANGUAGES
from kg.web import i18n, words
from kg.web.context import iris, settings

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
        version=__version__,
        words=words,
    )
    app.jinja_env.filters.update(text=text, day=day, compact_url=compact_url, local_name=words.local)


def page(iri: str) -> str:
    """Return the address of the page about one of our IRIs; other IRIs are their own address."""
    path = local_path(iri)
    if path is None:
        return iri if iri.startswith(("http://", "https://")) else ""
    kind, _slash, rest = path.partition("/")
    return url_for("records.page", kind=kind, path=unquote(rest))


def local_path(iri: str) -> str | None:
    """Return ``id/practice/x`` for one of our IRIs, ``None`` for any other."""
    base = iris().base
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
        return Markup('<span lang="{}" dir="{}">{}</span>').format(
            value.lang, i18n.direction(value.lang), value.value
        )
    if not value.lang and i18n.direction(i18n.language()) == "rtl":
        return Markup("<bdi>{}</bdi>").format(value.value)
    return escape(value.value)


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
