"""Every interface string stands in six languages."""

from __future__ import annotations

import io
import string
from pathlib import Path

import pytest
import requests
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from pagetypes import FRAMES, PAGES
from websupport import Unmarked

import kg.web
from kg.vocab import LANGUAGES
from kg.web import i18n

ROOT = Path(kg.web.__file__).parent
FOLDER = ROOT / "translations"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


def catalogue(lang: str) -> Catalog:
    return read_po(io.BytesIO((FOLDER / lang / "LC_MESSAGES" / "messages.po").read_bytes()), locale=lang)


@pytest.fixture(scope="module")
def strings() -> set[str]:
    keywords: dict[str, None] = {"_": None, "gettext": None, "lazy_gettext": None}
    found = extract_from_dir(str(ROOT), METHODS, keywords=keywords)
    return {str(message) for _file, _line, message, _comments, _context in found}


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_catalogue_when_compared_has_every_string_translated(lang: str, strings: set[str]) -> None:
    messages = {str(each.id): str(each.string) for each in catalogue(lang) if each.id}
    assert set(messages) == strings
    assert [name for name, text in messages.items() if not text.strip()] == []


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_translation_when_it_has_placeholders_keeps_them(lang: str) -> None:
    for each in catalogue(lang):
        if "%(" in str(each.id):
            assert _names(str(each.id)) == _names(str(each.string)), each.id


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_compiled_catalogue_when_read_is_that_of_the_source(lang: str) -> None:
    compiled = read_mo(io.BytesIO((FOLDER / lang / "LC_MESSAGES" / "messages.mo").read_bytes()))
    source = {str(each.id): str(each.string) for each in catalogue(lang) if each.id}
    assert {str(each.id): str(each.string) for each in compiled if each.id} == source


@pytest.mark.parametrize("lang", ["ar", "ru"])
def test_pages_when_opened_in_a_language_have_no_interface_string_in_english(server: str, lang: str) -> None:
    known = {str(each.id): str(each.string) for each in catalogue(lang) if each.id}
    # Single words may be words of the data too.
    english = {text for text, said in known.items() if " " in text and said != text and "%(" not in text}
    found = {
        (path, text)
        for path in (*PAGES, *FRAMES)
        if not path.startswith("..")
        for text in _unmarked(f"{server}/{lang}/{path}") & english
    }
    assert found == set()


def _unmarked(address: str) -> set[str]:
    return Unmarked(requests.get(address, headers={"Accept": "text/html"}, timeout=60).text).texts


def test_languages_when_named_are_the_six() -> None:
    assert set(i18n.NAMES) == set(LANGUAGES)
    assert {lang: i18n.direction(lang) for lang in LANGUAGES if i18n.direction(lang) == "rtl"} == {
        "ar": "rtl"
    }


def _names(text: str) -> set[str]:
    return {part for part in text.replace("%(", "\0").split("\0")[1:] for part in [part.split(")")[0]]} - set(
        string.punctuation
    )
