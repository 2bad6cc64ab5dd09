"""The datasets that come with LandKG, and those that a build is given as input."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from kg.errors import BadInput
from kg.model import Dataset
from loaders import MODULES

WOCAT_LICENCE: Final = "https://creativecommons.org/licenses/by-nc-sa/3.0/"
"""The terms page in QCAT's repository (December 2020): CC BY-NC-SA 3.0 Unported."""
OWN_LICENCE: Final = "https://www.apache.org/licenses/LICENSE-2.0"
"""The licence of this repository, for facts gathered and put in our own words here."""

_RETRIEVED: Final = (
    "Gathered from public pages and the founding document ICCD/COP(14)/CST/5, put in our own words; the "
    "day each page was read is not recorded. How far a fact can be trusted stands with each record."
)
_SUFFIXES: Final = {
    "wocat": (".json", ".jsonl", ".ndjson"),
    "informea": (".json", ".jsonl", ".ndjson"),
    "csl_json": (".json", ".jsonl", ".ndjson"),
    "crossref": (".json", ".jsonl", ".ndjson"),
    "datacite": (".json", ".jsonl", ".ndjson"),
    "feed": (".json", ".jsonl", ".ndjson"),
    "oai_dc": (".xml",),
    "bibtex": (".bib",),
    "ris": (".ris",),
    "mapping": (".yml", ".yaml"),
    "skos": (".ttl", ".rdf", ".xml", ".owl", ".nt", ".nq", ".trig", ".jsonld", ".n3"),
}
"""Files of a folder that a loader reads; those of our own rows are ``.jsonl``."""


def bundled() -> tuple[Dataset, ...]:
    """Return the bundled datasets; their paths are relative to :func:`kg.resources.starter`."""
    return (
        Dataset(
            name="wocat",
            title="Sustainable land management practices documented in WOCAT",
            loader="practice_rows",
            paths=("practices_technologies.jsonl", "practices_approaches.jsonl", "practices_prais.jsonl"),
            licence=WOCAT_LICENCE,
            publisher="World Overview of Conservation Approaches and Technologies (WOCAT)",
            homepage="https://qcat.wocat.net",
            note=(
                "Facts read off stored public pages of the WOCAT database, coarsely; the summaries are our "
                "own words. The day each page was read is not recorded. Of 1,969 practices in May 2019 "
                "these are 254."
            ),
            graph="wocat",
            attribution="WOCAT, with the compilers and resource persons of each practice",
        ),
        _own("decisions", "Decisions and resolutions on land, climate and biodiversity", "decision_rows"),
        _own("documents", "Official documents named by the founding document", "document_rows"),
        _own(
            "publications", "Publications on land degradation and nature-based solutions", "publication_rows"
        ),
        _own("entities", "Bodies, platforms, meetings and figures of the UNCCD Knowledge Hub", "entity_rows"),
        _own(
            "cases",
            "Case studies of other knowledge bases",
            "case_rows",
            path="partners/sample_cases.jsonl",
            note="A sample of what partners publish; labels of their own stand apart from ours. ",
        ),
    )


def _own(name: str, title: str, loader: str, *, path: str = "", note: str = "") -> Dataset:
    return Dataset(
        name=name,
        title=title,
        loader=loader,
        paths=(path or f"{name}.jsonl",),
        licence=OWN_LICENCE,
        publisher="LandKG",
        note=note + _RETRIEVED,
        graph=name,
    )


def for_input(spec: str) -> Dataset:
    """Return the dataset of ``--input LOADER=PATH`` or ``LOADER:NAME=PATH``.

    ``PATH`` is a file, a folder (all its files of the format, in the order of their paths) or several of
    these with commas between. Without ``NAME`` the dataset is named for loader and path. The paths of
    the result are absolute.

    Raises:
        BadInput: the text has another form, no loader has the name, or there is no such file.
    """
    head, equals, given = spec.partition("=")
    loader, _, name = head.partition(":")
    if not equals or not given:
        raise BadInput(f"'{spec}' is not an input.", hint="Write LOADER=PATH, such as wocat=downloads/qcat.")
    if loader not in MODULES:
        raise BadInput(f"There is no loader '{loader}'.", hint=f"Known: {', '.join(sorted(MODULES))}.")
    whole = Path(given)
    parts = [whole] if whole.exists() else [Path(part.strip()) for part in given.split(",") if part.strip()]
    paths = tuple(str(path) for part in parts for path in _files(part, loader))
    if loader == "mapping":
        return _mapped(paths, name)
    name = _slug(name or f"{loader}-{parts[0].name.partition('.')[0]}")
    is_wocat = loader == "wocat"
    return Dataset(
        name=name,
        title=f"{parts[0].name} (read as {loader})",
        loader=loader,
        paths=paths,
        licence=WOCAT_LICENCE if is_wocat else "not stated",
        publisher="World Overview of Conservation Approaches and Technologies (WOCAT)"
        if is_wocat
        else "not stated",
        homepage="https://qcat.wocat.net" if is_wocat else None,
        note="Given as input to the build.",
        graph=name,
        attribution="WOCAT, with the compilers and resource persons of each practice" if is_wocat else None,
    )


def _mapped(paths: tuple[str, ...], name: str) -> Dataset:
    """Return the dataset of mapping files: what they say of it, and their own files beside them."""
    from loaders import yarrrml

    documents = [yarrrml.read(Path(path)) for path in paths]
    about = documents[0].about
    files = dict.fromkeys(str(file) for each in documents for file in (each.path.resolve(), *each.files))
    name = _slug(name or about.get("name") or f"mapping-{documents[0].path.stem}")
    return Dataset(
        name=name,
        title=about.get("title", f"{documents[0].path.name} (read through a mapping file)"),
        loader="mapping",
        paths=tuple(files),
        licence=about.get("licence", "not stated"),
        publisher=about.get("publisher", "not stated"),
        homepage=about.get("homepage"),
        retrieved=about.get("retrieved"),
        note=about.get("note", "Given as input to the build."),
        graph=name,
        extra=(("mapping", "yarrrml"),),
    )


def _files(path: Path, loader: str) -> list[Path]:
    if path.is_file():
        return [path.resolve()]
    if not path.is_dir():
        raise BadInput(f"There is no file or folder '{path}'.")
    suffixes = _SUFFIXES.get(loader, (".jsonl",))
    found = sorted(
        file.resolve() for file in path.rglob("*") if file.suffix.lower() in suffixes and file.is_file()
    )
    if not found:
        raise BadInput(f"The folder '{path}' holds no file of the kinds {', '.join(suffixes)}.")
    return found


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not slug:
        raise BadInput(f"'{name}' cannot name a dataset.", hint="Use letters and digits.")
    return slug
