"""Publications from Crossref and DataCite, by DOI and by query.

Interfaces: https://api.crossref.org (REST, cursors) and https://support.datacite.org/docs/api (JSON:API).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from kg.errors import ConfigError
from kg.harvest.adapters.base import JSON, Document, Item, Page, document, dump, json_body, need
from kg.harvest.client import Client
from kg.harvest.errors import Malformed
from kg.harvest.sources import SourceSettings

_DOI: Final = re.compile(r"10\.[0-9]{4,9}/\S{1,900}")
_JSON_API: Final = "application/vnd.api+json, application/json;q=0.9"


class Works:
    """What both registries share: a list of DOIs (option ``dois``) or queries (``queries``), never both.

    ``most`` bounds what one query brings; what a query no longer finds is not gone, so only lists of
    DOIs are complete.
    """

    loader = ""

    def __init__(self, source: SourceSettings, token: str) -> None:  # noqa: ARG002 - both are open
        self.root = source.address.rstrip("/")
        self.dois = [_doi(each) for each in source.options.get("dois", ())]
        self.queries = [str(each) for each in source.options.get("queries", ())]
        self.most = int(source.options.get("most", 1000))
        self.size = int(source.options.get("page_size", 100))
        self.filter = str(source.options.get("filter", ""))
        if bool(self.dois) == bool(self.queries):
            raise ConfigError(f"The source [{source.name}] needs 'dois' or 'queries', and not both.")
        self.complete = bool(self.dois)

    def first(self, since: str) -> str:
        return "" if self.dois else _cursor(0, 0, since, "")

    def page(self, client: Client, cursor: str) -> Page:
        if self.dois:
            return Page([Item(doi) for doi in dict.fromkeys(self.dois)], "", len(set(self.dois)))
        number, done, since, token = _parts(cursor)
        items, token = self.search(client, self.queries[number], since, token)
        done += len(items)
        if items and token and done < self.most:
            return Page(items, _cursor(number, done, since, token))
        later = number + 1
        return Page(items, _cursor(later, 0, since, "") if later < len(self.queries) else "")

    def search(self, client: Client, query: str, since: str, token: str) -> tuple[list[Item], str]:
        """Return a page of a query's works, and what leads to the next page."""
        raise NotImplementedError

    def fetch(self, client: Client, key: str, about: Mapping[str, Any], known: tuple[str, str]) -> Document:  # noqa: ARG002
        address = f"{self.root}/{self.collection}/{quote(key, safe='')}"
        answer, found = client.get(address, json_body, accept=_JSON_API, known=known)
        if answer.status == 304:
            return document(answer, None)
        work = self.work(need(found, dict, "object", address), address)
        return document(answer, dump(work))

    collection = ""

    def work(self, found: Mapping[str, Any], address: str) -> Any:
        """Return the work of an answer about one DOI."""
        raise NotImplementedError


class Crossref(Works):
    """Crossref; the option ``filter`` is one of its filters, such as ``type:journal-article``."""

    loader = "crossref"
    collection = "works"

    def search(self, client: Client, query: str, since: str, token: str) -> tuple[list[Item], str]:
        filters = [self.filter] if self.filter else []
        filters += [f"from-index-date:{since[:10]}"] if since else []
        asked = {"query.bibliographic": query, "rows": str(self.size), "cursor": token or "*"}
        asked |= {"filter": ",".join(filters)} if filters else {}
        address = f"{self.root}/works?{urlencode(asked)}"
        _, found = client.get(address, json_body, accept=JSON)
        message = need(need(found, dict, "object", address).get("message"), dict, "'message'", address)
        works = need(message.get("items"), list, "'items'", address)
        return [_work(each, each.get("DOI"), address) for each in works], str(
            message.get("next-cursor") or ""
        )

    def work(self, found: Mapping[str, Any], address: str) -> Any:
        return need(found.get("message"), dict, "'message'", address)


class Datacite(Works):
    """DataCite; the option ``filter`` narrows each query, as ``types.resourceTypeGeneral:Dataset`` does."""

    loader = "datacite"
    collection = "dois"

    def search(self, client: Client, query: str, since: str, token: str) -> tuple[list[Item], str]:
        parts = [f"({query})", *([self.filter] if self.filter else [])]
        parts += [f"updated:[{since[:10]} TO *]"] if since else []
        asked = {"query": " AND ".join(parts), "page[size]": str(self.size), "page[cursor]": token or "1"}
        address = f"{self.root}/dois?{urlencode(asked)}"
        _, found = client.get(address, json_body, accept=_JSON_API)
        works = need(need(found, dict, "object", address).get("data"), list, "'data'", address)
        following = (found.get("links") or {}).get("next") if isinstance(found, dict) else None
        items = [_work(each, each.get("id"), address) for each in works]
        return items, _token(following)

    def work(self, found: Mapping[str, Any], address: str) -> Any:
        return need(found.get("data"), dict, "'data'", address)


def _work(work: Any, doi: Any, address: str) -> Item:
    if not isinstance(doi, str) or not _DOI.fullmatch(doi):
        raise Malformed(f"A work of {address[:160]} has no DOI.")
    return Item(doi.lower(), body=dump(work))


def _doi(value: Any) -> str:
    bare = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:)", "", str(value).strip(), flags=re.IGNORECASE).lower()
    if not _DOI.fullmatch(bare):
        raise ConfigError(f"{str(value)[:80]!r} is not a DOI.")
    return bare


def _cursor(number: int, done: int, since: str, token: str) -> str:
    return f"{number} {done} {since or '-'} {token}"


def _parts(cursor: str) -> tuple[int, int, str, str]:
    number, done, since, token = cursor.split(" ", 3)
    return int(number), int(done), "" if since == "-" else since, token


def _token(address: Any) -> str:
    """Return the cursor inside the address of the next page; its host is not ours to follow."""
    if not isinstance(address, str):
        return ""
    return parse_qs(urlsplit(address).query).get("page[cursor]", [""])[0]
