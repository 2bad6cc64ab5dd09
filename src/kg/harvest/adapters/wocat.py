"""WOCAT's QCAT API, version 2: lists by type, and one detail answer a language for each questionnaire.

What the API is: docs/api/v2.rst and apps/api of github.com/CDE-UNIBE/qcat. The answer in English is the
base, because its labels are those our tables know; free text comes from the answers in the languages in
which the list says there is a translation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from kg.harvest.adapters.base import JSON, Document, Item, Page, dump, json_body, need
from kg.harvest.client import Client
from kg.harvest.errors import Malformed
from kg.harvest.sources import SourceSettings
from kg.vocab import LANGUAGES

TYPES: Final = ("technologies", "approaches", "unccd")
_CODE: Final = re.compile(r"(technologies|approaches|unccd)_[0-9]{1,9}")


class Wocat:
    """QCAT; the options ``types``, ``languages`` and ``edition`` narrow what is taken."""

    loader = "wocat"
    complete = True

    def __init__(self, source: SourceSettings, token: str) -> None:
        self._root = source.address.rstrip("/")
        self._headers = {"Authorization": f"Token {token}"} if token else {}
        self._types = [str(each) for each in source.options.get("types", TYPES)]
        self._languages = [str(each) for each in source.options.get("languages", LANGUAGES)]
        self._edition = str(source.options.get("edition", ""))

    def first(self, since: str) -> str:
        # The filter takes years; what has not changed within them is told apart by its version.
        return f"{self._types[0]} 1 {since[:4]}".strip()

    def page(self, client: Client, cursor: str) -> Page:
        kind, number, *rest = cursor.split(" ")
        year = rest[0] if rest else ""
        query = {"type": kind, "page": number}
        query |= {"updated": f"{year}-{int(year) + 100}"} if year else {}
        query |= {"edition": self._edition} if self._edition else {}
        address = f"{self._root}/en/api/v2/questionnaires/?{urlencode(query)}"
        _, found = client.get(address, json_body, accept=JSON, headers=self._headers)
        listed = need(need(found, dict, "object", address).get("results"), list, "list 'results'", address)
        items = [self._item(each, address) for each in listed]
        answer: dict[str, Any] = found or {}
        after = _page_of(answer.get("next"))
        if after is None:
            later = self._types[self._types.index(kind) + 1 :]
            following = f"{later[0]} 1 {year}".strip() if later else ""
        else:
            following = f"{kind} {max(after, int(number) + 1)} {year}".strip()
        count = answer.get("count")
        return Page(items, following, count if number == "1" and isinstance(count, int) else None)

    def _item(self, listed: Any, address: str) -> Item:
        code = need(listed, dict, "objects in 'results'", address).get("code")
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise Malformed(f"The list {address[:160]} holds {str(code)[:60]!r}, which is no code.")
        version = [str(listed.get("updated", "")), str(listed.get("edition", ""))]
        return Item(code, " ".join([*version, *self._translated(listed)]), listed)

    def _translated(self, listed: Mapping[str, Any]) -> list[str]:
        """Return the languages of ours in which there is a translation; empty where the list is silent."""
        pairs = listed.get("translations") or []
        found = {str(pair[0] if isinstance(pair, list) and pair else pair) for pair in pairs}
        return [each for each in self._languages if each in found]

    def fetch(
        self,
        client: Client,
        key: str,
        about: Mapping[str, Any],
        known: tuple[str, str],  # noqa: ARG002
    ) -> Document:
        answers: dict[str, Any] = {}
        for language in ["en", *(each for each in self._translated(about) if each != "en")]:
            address = f"{self._root}/{language}/api/v2/questionnaires/{key}/"
            _, found = client.get(address, json_body, accept=JSON, headers=self._headers)
            tree = need(found, dict, "object", address)
            if not any(name.startswith("section_") for name in tree):
                raise Malformed(f"The detail answer {address[:160]} has no sections.")
            answers[language] = tree
        base = answers.pop("en")
        whole = {"list": dict(about), "language": "en", "detail": base}
        return Document(dump(whole | ({"translations": answers} if answers else {})))


def _page_of(address: Any) -> int | None:
    """Return the page that ``next`` names; its host is not ours to follow. Empty after the last page."""
    if not isinstance(address, str) or not address:
        return None
    number = parse_qs(urlsplit(address).query).get("page", [""])[0]
    return int(number) if number.isdecimal() else None
