"""Single addresses: vocabularies in any RDF syntax, and partners' lists read by a mapping file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from kg.errors import ConfigError
from kg.harvest.adapters.base import Document, Item, Page, document
from kg.harvest.client import Client
from kg.harvest.errors import Malformed
from kg.harvest.sources import SourceSettings

_RDF: Final = {
    "text/turtle": ".ttl",
    "application/rdf+xml": ".rdf",
    "application/ld+json": ".jsonld",
    "application/n-triples": ".nt",
    "application/n-quads": ".nq",
    "application/trig": ".trig",
    "text/n3": ".n3",
}
_ACCEPT_RDF: Final = (
    "text/turtle, application/n-triples;q=0.9, application/rdf+xml;q=0.9, application/ld+json;q=0.7, "
    "application/n-quads;q=0.6, application/trig;q=0.6, text/n3;q=0.5"
)
_TABLES: Final = {
    "text/csv": ".csv",
    "application/json": ".json",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/geo+json": ".json",
}


class Addresses:
    """A source that is one file, or several (option ``more``); each is fetched only when it changed."""

    loader = ""
    complete = True
    accept = ""

    def __init__(self, source: SourceSettings, token: str) -> None:
        more = [str(each) for each in source.options.get("more", ())]
        self._addresses = list(dict.fromkeys([source.address, *more]))
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.format = str(source.options.get("format", ""))

    def first(self, since: str) -> str:  # noqa: ARG002 - a file is whole or not at all
        return ""

    def page(self, client: Client, cursor: str) -> Page:  # noqa: ARG002 - no request is needed
        return Page([Item(each) for each in self._addresses], "", len(self._addresses))

    def fetch(self, client: Client, key: str, about: Mapping[str, Any], known: tuple[str, str]) -> Document:  # noqa: ARG002
        headers = self._headers if key == self._addresses[0] else {}
        answer, body = client.get(key, bytes, accept=self.accept, headers=headers, known=known)
        if body is None:
            return document(answer, None)
        suffix = self.suffix(answer.media_type, urlsplit(answer.address).path)
        return document(answer, self.checked(body, suffix), suffix)

    def suffix(self, media_type: str, path: str) -> str:
        """Return the suffix by which the loader knows the format."""
        raise NotImplementedError

    def checked(self, body: bytes, suffix: str) -> bytes:  # noqa: ARG002 - for those that can
        """Return the body, or raise :class:`Malformed`."""
        if not body.strip():
            raise Malformed("The answer is empty.")
        return body


class Rdf(Addresses):
    """A vocabulary at an address with content negotiation; a cut-off answer is not taken."""

    loader = "skos"
    accept = _ACCEPT_RDF

    def suffix(self, media_type: str, path: str) -> str:
        if media_type in _RDF:
            return _RDF[media_type]
        named = next((each for each in _RDF.values() if path.lower().endswith(each)), "")
        if not named:
            raise Malformed(f"The answer is {media_type or 'of no stated type'}, not RDF.")
        return named

    def checked(self, body: bytes, suffix: str) -> bytes:
        import pyoxigraph as px

        form = px.RdfFormat.from_extension(suffix[1:])
        try:
            found = sum(1 for _ in px.parse(input=super().checked(body, suffix), format=form))
        except (SyntaxError, ValueError) as fault:
            raise Malformed(f"The vocabulary does not parse: {str(fault)[:200]}") from None
        if not found:
            raise Malformed("The vocabulary holds no statement.")
        return body


class Mapped(Addresses):
    """A partner's CSV, JSON or XML, read by the mapping file that the source names (``mapping``)."""

    loader = "mapping"
    accept = "text/csv, application/json;q=0.9, application/xml;q=0.8, */*;q=0.1"

    def __init__(self, source: SourceSettings, token: str) -> None:
        super().__init__(source, token)
        if not source.mapping:
            raise ConfigError(f"The source [{source.name}] needs 'mapping', the path of its mapping file.")

    def suffix(self, media_type: str, path: str) -> str:
        if self.format:
            return f".{self.format}"
        by_path = next((each for each in (".csv", ".json", ".xml") if path.lower().endswith(each)), "")
        found = by_path or _TABLES.get(media_type, "")
        if not found:
            raise Malformed(
                f"The answer is {media_type or 'of no stated type'}.", hint="Set 'format' for the source."
            )
        return found
