"""Reads practices from answers of WOCAT's QCAT API: v2 detail answers and the raw form of v1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from kg.errors import BadRecord
from kg.model import Credit, Origin, Practice
from kg.terms import clean_text, language_tag
from loaders.base import LoadReport, Source, kind_of
from loaders.questionnaire import KINDS, questionnaire
from loaders.reading import Reading, json_records, origin
from loaders.wocat_languages import put_together
from loaders.wocat_practice import CODE, Assembly
from loaders.wocat_tree import Answers, is_detail, is_raw, read_detail, read_raw
from loaders.wocat_values import HOST

_FILE: Final = re.compile(
    r"((?:technologies|approaches|unccd)_[0-9]{1,9})(?:[.-].*?(?:\.([a-z]{2}))?)?\.json"
)
_URL_LANGUAGE: Final = re.compile(r"/([a-z]{2})/")
_IN_URL: Final = re.compile(rf"(?<![a-z])({CODE.pattern})(?![0-9])")
_MAPS: Final = tuple(
    ("section_specifications", f"{head}__2", f"{head}__2__5", "qg_location_map", "location_map")
    for head in ("tech", "app")
)
_PUBLIC: Final = 4
_HEADS: Final = {"technologies": "tech_", "approaches": "app_", "unccd": "unccd_"}
_KNOWN: Final = frozenset(
    [
        *("code", "edition", "updated", "url", "details", "translations", "language", "original_locale"),
        *("name", "links", "status", "compilers", "editors", "reviewers", "configuration"),
        *("configurations", "native_configuration", "api_url"),
    ]
)
"""What list answers and v1 items say that is used, or said again in the answers themselves."""
_CREDITED: Final = {"compilers": "compiler", "editors": "editor", "reviewers": "reviewer"}


@dataclass(frozen=True, slots=True)
class Item:
    """One questionnaire of a file: its answers, and what list, envelope or file name say of it.

    ``others`` are detail answers in further languages, by language.
    """

    body: Any
    about: Mapping[str, Any]
    record: str
    place: str
    others: Mapping[str, Any] = field(default_factory=dict)


def load(source: Source, report: LoadReport) -> Iterator[Practice]:
    """Yield the practices of JSON files.

    A file holds a detail answer, a raw questionnaire, a v1 item (``data`` with its metadata), an
    envelope ``{"list": .., "language": .., "detail": .., "translations": {language: detail answer}}``, a list
    of these, an object of these by code, or one a line (JSONL). Code and language come from the metadata,
    else from the file's name (``technologies_4092.detail-v2.en.json``), else from the map's address inside
    the answer.
    """
    reading = Reading(source, report)
    for path in reading.files():
        named = _FILE.fullmatch(path.name)
        about = {"code": named[1], "language": named[2]} if named else {}
        for place, document in json_records(path, reading):
            for item in _items(document, about, place):
                yield from reading.attempt(item.record, _practice, item, item.place)


def _items(document: Any, about: Mapping[str, Any], place: str) -> Iterator[Item]:
    """Yield the questionnaires of a document, each with what is known of it from outside."""
    if isinstance(document, list):
        alone = len(document) == 1
        for number, one in enumerate(document, 1):
            yield _item(one, about if alone else {}, f"item {number}")
    elif isinstance(document, dict) and isinstance(document.get("results"), list):
        for number, one in enumerate(document["results"], 1):
            yield _item(one, {}, f"result {number}")
    elif isinstance(document, dict) and document and all(CODE.fullmatch(key) for key in document):
        for code, one in document.items():
            yield _item(one, {"code": code}, code)
    else:
        yield _item(document, about, place)


def _item(one: Any, about: Mapping[str, Any], place: str) -> Item:
    found = dict(about)
    body = one
    others: Any = {}
    if isinstance(one, dict):
        if "detail" in one:
            listed = one.get("list")
            found |= listed if isinstance(listed, dict) else {}
            body = one["detail"]
            found |= {"language": one["language"]} if "language" in one else {}
            others = one.get("translations") or {}
        if isinstance(body, dict) and "data" in body:
            found |= {key: value for key, value in body.items() if key != "data"}
            body = body["data"]
    code = found.get("code") or (_code_inside(body) if isinstance(body, dict) else None)
    found["code"] = code
    record = clean_text(code[:60]) if isinstance(code, str) else ""
    return Item(body, found, record or place, place, others)


def _code_inside(body: Mapping[str, Any]) -> str | None:
    """Return the code that the address of the map holds, the only place in a detail answer."""
    for path in _MAPS:
        node: Any = body
        for key in path:
            node = node.get(key) if isinstance(node, dict) else None
            node = node.get("children", node) if isinstance(node, dict) else None
        value = node.get("value") if isinstance(node, dict) else None
        entry = value[0] if isinstance(value, list) and value else None
        address = entry.get("map_url") if isinstance(entry, dict) else None
        match = _IN_URL.search(address) if isinstance(address, str) else None
        if match:
            return match[1]
    return None


def _practice(item: Item, _record: str, reading: Reading) -> Practice:
    code = item.about["code"]
    if not isinstance(code, str) or not CODE.fullmatch(code):
        raise BadRecord("code", _no_code(code))
    kind = code.rpartition("_")[0]
    _public(item.about.get("status"))
    reading.unmodelled(item.about, _KNOWN)
    answers = _answers(item.body)
    _same_kind(kind, answers)
    table = questionnaire()
    language = _language(item.about)
    pages = _page_languages(item.about, language)
    if is_detail(item.body):
        listed = pages if item.about.get("translations") else ()
        original = _tagged(item.about.get("original_locale"), "original_locale")
        others = _others(item.others)
        language = put_together(answers, language or "", others, listed, original or "", table.forms[kind])
        language = language or None
    assembly = Assembly(table.forms[kind], table, reading, language)
    assembly.take(answers)
    if "accept_conditions" in table.forms[kind].questions and assembly.consent is not True:
        raise BadRecord("qg_accept_conditions/accept_conditions", "is not Yes: its use was not agreed to")
    if "names" not in assembly.texts:
        raise BadRecord("qg_name/name", "is missing or empty")
    parts = {name: tuple(found) for name, found in assembly.texts.items()}
    return Practice(
        code=code,
        kind=KINDS[kind],
        names=parts["names"],
        local_names=parts.get("local_names", ()),
        summaries=parts.get("summaries", ()),
        descriptions=parts.get("descriptions", ()),
        countries=tuple(assembly.countries),
        places=parts.get("places", ()),
        points=tuple(assembly.points),
        page_languages=pages,
        edition=_edition(kind, item.about, answers),
        documented=assembly.documented,
        facts=tuple(assembly.facts),
        impacts=tuple(assembly.impacts.items()),
        exposures=assembly.exposures(),
        linked=tuple(dict.fromkeys([*assembly.linked, *_linked(item.about.get("links"))])),
        credits=(*_accounts(item.about), *assembly.all_credits()),
        images=tuple(assembly.images),
        origin=_origin(item, code, kind, pages[0] if pages else language, reading),
    )


def _no_code(code: Any) -> str:
    if code is None:
        return "is nowhere: not in the metadata, the file's name or the address of the map"
    return f"{clean_text(str(code)[:60])!r} is no code of a technology, approach or PRAIS practice"


def _public(status: Any) -> None:
    """Refuse what is not public; only v1 tells, and the lists hold public ones only."""
    number = status[0] if isinstance(status, list) and status else status
    if number not in (None, _PUBLIC):
        raise BadRecord("status", f"is {clean_text(str(number)[:20])}, not public ({_PUBLIC})")


def _linked(links: Any) -> Iterator[str]:
    """Yield the codes of the practices that a v1 item links to, {configuration: [{code, ..}]}."""
    if links in (None, [], {}):
        return
    if not isinstance(links, dict):
        raise BadRecord("links", f"should be an object, not {kind_of(links)}")
    for listed in links.values():
        for link in listed if isinstance(listed, list) else ():
            code = link.get("code") if isinstance(link, dict) else None
            if not isinstance(code, str) or not CODE.fullmatch(code):
                raise BadRecord("links", "holds a link without the code of a practice")
            yield code


def _answers(body: Any) -> Answers:
    if not isinstance(body, dict):
        raise BadRecord("questionnaire", f"should be an object, not {kind_of(body)}")
    if is_detail(body):
        return read_detail(body)
    if is_raw(body):
        return read_raw(body)
    raise BadRecord("questionnaire", "is neither a detail answer (sections) nor raw data (questiongroups)")


def _same_kind(kind: str, answers: Answers) -> None:
    """Refuse answers to another questionnaire than the code says, which no group would fit."""
    own = _HEADS[kind]
    if any(key.startswith(own) for key in answers.keys):
        return
    others = [name for name, head in _HEADS.items() if any(key.startswith(head) for key in answers.keys)]
    if others:
        raise BadRecord("code", f"says {kind}, and the answers are to the questionnaire of {others[0]}")


def _language(about: Mapping[str, Any]) -> str | None:
    """Return the language in which the answer was asked for, the one of its labels and texts."""
    said = about.get("language")
    if not said and isinstance(about.get("url"), str):
        match = _URL_LANGUAGE.match(about["url"].removeprefix(HOST))
        said = match[1] if match else None
    return _tagged(said, "language")


def _tagged(said: Any, name: str) -> str | None:
    if not said:
        return None
    if not isinstance(said, str):
        raise BadRecord(name, f"should be a text, not {kind_of(said)}")
    return language_tag(said, name)


def _others(translations: Any) -> dict[str, Answers]:
    if not isinstance(translations, dict):
        raise BadRecord("translations", f"should be an object, not {kind_of(translations)}")
    found = {}
    for language, body in translations.items():
        if not isinstance(body, dict) or not is_detail(body):
            raise BadRecord("translations", f"{clean_text(language[:20])!r} is no detail answer")
        found[language_tag(language, "translations")] = read_detail(body)
    return found


def _page_languages(about: Mapping[str, Any], language: str | None) -> tuple[str, ...]:
    found: dict[str, None] = {}
    translations = about.get("translations") or []
    if not isinstance(translations, list):
        raise BadRecord("translations", f"should be a list, not {kind_of(translations)}")
    for pair in translations:
        tag = pair[0] if isinstance(pair, list) and pair else pair
        if not isinstance(tag, str):
            raise BadRecord("translations", "should hold languages or pairs of language and name")
        found[language_tag(tag, "translations")] = None
    return tuple(found) or ((language,) if language else ())


def _edition(kind: str, about: Mapping[str, Any], answers: Answers) -> str:
    """Return the edition that the list names, else the one whose questions are in the tree."""
    said = about.get("edition")
    if said in ("2015", "2018", 2015, 2018):
        return str(said)
    if said is not None:
        raise BadRecord("edition", f"{clean_text(str(said)[:20])!r} is neither 2015 nor 2018")
    if kind == "technologies" and answers.keys & {"tech_landuse_2018", "tech__3__3__initial_landuse"}:
        return "2018"
    return "2015"


def _accounts(about: Mapping[str, Any]) -> tuple[Credit, ...]:
    """Return compilers, editors and reviewers, which only v1 names; their account ids stay out."""
    found: dict[Credit, None] = {}
    for key, role in _CREDITED.items():
        people = about.get(key)
        for person in people if isinstance(people, list) else ():
            name = person.get("name") if isinstance(person, dict) else None
            if isinstance(name, str) and clean_text(name):
                found[Credit(" ".join(clean_text(name).split())[:300], None, role)] = None
    return tuple(found)


def _origin(item: Item, code: str, kind: str, language: str | None, reading: Reading) -> Origin:
    path = item.about.get("url")
    if not isinstance(path, str) or not path.removeprefix(HOST).startswith("/"):
        middle = "unccd" if kind == "unccd" else f"wocat/{kind}"
        path = f"/{language or 'en'}/{middle}/view/{code}/"
    return origin(
        reading, code, url=HOST + path.removeprefix(HOST), updated=_updated(item.about.get("updated"))
    )


def _updated(value: Any) -> str | None:
    """Return the day of a time such as ``2017-06-28T14:43:10.622384Z``."""
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise BadRecord("updated", f"{clean_text(str(value)[:40])!r} is not a time of ISO 8601") from None
