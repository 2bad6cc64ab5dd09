"""Ten journeys of readers through the hub, in Arabic and in one other language each; half without JavaScript.

One browser and one server for all of them; about a second a journey. Each asserts what the reader sees: after
every step the page has to be one of the reader's language and direction.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from browsing import chromium, resize, scripts_off
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import Select, WebDriverWait

pytestmark = pytest.mark.browser

DIRECTIONS = {"ar": "rtl"}


class Reader:
    """Somebody who reads one language, clicks, and looks at what comes."""

    def __init__(self, browser: Any, server: str, lang: str) -> None:
        self.browser, self.server, self.lang = browser, server, lang

    def open(self, path: str = "") -> None:
        self.browser.get(f"{self.server}/{self.lang}/{path}")
        self.look()

    def look(self) -> None:
        """Check that the page is one of the reader's language."""
        lang, direction = self._wait(self._said)
        assert (lang, direction) == (self.lang, DIRECTIONS.get(self.lang, "ltr")), self.browser.current_url
        assert f"/{self.lang}/" in self.browser.current_url

    def _said(self, _browser: Any = None) -> tuple[str, str] | None:
        """Return language and direction of the page, once its foot is there."""
        root = self.one("html")
        return (
            self.all("h1")
            and self.all(".site-foot")
            and (root.get_dom_attribute("lang"), root.get_dom_attribute("dir"))
        )

    def _wait(self, until: Any) -> Any:
        faults = (StaleElementReferenceException, NoSuchElementException)
        return WebDriverWait(self.browser, 60, ignored_exceptions=faults).until(until)

    def leave(self, link: Any) -> None:
        """Click, and look at the page that comes."""
        page = self.one("html")
        link.click()
        self._wait(staleness_of(page))
        self.look()

    def all(self, css: str) -> list[Any]:
        found: list[Any] = self.browser.find_elements("css selector", css)
        return found

    def one(self, css: str) -> Any:
        return self.browser.find_element("css selector", css)

    def text(self, css: str = "main") -> str:
        return str(self.one(css).text)

    def follow(self, css: str) -> str:
        """Click the first link that is seen; returns its words."""
        for fold in self.all(f"details:not([open]):has({css}) > summary"):
            if not any(each.is_displayed() for each in self.all(css)):
                fold.click()
        link = next(each for each in self.all(css) if each.is_displayed() and each.text.strip())
        words = str(link.text).strip()
        self.leave(link)
        return words

    def type(self, css: str, words: str) -> None:
        """Fill a field and press the button of its form."""
        field = self.one(css)
        field.clear()
        field.send_keys(words)
        self.leave(field.find_element("xpath", "ancestor::form//button"))

    def choose(self, css: str, value: str) -> None:
        """Choose one of a form's values and press its button."""
        field = self.one(css)
        Select(field).select_by_value(value)
        self.leave(field.find_element("xpath", "ancestor::form//button"))

    def number(self, css: str) -> int:
        """Return the figure in a text, in whichever way the language groups it."""
        return int("".join(character for character in self.text(css) if character.isdigit()))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        resize(running, 1280)
        yield running


@pytest.fixture
def reader(request: pytest.FixtureRequest, browser: Any, server: str, lang: str) -> Iterator[Reader]:
    """A reader of the test's language; without JavaScript where the test is marked so."""
    with ExitStack() as during:
        if request.node.get_closest_marker("plain"):
            during.enter_context(scripts_off(browser))
        yield Reader(browser, server, lang)


def languages(**said: tuple[str, ...]) -> pytest.MarkDecorator:
    """Run a journey once for each language, with the words the reader types or sees in it."""
    assert "ar" in said
    return pytest.mark.parametrize(("lang", "words"), list(said.items()), ids=list(said))


@pytest.mark.plain
@languages(
    en=("restore crusted farmland to harvest rain", "How it stands to the frameworks", "Source"),
    ar=("حصاد مياه الأمطار لاستعادة الأراضي المتدهورة", "موقعه من الأطر", "المصدر"),
)
def test_reader_when_asking_in_a_sentence_filters_and_reaches_the_source(
    reader: Reader, words: tuple[str, ...]
) -> None:
    sentence, frameworks, source = words
    reader.open()
    reader.type("#q", sentence)
    assert reader.one("#q").get_attribute("value") == sentence
    before = reader.number(".results-head strong")
    reader.follow("a[href*='landUse=cropland']:not(.facet-not)")
    assert 0 < reader.number(".results-head strong") < before
    assert reader.all(".understood .chip-on")
    name = reader.follow(".hit h2 a[href*='/id/practice/']")
    assert reader.text("h1") == name
    assert frameworks in reader.text(".record-main")
    assert source in reader.text(".record-side")
    out = reader.one(".record-side .mini a[rel~='external']").get_attribute("href")
    assert out.startswith("https://qcat.wocat.net/")


