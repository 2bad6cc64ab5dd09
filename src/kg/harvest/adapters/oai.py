"""OAI-PMH 2.0 with Dublin Core, as libraries offer it: resumption tokens, deleted records, date stamps.

The protocol: https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, canonicalize, tostring

from kg.harvest.adapters.base import Item, Page, WholePages, xml_body
from kg.harvest.client import Client
from kg.harvest.errors import Malformed, SourceRefused
from kg.harvest.sources import SourceSettings

_NS: Final = "{http://www.openarchives.org/OAI/2.0/}"
_ACCEPT: Final = "text/xml, application/xml;q=0.9"


class OaiPmh(WholePages):
    """A repository; the options are ``set`` and ``prefix`` (``oai_dc`` unless said otherwise)."""

    loader = "oai_dc"
    complete = True

    def __init__(self, source: SourceSettings, token: str) -> None:  # noqa: ARG002 - it is open
        self._address = source.address
        self._set = str(source.options.get("set", ""))
        self._prefix = str(source.options.get("prefix", "oai_dc"))

    def first(self, since: str) -> str:
        return f"from {since[:10]}"

    def page(self, client: Client, cursor: str) -> Page:
        how, _, rest = cursor.partition(" ")
        asked = {"verb": "ListRecords"}
        if how == "token":
            asked["resumptionToken"] = rest
        else:
            asked |= {"metadataPrefix": self._prefix}
            asked |= {"set": self._set} if self._set else {}
            asked |= {"from": rest} if rest else {}
        address = f"{self._address}{'&' if '?' in self._address else '?'}{urlencode(asked)}"
        _, root = client.get(address, xml_body, accept=_ACCEPT)
        if root is None or not root.tag.endswith("OAI-PMH"):
            raise Malformed(f"The answer of {address[:160]} is not OAI-PMH.")
        error = root.find(f"{_NS}error")
        if error is not None:
            return self._error(error)
        listed = root.find(f"{_NS}ListRecords")
        if listed is None:
            raise Malformed(f"The answer of {address[:160]} lists no records.")
        items = [_item(each, address) for each in listed.findall(f"{_NS}record")]
        token = listed.find(f"{_NS}resumptionToken")
        text = (token.text or "").strip() if token is not None else ""
        size = token.get("completeListSize", "") if token is not None else ""
        expected = int(size) if how == "from" and size.isdecimal() else None
        return Page(items, f"token {text}" if text else "", expected)

    def _error(self, error: Element) -> Page:
        code = error.get("code", "")
        if code == "noRecordsMatch":
            return Page([])
        if code == "badResumptionToken":
            # Tokens live for hours, an interrupted harvest may be older: the list begins again.
            raise Malformed("The resumption token is no longer good.", hint="The next run begins anew.")
        raise SourceRefused(f"The repository refuses: {code} {(error.text or '')[:200]}".strip())


def _item(record: Element, address: str) -> Item:
    header = record.find(f"{_NS}header")
    name = header.findtext(f"{_NS}identifier", "").strip() if header is not None else ""
    if header is None or not name:
        raise Malformed(f"A record of {address[:160]} has no identifier.")
    stamp = header.findtext(f"{_NS}datestamp", "").strip()
    if header.get("status") == "deleted":
        return Item(name, stamp, gone=True, suffix=".xml")
    return Item(name, stamp, body=canonicalize(tostring(record, encoding="unicode")).encode(), suffix=".xml")
