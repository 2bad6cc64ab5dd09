"""The registry of partners: who they are, which addresses are theirs, and how that is published.

One TOML file a partner, bundled under ``loaders/starter/partners`` or in ``<home>/partners``; the file's
name is the partner's identifier. What is not known is left out::

    name = "PANORAMA"
    homepage = "https://panorama.solutions"
    hosts = ["panorama.solutions"]
    record_prefixes = ["https://panorama.solutions/"]
    languages = ["en"]
    licence = "https://..."    # optional, as the others below
    contact = "https://..."
    harvest = "https://..."
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from kg import resources
from kg.errors import BadInput, ConfigError, NotFound
from kg.terms import is_web_address, literal
from kg.vocab import DCAT, DCTERMS, FOAF, RDF, RDFS, VOID, Iris

_SLUG: Final = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?$")
_KEYS: Final = frozenset(
    {"name", "homepage", "hosts", "record_prefixes", "languages", "licence", "contact", "harvest"}
)
_REQUIRED: Final = ("name", "homepage", "hosts", "record_prefixes")


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner; ``licence``, ``contact`` and ``harvest`` are addresses, ``None`` where not known."""

    id: str
    name: str
    homepage: str
    hosts: tuple[str, ...]
    record_prefixes: tuple[str, ...]
    languages: tuple[str, ...] = ()
    licence: str | None = None
    contact: str | None = None
    harvest: str | None = None

    def owns(self, address: str) -> bool:
        """Tell whether an address is that of a record of this partner."""
        return address.startswith(self.record_prefixes)

    def dataset(self, iris: Iris) -> str:
        """Return the IRI of the partner's records as a dataset."""
        return iris.id("dataset", f"partner-{self.id}")

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in (None, ())}


def read(path: Path) -> Partner:
    """Read one partner's file.

    Raises:
        ConfigError: a key is unknown, missing, or not of its kind.
    """
    if not _SLUG.match(path.stem):
        raise ConfigError(
            f"{path.name}: a partner's file is named in lower-case letters, digits and hyphens."
        )
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path.name} is not TOML: {fault}.") from None
    unknown = sorted(set(values) - _KEYS)
    missing = [name for name in _REQUIRED if not values.get(name)]
    if unknown or missing:
        raise ConfigError(
            f"{path.name}: " + (f"no key '{unknown[0]}'" if unknown else f"'{missing[0]}' is missing")
        )
    lists = {name: tuple(_texts(path, values, name)) for name in ("hosts", "record_prefixes", "languages")}
    for name in ("homepage", "licence", "contact", "harvest"):
        value = values.get(name)
        if value is not None and not (isinstance(value, str) and is_web_address(value)):
            raise ConfigError(f"{path.name}: '{name}' must be an http(s) address.")
    for prefix in lists["record_prefixes"]:
        parts = urlsplit(prefix)
        if parts.hostname not in lists["hosts"] or not parts.path.startswith("/"):
            raise ConfigError(f"{path.name}: '{prefix}' does not begin with one of the hosts and a path.")
    return Partner(
        path.stem,
        str(values["name"]),
        values["homepage"],
        tuple(host.lower() for host in lists["hosts"]),
        lists["record_prefixes"],
        lists["languages"],
        values.get("licence"),
        values.get("contact"),
        values.get("harvest"),
    )


def _texts(path: Path, values: dict[str, Any], name: str) -> list[str]:
    found = values.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ConfigError(f"{path.name}: '{name}' must be a list of texts.")
    return found


def load(home: Path) -> dict[str, Partner]:
    """Return all partners by identifier; a file in the data folder replaces a bundled one.

    Raises:
        ConfigError: a file cannot be used.
    """
    found: dict[str, Partner] = {}
    for folder in (resources.starter() / "partners", home / "partners"):
        for path in sorted(folder.glob("*.toml")):
            found[path.stem] = read(path)
    return dict(sorted(found.items()))


def get(home: Path, name: str) -> Partner:
    """Return one partner.

    Raises:
        NotFound: there is none of this identifier.
    """
    found = load(home)
    if name not in found:
        raise NotFound(f"There is no partner '{name[:40]}'.", hint=f"Known: {', '.join(found)}.")
    return found[name]


def owner(partners: Iterable[Partner], address: str) -> Partner | None:
    """Return whose record an address is."""
    return next((each for each in partners if each.owns(address)), None)


def of_host(partners: Iterable[Partner], host: str) -> Partner | None:
    """Return the partner that a host name belongs to."""
    return next((each for each in partners if host.lower() in each.hosts), None)


def slug(text: str) -> str:
    """Return an identifier made of a name.

    Raises:
        BadInput: nothing usable is left of it.
    """
    found = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-")
    if not found:
        raise BadInput(f"'{text[:40]}' cannot name a partner.")
    return found


def lines(partners: Iterable[Partner], iris: Iris) -> Iterator[str]:
    """Yield the partners as DCAT and VoID datasets, as N-Quads lines of ``graph/partners``."""
    tail = f" <{iris.graph('partners')}> ."
    for each in partners:
        node = f"<{each.dataset(iris)}>"
        agent = f"{each.dataset(iris)}/publisher"
        facts = [
            (f"{RDF}type", f"<{DCAT}Dataset>"),
            (f"{RDF}type", f"<{VOID}Dataset>"),
            (f"{RDFS}label", literal(each.name)),
            (f"{DCTERMS}title", literal(each.name)),
            (f"{DCTERMS}identifier", literal(each.id)),
            (f"{DCTERMS}publisher", f"<{agent}>"),
            (f"{FOAF}homepage", f"<{each.homepage}>"),
            *((f"{VOID}uriSpace", literal(prefix)) for prefix in each.record_prefixes),
            *((f"{DCTERMS}language", literal(tag)) for tag in each.languages),
        ]
        if each.licence:
            facts.append((f"{DCTERMS}license", f"<{each.licence}>"))
        if each.contact:
            facts.append((f"{DCAT}contactPoint", f"<{each.contact}>"))
        if each.harvest:
            facts.append((f"{DCAT}landingPage", f"<{each.harvest}>"))
        yield from (f"{node} <{predicate}> {value}{tail}" for predicate, value in facts)
        yield f"<{agent}> <{RDF}type> <{FOAF}Organization>{tail}"
        yield f"<{agent}> <{FOAF}name> {literal(each.name)}{tail}"
