"""InforMEA's OData service and those of the secretariats that use its toolkit (the CBD's among them).

What the format rests on stands in ``loaders/informea.py``. Decisions, meetings, treaties and documents have
a place in the graph; contacts are personal data and are never asked for. What a service can be asked for
stands in its ``$metadata`` (OData 2, CSDL), which differs from provider to provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from kg.errors import ConfigError, NotFound, Refused
from kg.harvest.adapters.base import JSON, Item, Page, WholePages, dump, json_body, need, xml_body
from kg.harvest.client import Client
from kg.harvest.errors import Malformed, SourceRefused
from kg.harvest.sources import SourceSettings

EXPAND: Final = {
    "Decisions": ("title", "longTitle", "summary", "keywords"),
    "Meetings": ("title",),
    "Treaties": ("title", "description"),
    "Documents": (
        *("title", "titles", "description", "descriptions", "identifiers", "types", "files", "treaties"),
    ),
}
"""Texts with their languages are entities of their own; unexpanded they are only links."""
_PLAIN: Final = {name: frozenset((*EXPAND[name], "treaty", "updated")) for name in ("Decisions", "Meetings")}
"""What is asked of a service that does not describe itself: what its known clients ask."""
_ORDER: Final = "id"


class Informea(WholePages):
    """An OData service (version 2 or 3, JSON); the options are ``sets``, ``treaty`` and ``page_size``."""

    loader = "informea"
    complete = True

    def __init__(self, source: SourceSettings, token: str) -> None:  # noqa: ARG002 - it is open
        self._root = source.address.rstrip("/")
        self._sets = [str(each) for each in source.options.get("sets", EXPAND)]
        self._treaty = str(source.options.get("treaty", ""))
        self._size = int(source.options.get("page_size", 100))
        self._known: Mapping[str, frozenset[str]] | None = None
        if any(each.lower() == "contacts" for each in self._sets):
            raise ConfigError("Contacts are personal data and are not harvested.")

    def first(self, since: str) -> str:
        return self._cursor(self._sets[0], 0, since)

    def _cursor(self, kind: str, skip: int, since: str, token: str = "") -> str:
        return urlencode({"set": kind, "skip": skip, "since": since, "token": token})

    def page(self, client: Client, cursor: str) -> Page:
        asked = dict(parse_qsl(cursor, keep_blank_values=True))
        kind, skip, since = asked["set"], int(asked["skip"]), asked["since"]
        if self._known is None:
            self._known = _described(client, self._root)
        if kind not in self._known:
            return Page([], self._after(kind, since))
        address = self._address(kind, self._known[kind], skip, since, asked["token"])
        _, found = client.get(address, json_body, accept=f"{JSON};odata=verbose, {JSON};q=0.9")
        entities, count, following = _read(found, address)
        items = [_item(kind, each, address) for each in entities]
        token = dict(parse_qsl(urlsplit(following).query)).get("$skiptoken", "") if following else ""
        done = skip + len(items)
        if items and (token or following or (count is not None and done < count)):
            after = self._cursor(kind, done, since, token)
        else:
            after = self._after(kind, since)
        return Page(items, after, count if not skip else None)

    def _after(self, kind: str, since: str) -> str:
        later = self._sets[self._sets.index(kind) + 1 :]
        return self._cursor(later[0], 0, since) if later else ""

    def _address(self, kind: str, has: frozenset[str], skip: int, since: str, token: str) -> str:
        query = {"$format": "json", "$inlinecount": "allpages", "$orderby": _ORDER, "$top": str(self._size)}
        keyword = "id" if kind == "Treaties" else "treaty"
        filters = [f"{keyword} eq '{self._treaty}'"] if self._treaty and keyword in {*has, "id"} else []
        filters += [f"updated ge datetime'{since[:19].rstrip('Z')}'"] if since and "updated" in has else []
        query |= {"$filter": " and ".join(filters)} if filters else {}
        expanded = ",".join(each for each in EXPAND.get(kind, ()) if each in has)
        query |= {"$expand": expanded} if expanded else {}
        query |= {"$skiptoken": token} if token else ({"$skip": str(skip)} if skip else {})
        return f"{self._root}/{kind}?{urlencode(query, safe='$,', quote_via=quote)}"


def _described(client: Client, root: str) -> Mapping[str, frozenset[str]]:
    """Return the properties, plain and navigable, of each entity set, as ``$metadata`` has them."""
    try:
        _, found = client.get(f"{root}/$metadata", xml_body, accept="application/xml, text/xml;q=0.9")
    except SourceRefused:
        raise
    except (NotFound, Refused):
        return _PLAIN
    types: dict[str, frozenset[str]] = {}
    sets: dict[str, str] = {}
    for each in found.iter() if found is not None else ():
        tag = each.tag.rpartition("}")[2]
        if tag == "EntityType":
            parts = [part for part in each if part.tag.endswith(("}Property", "}NavigationProperty"))]
            types[each.get("Name", "")] = frozenset(part.get("Name", "") for part in parts)
        elif tag == "EntitySet":
            sets[each.get("Name", "")] = each.get("EntityType", "").rpartition(".")[2]
    return {name: types.get(kind, frozenset()) for name, kind in sets.items()} or _PLAIN


def _read(found: Any, address: str) -> tuple[list[Any], int | None, str]:
    """Return entities, their number in all, and the address of the next page, of either JSON form."""
    whole = need(found, dict, "object", address)
    held = whole.get("d", whole)
    if isinstance(held, list):
        return held, None, ""
    held = need(held, dict, "'d'", address)
    entities = held.get("results", held.get("value"))
    count = held.get("__count", held.get("odata.count", held.get("@odata.count")))
    following = held.get("__next", held.get("odata.nextLink", held.get("@odata.nextLink")))
    number = int(count) if isinstance(count, int) or str(count or "").isdecimal() else None
    return need(entities, list, "list of entities", address), number, str(following or "")


def _item(kind: str, raw: Any, address: str) -> Item:
    identifier = need(raw, dict, "entities that are objects", address).get("id")
    if not isinstance(identifier, str | int) or not str(identifier):
        raise Malformed(f"An entity of {address[:160]} has no id.")
    # The form of JSON light names the entity set, which the entity itself may not.
    body = dump({"odata.metadata": f"#{kind}", "value": [raw]})
    return Item(f"{kind}/{identifier}", str(raw.get("updated") or ""), body=body)
