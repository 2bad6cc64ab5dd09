"""Every type of page is valid HTML, by the Nu Html Checker (vnu-jar from npm, in one run); and is light."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import requests
from pagetypes import ADDRESSES, DESK, FRAMES
from websupport import Page

VNU = (
    Path(__file__).resolve().parents[1]
    / "clients"
    / "node_modules"
    / "vnu-jar"
    / "build"
    / "dist"
    / "vnu.jar"
)
GUESSES = re.compile(r"This document appears to be written in|consider adding a “lang”", re.IGNORECASE)
"""The checker guesses at languages from the words; records keep theirs whatever the language of the page."""
LIGHT = 150_000
"""Most bytes transferred for a page with all that it loads, with an empty cache."""


def _checker() -> list[str]:
    java = shutil.which("java")
    if java and VNU.is_file():
        return [java, "-Xss4m", "-jar", str(VNU), "--format", "json", "--exit-zero-always", "--stdout"]
    lacking = "vnu-jar or Java is not installed: run .ci/clients and .ci/java"
    if os.environ.get("CI"):
        pytest.fail(lacking)
    pytest.skip(lacking)


def test_pages_when_checked_by_the_validator_have_no_fault(
    server: str, desk: tuple[str, str], tmp_path: Path
) -> None:
    checker = _checker()
    named: dict[str, str] = {}
    curator = requests.Session()
    curator.post(f"{desk[0]}/en/review/sign-in", data={"token": desk[1]}, timeout=60).raise_for_status()
    for lang in ("en", "ar"):
        for number, address in enumerate(DESK):
            file = tmp_path / f"{lang}-desk-{number}.html"
            named[file.name] = f"/{lang}/{address}"
            page = curator.get(f"{desk[0]}/{lang}/{address}", headers={"Accept": "text/html"}, timeout=60)
            file.write_bytes(page.content)
        for number, address in enumerate((*ADDRESSES, *FRAMES)):
            file = tmp_path / f"{lang}-{number}.html"
            named[file.name] = f"/{lang}/{address}"
            answer = requests.get(f"{server}/{lang}/{address}", headers={"Accept": "text/html"}, timeout=60)
            file.write_bytes(answer.content)
    run = subprocess.run(
        [*checker, *map(str, tmp_path.iterdir())], capture_output=True, check=True, timeout=280
    )
    faults = [
        f"{named[each['url'].rsplit('/', 1)[-1]]}: {each['message']} {each.get('extract', '')}"
        for each in json.loads(run.stdout)["messages"]
        if each["type"] != "info" or (each.get("subType") and not GUESSES.search(each["message"]))
    ]
    assert faults == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_page_when_first_opened_transfers_little(server: str, address: str) -> None:
    path = f"/en/{address}"
    own = [
        each for each in Page(requests.get(server + path, timeout=60).text).loaded if "/vendor/" not in each
    ]
    assert own  # the libraries of the SPARQL editor and of the graph's drawing come after the page
    assert sum(transferred(server + each) for each in {path, *own}) < LIGHT


def transferred(address: str) -> int:
    """Return the number of bytes of an answer as they pass over the net."""
    with requests.get(address, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=60) as answer:
        return len(answer.raw.read(decode_content=False))