@pytest.mark.plain
@languages(fr=("sécheresse", "Aléas"), ar=("الجفاف", "الأخطار"))
def test_reader_when_starting_from_a_problem_reaches_a_practice(
    reader: Reader, words: tuple[str, ...]
) -> None:
    problem, hazards = words
    reader.open()
    assert problem in reader.follow("[aria-labelledby='by-hazard'] a[href*='hazard=drought']").casefold()
    assert problem in reader.text(".understood .chip-on").casefold()
    assert reader.number(".results-head strong") > 20
    reader.follow(".hit h2 a[href*='/id/practice/']")
    assert reader.text("#hazards") == hazards
    assert problem in reader.text("[aria-labelledby='hazards'] .chips").casefold()


@pytest.mark.plain
@languages(es=("Níger", "Vacíos en lo documentado"), ar=("النيجر", "فجوات في ما هو موثق"))
def test_reader_when_choosing_a_country_sees_what_it_has_and_its_gaps(
    reader: Reader, words: tuple[str, ...]
) -> None:
    country, gaps = words
    reader.open()
    reader.follow("[aria-labelledby='by-country'] a.more[href$='/browse/countries']")
    reader.follow(".index a[href$='/id/country/NER']")
    assert reader.text("h1") == country
    assert gaps in reader.text("#gaps")
    assert reader.all("[aria-labelledby='gaps'] .facts a")
    count = int(reader.text("[aria-labelledby='frameworks'] td a"))
    reader.follow("[aria-labelledby='frameworks'] td a")
    assert country in reader.text(".understood")
    assert reader.number(".results-head strong") == count


@languages(
    ru=("Преемственность", "Практики, которых это касается", "практика"),
    ar=("التسلسل", "الممارسات التي يعنيها", "ممارسة"),
)
def test_reader_when_following_a_decision_walks_its_lineage_to_a_practice(
    reader: Reader, words: tuple[str, ...]
) -> None:
    lineage, concerned, kind = words
    reader.open("browse/decisions")
    reader.type("#filter", "23/COP.14")
    reader.follow(".index a[href*='/id/decision/unccd-23-cop14']")
    first = reader.text("h1")
    assert len(reader.all(".lineage-plot .lineage-box")) > 2
    assert reader.one(".lineage-plot title").get_attribute("textContent") == lineage
    reader.follow(".lineage-table th[scope='row'] a")
    assert reader.text("h1") != first
    assert first in reader.text(".lineage-table")
    reader.browser.back()
    assert reader.text("#practices") == concerned
    assert reader.text("[aria-labelledby='practices'] .tag").casefold() == kind
    name = reader.follow("[aria-labelledby='practices'] .row-main a")
    assert reader.text("h1") == name


@languages(
    zh=("土地退化零增长", "各框架的实践"),
    ar=("تحييد أثر تدهور الأراضي", ""),
)
def test_reader_when_clicking_a_region_of_the_overlap_sees_its_practices(
    reader: Reader, words: tuple[str, ...]
) -> None:
    framework, _ = words
    reader.open("browse/frameworks")
    reader.follow(".index a[href$='/id/framework/ldn']")
    assert framework in reader.text("h1")
    bar = reader.one(".overlap-now .upset a[href*='frameworks=']")
    said = bar.get_attribute("aria-label") or bar.text
    reader.leave(bar)
    shown = reader.number("#practices .count")
    assert str(shown) in said
    assert len(reader.all("[aria-labelledby='practices'] .index a")) == min(shown, 200)
    reader.follow("[aria-labelledby='practices'] .index a")
    assert reader.all(".verdict-strip .verdict a[href='#frameworks']")
    assert framework in reader.text(".verdict-strip")


