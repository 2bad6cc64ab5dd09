"""A generation made from the last one is the one that a whole build makes, whatever changed."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pyoxigraph as px
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tiny import TINY_INPUTS

from kg import database
from kg.align import journal
from kg.build import BuildResult, build
from kg.config import Settings
from kg.generation import Generation
from kg.mapping import retired
from kg.vocab import Iris

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

TECHNOLOGIES, APPROACH, PRAIS = (4, 5, 6, 7), 8, 13
NUMBERS = st.sampled_from([*TECHNOLOGIES, APPROACH, 10, PRAIS, 14])
ROWS = [each for each in TINY_INPUTS if not each.startswith("wocat=")]


def code(number: int) -> str:
    import qcat

    return str(qcat.practice(number)["list"]["code"])


class World:
    """A data folder, QCAT answers and what curators did; :meth:`again` and :meth:`anew` build from it."""

    def __init__(self, root: Path) -> None:
        self.root, self.home, self.answers = root, root / "home", root / "answers"

    def put(self, number: int, text: str = "", linked: tuple[str, ...] = ()) -> None:
        """Write a generated answer, with other words and links to other practices if need be."""
        import qcat

        envelope = qcat.practice(number)
        if linked:
            envelope["list"]["links"] = {"any": [{"code": code} for code in linked]}
        whole = json.dumps(envelope, ensure_ascii=False)
        self.answers.mkdir(exist_ok=True)
        (self.answers / f"{number}.json").write_text(whole.replace("soil", text or "soil"), encoding="utf-8")

    def again(self) -> BuildResult:
        return self._build(self.home)

    def anew(self) -> BuildResult:
        """Build everything from the same in an empty data folder."""
        other = self.root / "other"
        shutil.rmtree(other, ignore_errors=True)
        other.mkdir()
        for name in (retired.FILE, database.JOURNAL.file):
            if (self.home / name).is_file():
                shutil.copy(self.home / name, other / name)
        return self._build(other)

    def _build(self, home: Path) -> BuildResult:
        inputs = [f"wocat={self.answers}", *ROWS]
        return build(Settings.from_env({}, home=str(home)), inputs=inputs, bundled=False, index=False)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Six practices, two of them linked to approaches, built once."""
    world = World(tmp_path_factory.mktemp("renewed"))
    for number in (*TECHNOLOGIES, APPROACH, PRAIS):
        world.put(number)
    for number in TECHNOLOGIES[:2]:
        world.put(number, linked=(code(APPROACH), "technologies_1"))
    world.again()
    return world


@pytest.fixture
def world(first: World, tmp_path: Path) -> World:
    return copied(first, tmp_path / "world")


def copied(first: World, place: Path) -> World:
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(first.root, place)
    return World(place)


def files(made: Generation) -> dict[str, bytes]:
    """Return everything that queries are answered from, except the store's own files."""
    names = ["graph.nq", "statistics-1.json", *(f"columns-1/{each.name}" for each in _columns(made))]
    return {name: (made.folder / name).read_bytes() for name in names}


def _columns(made: Generation) -> list[Path]:
    return sorted((made.folder / "columns-1").iterdir())


def stored(made: Generation) -> set[px.Quad]:
    return set(px.Store.read_only(str(made.store_folder)))


def assert_same(world: World, *, renewed: bool = True) -> None:
    one, other = world.again(), world.anew()
    assert bool(one.manifest["renewals"]) is renewed
    assert one.manifest["graph_sha256"] == other.manifest["graph_sha256"]
    assert files(one.generation) == files(other.generation)
    assert stored(one.generation) == stored(other.generation)
    for name in ("triples", "graphs", "records", "quarantined", "checks"):
        assert one.manifest[name] == other.manifest[name]
    assert one.table == other.table


def retire(world: World, number: int, into: str = "") -> None:
    iris = Iris()
    gone = retired.Retired(iris.id("practice", code(number)), into, "2026-01-31", "Curator", "told twice")
    retired.add(world.home, gone, iris)


def review(world: World, number: int) -> None:
    if not code(number).startswith("approaches"):
        said = {"framework": "ldn", "verdict": "candidate", "reviewer": "A", "reason": "b"}
        journal.add(world.home, practice=code(number), day=date(2026, 1, 31), **said)


CHANGES = st.one_of(
    st.tuples(st.just("put"), NUMBERS, st.sampled_from(["dust", "вода", "sol"])),
    st.tuples(st.just("drop"), NUMBERS, st.just("")),
    st.tuples(st.just("link"), NUMBERS, NUMBERS.map(str)),
    st.tuples(st.just("retire"), NUMBERS, st.just("")),
    st.tuples(st.just("review"), NUMBERS, st.just("")),
)


def change(world: World, what: tuple[str, int, str]) -> None:
    kind, number, value = what
    match kind:
        case "put":
            world.put(number, value)
        case "drop":
            (world.answers / f"{number}.json").unlink(missing_ok=True)
        case "link":
            world.put(number, linked=(code(int(value)),))
        case "retire":
            retire(world, number)
        case "review":
            review(world, number)


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(changes=st.lists(st.lists(CHANGES, min_size=1, max_size=4), min_size=1, max_size=2))
def test_build_when_anything_changed_then_the_graph_is_that_of_a_whole_build(
    first: World, tmp_path_factory: pytest.TempPathFactory, changes: list[list[Any]]
) -> None:
    world = copied(first, tmp_path_factory.getbasetemp() / "any-change")
    for number, part in enumerate(changes):
        for each in part:
            change(world, each)
        if number + 1 < len(changes):
            world.again()
    if any(world.answers.iterdir()):
        assert_same(world)


def test_build_when_a_link_leads_to_what_is_gone_then_its_code_stays(world: World) -> None:
    (world.answers / f"{APPROACH}.json").unlink()
    assert_same(world)


def test_build_when_nothing_changed_then_the_generation_stays(world: World) -> None:
    import kg.generation as generations

    before = generations.pointed(world.home)
    assert world.again().generation.id == before


@pytest.mark.parametrize("what", ["recipe", "concepts"])
def test_build_when_more_than_records_changed_then_everything_is_built(
    world: World, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kg.build import keeping, units

    if what == "recipe":
        monkeypatch.setattr(keeping, "_code", lambda: "other code, queries or rules")
    else:
        world.put(7, "dust")
        folder = world.again().generation.folder
        kept = units.read(folder)
        assert kept is not None
        kept.units["wocat-answers", "7.json"].records[0].is_concept = True
        shutil.rmtree(folder / units.FOLDER)
        kept.write(folder)
        world.put(7, "sol")
    assert world.again().manifest["renewals"] == 0
