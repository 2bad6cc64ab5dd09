"""Records in six languages for tests of engines: words once and often, in short texts and in long ones."""

from __future__ import annotations

import numpy as np

from kg.search.concepts import Concepts
from kg.search.engines import Filters, Narrowing, Years
from kg.search.facets import FacetTable
from kg.search.passages import Passage, SearchRecord

TEXTS = {
    "en": "Stone bunds and bench terraces on steep slopes hold water; stone lines, then bunds of earth, too.",
    "fr": "Cordons pierreux et terrasses sur les versants; les pierres retiennent l'eau de pluie.",
    "es": "Terrazas de banco y muros de piedra en laderas; la piedra retiene el agua de lluvia.",
    "ru": "Каменные валы и террасы на склонах; камень удерживает воду и почву на склонах.",
    "zh": "在陡坡上修筑水平台阶和石埂，梯田保持水土，石埂拦蓄雨水。",
    "ar": "المدرجات الحجرية على المنحدرات تحفظ الماء والتربة، والحجارة تحفظ مياه الأمطار.",
}
COUNTRIES = ("NPL", "ETH", "PER")
QUOTED = 'a "quoted\\" name'


def _records() -> list[SearchRecord]:
    made = []
    for number, (language, text) in enumerate(sorted(TEXTS.items()) * 4):
        parts = list(text) if language == "zh" else text.split()
        own = parts[number % 5 :] + parts[: number % 5] * (1 + number % 3)
        passage = ("" if language == "zh" else " ").join(own)
        facets = {"type": ["technology"], "country": [COUNTRIES[number % 3]]}
        if number == 4:
            facets["theme"] = [QUOTED]
        passages = [Passage("summary", language, passage)]
        passages += [Passage("text", language, text * (number % 4 + 1))] if number % 5 else []
        made.append(
            SearchRecord(
                f"r{number:02}",
                "technology",
                titles={language: [passage[: 20 + number]]},
                names=["Stone, A."] if number % 7 == 0 else [],
                facets=facets,
                year=2000 + number if number % 4 else None,
                passages=passages,
            )
        )
    return made


RECORDS = _records()
LABELS = [["stone bunds"] if number % 3 == 0 else [] for number in range(len(RECORDS))]


def _narrowing(
    filters: Filters | None = None,
    exclude: Filters | None = None,
    years: Years | None = None,
    without: tuple[int, ...] = (),
) -> Narrowing:
    allowed = FacetTable(RECORDS, Concepts([])).allowed(filters or {}, exclude or {}, years)
    passing = np.ones(len(RECORDS), dtype=np.bool_) if allowed is None else allowed
    passing[list(without)] = False
    owners = np.repeat(np.arange(len(RECORDS), dtype=np.int32), [len(record.passages) for record in RECORDS])
    return Narrowing(passing, owners, filters or {}, exclude or {}, years, without)


NARROWINGS = {
    "nothing": None,
    "filter": _narrowing({"country": ("NPL", "PER")}),
    "two filters": _narrowing({"country": ("NPL", "PER"), "type": ("technology",)}),
    "exclusion": _narrowing(exclude={"country": ("NPL",)}),
    "years": _narrowing(years=(2005, 2015)),
    "years from": _narrowing({"type": ("technology",)}, years=(2010, None)),
    "records left out": _narrowing({"type": ("technology",)}, without=(1, 5, 9)),
    "quotes": _narrowing({"theme": (QUOTED,)}),
    "nobody": _narrowing({"country": ("XXX",)}),
    "hostile": _narrowing({"country": ('NPL"]) or record >= 0 or array_contains_any(facets, ["',)}),
}
