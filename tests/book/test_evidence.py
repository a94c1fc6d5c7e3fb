"""The page of the evidence, with evidence that nobody measured."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from d2l_ext.evidence.declarations import declarations
from d2l_ext.evidence.published import published

import made_up_evidence
import pytest
import yaml
from playwright.sync_api import Locator, Page, expect
from visiting import CONTRAST, ROOT, Visit

from tools.evidence_pages.entries import Entry, Link
from tools.evidence_pages.summary import chapters, scoreboard
from tools.evidence_pages.table import table

PAGE = "chapters/reference/evidence.html"
#: Where the tests' page is, beside the book's.
MADE_UP = "chapters/reference/made-up.html"


@pytest.fixture(scope="module")
def html(site: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The book's page, with other numbers in it."""
    text = (ROOT / "evidence" / "claims.yml").read_text(encoding="utf-8")
    made_up = made_up_evidence.for_all(yaml.safe_load(text))
    folder = tmp_path_factory.mktemp("evidence")
    found = published(made_up_evidence.write(folder, made_up))
    entries = [
        Entry(
            *(name, declaration, found.get(name)),
            Link(declaration.chapter.capitalize()),
            Link(declaration.source) if declaration.source else None,
        )
        for name, declaration in declarations().items()
    ]
    page = (site / PAGE).read_text(encoding="utf-8")
    for name, end, write in (
        ("d2l-evidence full-width", "</table></div>", table),
        ("d2l-scoreboard", "</ul></div>", scoreboard),
        ("d2l-by-chapter", "</table></div>", chapters),
    ):
        new = write(entries, "made-up.html")
        pattern = f'<div class="{name}".*?{end}'
        page, count = re.subn(
            pattern, lambda _, new=new: new, page, count=1, flags=re.DOTALL
        )
        assert count == 1, name
    return page


@pytest.fixture
def open_page(visit: Visit, html: str) -> Any:
    """Returns a function that opens the page, with what follows its name."""
    visit.page.route(
        f"**/{MADE_UP}*",
        lambda route: route.fulfill(body=html, content_type="text/html"),
    )

    def open_it(more: str = "") -> Page:
        return visit.open(MADE_UP + more)

    return open_it


def claims(page: Page) -> Locator:
    return page.locator(".d2l-evidence tbody:visible")


def column(page: Page, name: str) -> list[str]:
    """Returns what stands in a column, from top to bottom."""
    cells = page.locator(
        f".d2l-evidence tbody:visible tr:first-child [data-column='{name}']"
    )
    return cells.all_inner_texts()


def header(page: Page, name: str) -> Locator:
    return page.locator(f".d2l-evidence thead [data-column='{name}']")


def test_a_header_sorts_both_ways_with_the_keyboard(open_page: Any) -> None:
    page = open_page()
    before = column(page, "statement")
    button = header(page, "statement").get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    expect(header(page, "statement")).to_have_attribute(
        "aria-sort", "ascending"
    )
    up = column(page, "statement")
    assert up != before
    assert sorted(before) == sorted(up)
    assert up[0] <= up[1] <= up[-1]
    page.keyboard.press("Space")
    expect(header(page, "statement")).to_have_attribute(
        "aria-sort", "descending"
    )
    assert column(page, "statement") == up[::-1]
    header(page, "kind").get_by_role("button").click()
    expect(page.locator("[aria-sort]")).to_have_count(1)


def test_verdicts_and_numbers_sort_by_rank_and_what_has_none_comes_last(
    open_page: Any,
) -> None:
    page = open_page()
    header(page, "verdict").get_by_role("button").click()
    shown = [
        text.replace("\n", " ").split(" ", 1)[1]
        for text in column(page, "verdict")
    ]
    assert shown[0].startswith("holds")
    assert shown[-1].startswith("each machine")
    ranks = ["holds", "holds only when", "does not hold", "undecided"]
    first = [
        next(i for i, text in enumerate(shown) if text.startswith(rank))
        for rank in ranks
    ]
    assert first == sorted(first)
    for _ in range(2):
        header(page, "agree").get_by_role("button").click()
        assert column(page, "agree")[-1] == "–"
        assert column(page, "agree")[0] != "–"


def test_filters_combine_are_counted_and_stand_in_the_address(
    open_page: Any,
) -> None:
    page = open_page()
    total = claims(page).count()
    output = page.locator(".d2l-evidence output")
    expect(output).to_have_text(f"{total} of {total} claims")
    page.locator("select[name='verdict']").select_option("does not hold")
    some = claims(page).count()
    assert 0 < some < total
    expect(output).to_have_text(f"{some} of {total} claims")
    page.locator("select[name='kind']").select_option("exact")
    expect(output).not_to_have_text(f"{some} of {total} claims")
    assert 0 < claims(page).count() < some
    assert "verdict=does+not+hold&kind=exact" in page.url
    page.get_by_role("button", name="Show all").click()
    expect(output).to_have_text(f"{total} of {total} claims")
    assert "verdict" not in page.url


