"""The six languages of the pages: from the address where it names one, else as the client prefers."""

from __future__ import annotations

from typing import Any, Final

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, LazyString, get_translations, ngettext
from werkzeug.routing import BaseConverter

from kg.errors import BadInput
from kg.vocab import LANGUAGES

NAMES: Final = {
    "en": "English",
    "fr": "Français",
    "es": "Español",
    "ru": "Русский",
    "zh": "中文",
    "ar": "العربية",
}
"""Each language in its own words, as the switch shows it."""

RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur", "ps", "ug", "dv", "sd", "yi"})


class LanguageConverter(BaseConverter):
    """Path segment that is one of the six languages."""

    regex = "|".join(LANGUAGES)


def init_app(app: Flask) -> None:
    """Register the converter, the locale choice and the default of ``lang`` in built addresses."""
    app.url_map.converters["lang"] = LanguageConverter
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=language, default_locale="en")
    # The method comes with Jinja's extension, which Babel adds.
    app.jinja_env.install_gettext_callables(_translated, ngettext, newstyle=True)  # type: ignore[attr-defined]

    @app.url_value_preprocessor
    def _take(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values and "lang" in values:
            g.language = values.pop("lang")

    @app.url_defaults
    def _give(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = language()


def _translated(text: str) -> str:
    """Translate a string of a template; a page has hundreds, so the catalogue is looked up once for it."""
    if "translations" not in g:
        g.translations = get_translations()
    return str(g.translations.ugettext(text))


def said(word: LazyString) -> str:
    """Return a word of a table in the language of the request; a page says the same few hundreds of times."""
    if not has_request_context():
        return str(word)
    known: dict[tuple[str, int], str] = g.setdefault("said", {})
    key = (language(), id(word))
    if key not in known:
        known[key] = str(word)
    return known[key]


def language() -> str:
    """Return the language of this request's pages: that of the address, else what the client prefers."""
    known = g.get("language")
    if known is None:
        known = g.language = _wished()
    return str(known)


def _wished() -> str:
    # An address that leads nowhere was not taken apart by the router, but its reader reads its language.
    first = request.path.split("/", 2)[1:2]
    if first and first[0] in LANGUAGES:
        return first[0]
    # By the first part of each tag, so that "fr-CH, en;q=0.5" is French although it names English whole.
    wanted = (tag.split("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((each for each in wanted if each in LANGUAGES), "en")


def asked_language() -> str:
    """Return the language that a file or an answer is asked in (``?lang=``), else that of the request.

    Every word of this request is in it from now on.

    Raises:
        BadInput: it is none of the six.
    """
    lang = request.args.get("lang") or language()
    if lang not in LANGUAGES:
        raise BadInput(f"'{lang[:20]}' is none of the languages {', '.join(LANGUAGES)}.")
    g.language = lang
    return lang


def direction(tag: str | None) -> str:
    """Return ``rtl`` or ``ltr`` for a language tag."""
    return "rtl" if (tag or "").split("-")[0] in RIGHT_TO_LEFT else "ltr"
