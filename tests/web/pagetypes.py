"""One address of each type of page, after ``/<language>/``: what holds of pages has to hold of these."""

from __future__ import annotations

PAGES = (
    "",
    "search?q=drought",
    "search?q=zzzzqqq&country=BFA&landUse=cropland&year=1800",
    "browse/practices",
    "browse/datasets",
    "map",
    "map?country=BFA",
    "map?type=decision",
    "support",
    "support?face=drought&hit=harvest",
    "support/plan?face=drought&place=NER&land=cropland&invest=little",
    "overlap",
    "overlap?frameworks=ldn&level=candidate",
    "id/practice/technologies_1614",
    "id/practice/technologies_5914",
    "id/decision/unccd-23-cop11",
    "id/publication/doi/10.1016/j.envsci.2018.08.006",
    "id/concept/drought",
    "id/country/BFA",
    "id/framework/eba",
    "id/framework/nbs",
    "id/criterion/EBA-1",
    "id/rule/EBA-1/1",
    "id/assessment/technologies_1614/ldn",
    "id/entity/knowledge-hub",
    "id/entity/unccd",
    "id/scheme/themes",
    "graph/framework/eba",
    "report/id/practice/technologies_1614",
    "reported/id/practice/technologies_1614?number=12",
    "def/",
    "queries",
    "queries/practices-by-country?country=NER",
    "sparql",
    "about",
    "status",
    "quality",
    "downloads",
    "review",
    "../sparql?query=SELECT%20*%20WHERE%20%7B?s%20a%20kg:Framework%7D&format=html",
    "browse",
    "browse/experts",
    "nothing",
)
"""The last one does not exist: the page of an error is a page too. The answer of a query has no language."""
FRAMES = ("widget?q=drought", "reconcile/preview?id=concept:zai")
"""Pages that other sites show in a frame, which load nothing."""
DESK = ("review", "review/reports", "id/practice/withdrawn")
"""Pages of a curator who is signed in, and one that says that a record was withdrawn."""
ADDRESSES = (
    *PAGES,
    *(f"browse/{name}" for name in ("concepts", "countries", "decisions", "bodies", "meetings")),
    "id/practice/unccd_105",
    "id/decision/unccd-19-cop13",
    "id/framework/ldn",
    "id/country/NER",
)
"""The same with further records of the larger types."""
