"""The parts of InforMEA's entities that all have: texts with languages, days, identifiers, the treaty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from kg.errors import BadRecord
from kg.model import Origin, Text
from kg.terms import is_web_address, language_tag
from loaders.base import kind_of
from loaders.reading import Reading, origin, text

CONVENTIONS: Final = {
    "cbd": "CBD",
    "cites": "CITES",
    "cms": "CMS",
    "ramsar": "Ramsar",
    "unccd": "UNCCD",
    "unfccc": "UNFCCC",
}
"""Names that our records use for conventions, by InforMEA's treaty keyword; others keep the keyword."""

_EPOCH: Final = date(1970, 1, 1).toordinal()
_ODATA_DATE = re.compile(r"/Date\((-?[0-9]{1,15})(?:[+-][0-9]{1,5})?\)/")
_ISO_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9:.]+(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?")
SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:-]{0,199}")


def treaty_of(raw: Mapping[str, Any]) -> str:
    """Return the keyword of the record's treaty, such as ``unccd``."""
    treaty = (text(raw.get("treaty"), "treaty") or "").lower()
    if not SAFE.fullmatch(treaty):
        raise BadRecord("treaty", f"{treaty[:40]!r} is not a treaty keyword such as 'unccd'")
    return treaty


def identifier_of(raw: Mapping[str, Any]) -> str:
    """Return the source's own identifier."""
    identifier = text(raw.get("id"), "id") or ""
    if not SAFE.fullmatch(identifier):
        raise BadRecord("id", f"{identifier[:60]!r} is not an identifier to make an address from")
    return identifier


def origin_of(raw: Mapping[str, Any], link: str, name: str, reading: Reading) -> Origin:
    """Return where a record comes from; ``link`` is the field of its address."""
    url = text(raw.get(link), link)
    if url and not is_web_address(url):
        reading.mention("unmapped", link, f"{url[:80]!r} is not a web address")
        url = None
    return origin(reading, name, url=url, updated=day_of(raw.get("updated"), "updated"))


def filled(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that hold something: links to what was not expanded hold nothing."""
    return {
        name: value
        for name, value in raw.items()
        if not (isinstance(value, dict) and ("__deferred" in value or value.get("results") == []))
        and not name.startswith(("odata.", "@odata."))
        and "@odata." not in name
    }


def entries(value: object, field: str) -> list[Any]:
    """Return what an expanded field holds, nothing for one that was not expanded."""
    if isinstance(value, dict) and "__deferred" in value:
        return []
    if isinstance(value, dict) and "results" in value:
        value = value["results"]
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadRecord(field, f"should be a list of texts with their languages, not {kind_of(value)}")
    return value


def localised(value: object, field: str, reading: Reading, clean: Any) -> tuple[Text, ...]:
    """Texts of a list of {language, value}; the first of each language counts."""
    if isinstance(value, dict) and "__deferred" in value:
        reading.mention("note", field, f"was not asked for; add $expand={field} to the request")
    found: dict[str | None, Text] = {}
    for entry in entries(value, field):
        if not isinstance(entry, dict):
            raise BadRecord(field, f"should hold objects, not {kind_of(entry)}")
        written = text(entry.get("value"), f"{field}.value")
        tag = text(entry.get("language"), f"{field}.language")
        lang = language_tag(tag.replace("_", "-"), f"{field}.language") if tag else None
        if written and (cleaned := clean(written)):
            if lang in found and found[lang].value != cleaned:
                reading.mention("dropped", field, f"has two texts in {lang}; the first counts")
            found.setdefault(lang, Text(cleaned, lang))
    return tuple(found.values())


def terms(value: object) -> list[str]:
    """Return the terms of keywords."""
    found = (entry for entry in entries(value, "keywords") if isinstance(entry, dict))
    return [term for entry in found if (term := text(entry.get("term"), "keywords.term"))]


def day_of(value: object, field: str) -> str | None:
    """Return the ISO 8601 day of ``/Date(milliseconds)/`` (UTC) or of an ISO date and time.

    Raises:
        BadRecord: it is neither, or there is no such day.
    """
    written = text(value, field)
    if written is None:
        return None
    try:
        if match := _ODATA_DATE.fullmatch(written):
            return date.fromordinal(_EPOCH + int(match[1]) // 86_400_000).isoformat()
        if match := _ISO_DATE.fullmatch(written):
            return date.fromisoformat(match[1]).isoformat()
    except (ValueError, OverflowError):
        pass
    raise BadRecord(field, f"{written[:40]!r} is not a date")