@languages(
    en=("Your plan", "Print or save as PDF", "Niger"),
    ar=("خطتكم", "طباعة أو حفظ بصيغة PDF", "النيجر"),
)
def test_reader_when_answering_questions_gets_a_plan_to_print(reader: Reader, words: tuple[str, ...]) -> None:
    plan, print_it, country = words
    reader.open()
    reader.follow(".home-guide .button")
    for question, answer in (("face", "drought"), ("hit", "harvest"), ("place", "NER"), ("land", "cropland")):
        reader.one(f"form [value='{answer}']").click()
        reader.leave(reader.one(".talk-go .button"))
        assert f"{question}=" in reader.browser.current_url
    assert country in reader.text(".talk-side")
    reader.follow(".talk-side .button")
    assert reader.text("h1") == plan
    assert country in reader.text(".plan-answers")
    assert len(reader.all(".plan-part")) == 3
    assert len(reader.all(".plan-items > li")) >= 3
    assert reader.all(".plan-why .plan-for")
    assert reader.text("[data-print]") == print_it
    reader.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not any(each.is_displayed() for each in reader.all(".no-print, .site, .site-foot"))
        assert reader.one(".plan-items").is_displayed()
    finally:
        reader.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.plain
@languages(fr=("terres cultivées", "Sous forme de tableau"), ar=("أراض", "المحتوى نفسه في جدول"))
def test_reader_when_filtering_the_map_reads_it_as_a_table(reader: Reader, words: tuple[str, ...]) -> None:
    land, table = words
    reader.open()
    reader.follow(".site-nav a[href$='/map']")
    before = reader.number(".results-head strong")
    assert land in reader.follow("a[href*='landUse=cropland']:not(.facet-not)")
    assert 0 < reader.number(".results-head strong") < before
    assert len(reader.all(".map-whole a.map-country")) > 20
    assert reader.text(".map-table summary") == table
    name = reader.follow(".map-table tbody th a")
    assert name in reader.text(".understood")
    assert reader.all("[aria-labelledby='here'] .rows a[href*='/id/practice/']")


@pytest.mark.plain
@languages(
    ru=("деградация", "Место в своей схеме"),
    ar=("تدهور", "موقعه في مخططه"),
)
def test_reader_when_narrowing_a_concept_finds_practices(reader: Reader, words: tuple[str, ...]) -> None:
    part, place = words
    reader.open()
    reader.follow(".site-nav a[href$='/browse/concepts']")
    reader.type("#filter", part)
    reader.follow(".index a[href$='/id/concept/land_degradation']")
    assert part in reader.text("h1")
    assert reader.text("#tree") == place
    narrower = reader.follow(".tree strong + .tree a[href$='/water_erosion']")
    assert reader.text("h1") == narrower
    name = reader.follow("[aria-labelledby='used'] a[href*='/id/practice/']")
    assert reader.text("h1") == name


@pytest.mark.plain
@languages(zh=("运行查询",), ar=("تشغيل الاستعلام",))
def test_reader_when_running_a_named_query_takes_the_rows_as_csv(
    reader: Reader, words: tuple[str, ...]
) -> None:
    reader.open()
    reader.follow(".site-foot a[href$='/queries']")
    assert reader.text("#practices-by-country form button") == words[0]
    reader.choose("#practices-by-country form select", "NER")
    rows = reader.all("table.answer tbody tr")
    assert len(rows) > 3
    address = reader.one(".formats a[href*='csv']").get_attribute("href")
    answer = requests.get(address, timeout=60)
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert len(list(csv.reader(io.StringIO(answer.text)))) == 1 + len(rows)


@languages(es=("Prácticas similares", "Búsquedas guardadas"), ar=("ممارسات مشابهة", "عمليات البحث المحفوظة"))
def test_reader_when_liking_a_practice_finds_others_and_keeps_the_search(
    reader: Reader, words: tuple[str, ...]
) -> None:
    similar, saved = words
    reader.open("search?q=zai")
    first = reader.follow(".hit h2 a[href*='/id/practice/']")
    assert reader.text("#similar") == similar
    assert len(reader.all(".mini-card")) == 6
    other = reader.follow(".mini-card a")
    assert other != first
    assert reader.text("h1") == other
    reader.type("#q-top", "zai")
    reader.one(".keep summary").click()
    reader.one("[data-save]").click()
    assert saved in reader.text(".saved")
    assert reader.one(".saved li a").text == "zai"
    reader.browser.execute_script("localStorage.clear()")
