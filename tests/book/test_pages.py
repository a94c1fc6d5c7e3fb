"""What holds for every page of the built site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from visiting import CONTRAST, ROOT, Visit, documents

#: What a claim's box says of itself: a verdict, that it was measured otherwise
#: here, or that it is a machine's own.
VERDICTS = {
    *("holds", "holds-only-when", "does-not-hold", "undecided"),
    *("contradicted", "machine", "not-measured-yet"),
}


def effective_config() -> dict:
    """Returns the configuration that the site was built with."""
    path = ROOT / "_build" / "_config.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_page_loads_without_an_error_or_a_request_to_another_host(
    visit: Visit, document: str
) -> None:
    page = visit.open(f"{document}.html")
    page.wait_for_load_state("networkidle")
    assert page.locator("article h1").count() == 1
    assert visit.errors == []
    assert visit.elsewhere == []


def test_page_does_not_scroll_sideways_on_a_phone(
    visit: Visit, document: str
) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 800})
    page = visit.open(f"{document}.html")
    page.wait_for_load_state("networkidle")
    assert visit.width_overflow() == 0
    page.set_viewport_size({"width": 360, "height": 800})
    # Figures follow the window one frame later.
    page.wait_for_function(
        "document.documentElement.scrollWidth <= window.innerWidth"
    )
    assert visit.width_overflow() == 0


def test_formulas_are_typeset(visit: Visit) -> None:
    page = visit.open("chapters/normalization/batch-norm.html")
    formula = page.locator("article mjx-container[display='true']").first
    formula.wait_for(state="visible")
    assert page.locator("mjx-merror").count() == 0


def test_dark_mode_switch_makes_the_page_dark(visit: Visit) -> None:
    page = visit.open("index.html")
    brightness = (
        "getComputedStyle(document.body).backgroundColor"
        ".match(/\\d+/g).slice(0, 3).map(Number).reduce((a, b) => a + b)"
    )
    assert page.evaluate(brightness) > 600
    switch = page.locator(".theme-switch-button:visible").first
    for _ in range(3):
        if page.locator("html[data-mode='dark']").count():
            break
        switch.click()
    assert page.locator("html[data-theme='dark']").count() == 1
    assert page.evaluate(brightness) < 200


def test_search_finds_batch_normalization(visit: Visit) -> None:
    page = visit.open("search.html?q=batch+normalization")
    hit = page.locator("#search-results a[href*='batch-norm.html']").first
    hit.wait_for()
    assert visit.elsewhere == []


def test_every_claim_of_a_chapter_shows_its_verdict(visit: Visit) -> None:
    file = ROOT / "evidence" / "claims.yml"
    claims = yaml.safe_load(file.read_text(encoding="utf-8"))
    chapters = {claim["chapter"] for claim in claims.values()}
    pages = [d for d in documents() if Path(d).name in chapters]
    assert len(pages) == len(chapters) > 0
    for document in pages:
        page = visit.open(f"{document}.html")
        boxes = page.locator(".d2l-claim").all()
        expected = [
            claim
            for claim in claims.values()
            if claim["chapter"] == Path(document).name
        ]
        assert len(boxes) == len(expected)
        assert all(box.is_visible() for box in boxes)
        shown = {box.get_attribute("data-verdict") for box in boxes}
        assert shown <= VERDICTS


class TestAsItIsSent:
    """What stands in the page itself: no script has to run to see it."""

    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"java_script_enabled": False}

    def test_every_image_of_the_content_has_alt_text(
        self, visit: Visit, document: str
    ) -> None:
        page = visit.open(f"{document}.html")
        images = page.locator("article img")
        assert [
            image.get_attribute("src")
            for image in images.all()
            if not (image.get_attribute("alt") or "").strip()
        ] == []

    def test_every_output_figure_has_a_caption(
        self, visit: Visit, notebook: str
    ) -> None:
        page = visit.open(f"{notebook}.html")
        without = page.evaluate(
            """() => [...document.querySelectorAll(".cell_output img")]
            .filter((image) => {
              const live = image.closest(".d2l-figure");
              const caption = live
                ? live.parentElement.querySelector(".d2l-caption")
                : image.closest("figure")?.querySelector("figcaption");
              return !caption?.textContent.trim();
            }).map((image) => image.alt)"""
        )
        assert without == []

    def test_every_figure_that_a_cell_names_is_there(
        self, visit: Visit, notebook: str
    ) -> None:
        text = (ROOT / f"{notebook}.ipynb").read_text(encoding="utf-8")
        named = [
            cell["metadata"]["mystnb"]["figure"]["name"]
            for cell in json.loads(text)["cells"]
            if "figure" in cell["metadata"].get("mystnb", {})
        ]
        page = visit.open(f"{notebook}.html")
        there = page.locator("[id]").evaluate_all(
            "elements => elements.map((element) => element.id)"
        )
        # Each once: a name that two cells have leads to one of them.
        assert [name for name in named if there.count(name) != 1] == []
        assert len(set(named)) == len(named)

    def test_launch_buttons_open_the_chapter_in_the_repository(
        self, visit: Visit, notebook: str
    ) -> None:
        page = visit.open(f"{notebook}.html")
        repository = effective_config()["repository"]
        name = repository["url"].removeprefix("https://github.com/")
        branch = repository["branch"]
        links = page.locator(".dropdown-launch-buttons a").evaluate_all(
            "links => links.map((link) => link.href)"
        )
        assert sorted(links) == [
            "https://colab.research.google.com/github/"
            f"{name}/blob/{branch}/{notebook}.ipynb",
            f"https://mybinder.org/v2/gh/{name}/{branch}"
            f"?urlpath=lab/tree/{notebook}.ipynb",
        ]

    def test_download_button_gives_the_notebook(
        self, visit: Visit, site: Path, notebook: str
    ) -> None:
        page = visit.open(f"{notebook}.html")
        link = page.locator(
            ".dropdown-download-buttons a[href$='.ipynb']"
        ).first
        url = link.evaluate("link => link.href")
        assert url == f"{visit.address}_sources/{notebook}.ipynb"
        source = json.loads(
            (site / "_sources" / f"{notebook}.ipynb").read_text()
        )
        assert source["nbformat"] == 4


class TestContrast:
    """Text of our own stands out as WCAG 2 asks for: at least 4.5 to 1."""

    @pytest.fixture(params=["light", "dark"])
    def context_options(self, request: pytest.FixtureRequest) -> dict:
        return {"color_scheme": request.param}

    def test_claims_figures_and_captions_are_readable(
        self, visit: Visit, notebook: str
    ) -> None:
        page = visit.open(f"{notebook}.html")
        page.wait_for_load_state("networkidle")
        texts = page.evaluate(
            CONTRAST,
            ".d2l-claim p, .d2l-claim th, .d2l-claim td, .d2l-figure-title, "
            ".d2l-control label, .d2l-control button, .d2l-caption, "
            ".xtick text, .legendtext, figcaption .caption-text",
        )
        assert [(text, ratio) for text, ratio in texts if ratio < 4.5] == []