def test_words_are_found_in_any_order_and_case(open_page: Any) -> None:
    page = open_page()
    page.get_by_label("Words").fill("NORMALIZATION batch")
    shown = [text.lower() for text in column(page, "statement")]
    assert shown
    assert all("batch" in t and "normalization" in t for t in shown)
    page.get_by_label("Words").fill("no such words")
    assert claims(page).count() == 0


def test_the_score_leads_to_the_claims_that_it_counts(open_page: Any) -> None:
    page = open_page()
    link = page.locator(".d2l-scoreboard a", has_text="undecided")
    count = int(link.locator("strong").inner_text())
    link.click()
    page.wait_for_url("**verdict=undecided*")
    expect(claims(page)).to_have_count(count)


def test_a_link_to_a_claim_opens_it(open_page: Any) -> None:
    page = open_page("?verdict=holds#evidence-bn-before-after")
    claim = page.locator("#evidence-bn-before-after")
    expect(claim.locator("details")).to_have_attribute("open", "")
    expect(claim).to_be_in_viewport()


def test_a_row_opens_with_the_keyboard_and_shows_each_seed(
    open_page: Any,
) -> None:
    page = open_page()
    claim = page.locator("#evidence-bn-before-after")
    dots = claim.locator("figure svg").first
    expect(dots).to_be_hidden()
    claim.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(dots).to_be_visible()
    assert dots.locator("circle").count() == 12
    assert (dots.get_attribute("aria-label") or "").startswith("By seed: 1: ")
    page.keyboard.press("Enter")
    expect(dots).to_be_hidden()


@pytest.mark.parametrize("width", [360, 390])
def test_on_a_phone_a_claim_is_a_card(
    visit: Visit, open_page: Any, width: int
) -> None:
    visit.page.set_viewport_size({"width": width, "height": 800})
    page = open_page()
    claim = page.locator("#evidence-bn-before-after")
    claim.locator("summary").click()
    assert visit.width_overflow() == 0
    for cell in claim.locator(":is(th, td):visible").all():
        box = cell.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    page.locator("select[name='sort']").select_option(label="Verdict")
    assert "holds" in column(page, "verdict")[0]
    # What looks like a card is still a table to who hears it.
    assert page.get_by_role("row").count() > 60
    assert page.get_by_role("rowheader").count() > 30


def test_on_paper_all_rows_are_open_and_nothing_is_cut(
    visit: Visit, open_page: Any
) -> None:
    # A4 without its margins.
    visit.page.set_viewport_size({"width": 720, "height": 1000})
    page = open_page()
    page.emulate_media(media="print")
    expect(page.locator(".d2l-evidence form")).to_be_hidden()
    dots = page.locator(".d2l-evidence figure svg")
    assert (
        dots.count()
        == page.locator(".d2l-evidence figure svg:visible").count()
    )
    below = page.locator("#evidence-bn-before-after figure svg").first
    assert below.bounding_box()["height"] > 10
    assert visit.width_overflow() <= 0


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"java_script_enabled": False}

    def test_the_table_is_there_and_opens(self, open_page: Any) -> None:
        page = open_page()
        assert page.locator(".d2l-evidence tbody").count() > 50
        expect(page.locator(".d2l-evidence form")).to_be_hidden()
        assert page.locator(".d2l-evidence thead button").count() == 0
        claim = page.locator("#evidence-bn-before-after")
        claim.locator("summary").click()
        expect(claim.locator("figure svg").first).to_be_visible()


class TestContrast:
    @pytest.fixture(params=["light", "dark"])
    def context_options(self, request: pytest.FixtureRequest) -> dict:
        return {"color_scheme": request.param}

    def test_the_table_and_the_score_are_readable(
        self, open_page: Any
    ) -> None:
        page = open_page()
        page.locator("#evidence-bn-before-after summary").click()
        texts = page.evaluate(
            CONTRAST,
            ".d2l-evidence :is(th, td, label, output, button, summary, "
            "select, figcaption, p), .d2l-by-chapter :is(th, td), "
            ".d2l-scoreboard :is(p, a), .d2l-mark",
        )
        assert len(texts) > 500
        # The blue of a machine's own carries a mark that is no text.
        low = [t for t in texts if t[1] < 4.5 and t[0] != "≈"]
        assert low == []


def test_the_book_shows_all_claims_without_an_error(visit: Visit) -> None:
    page = visit.open(PAGE)
    assert claims(page).count() == len(declarations())
    assert visit.errors == []


def test_the_first_page_shows_the_score_and_a_race(visit: Visit) -> None:
    page = visit.open("index.html")
    expect(page.locator(".d2l-scoreboard li").first).to_be_visible()
    expect(page.locator(".d2l-surprises")).to_be_visible()
    play = page.get_by_role("button", name="Play: step")
    title = page.locator(".d2l-figure-title")
    expect(title).to_contain_text("Arrived: Momentum")
    play.click()
    expect(title).to_contain_text("nobody yet")
