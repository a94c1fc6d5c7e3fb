"""Interactive figures: the site's script on a page of our own."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from visiting import Visit

FIGURES = "fixture/figures.html"
DATA_OF_FIRST_TRACE = "chart => chart.data[0].y"


@pytest.fixture
def page(visit: Visit) -> Page:
    page = visit.open(FIGURES)
    expect(page.locator("#slope.d2l-live .main-svg").first).to_be_visible()
    return page


def slider(page: Page, figure: str, name: str) -> Locator:
    return page.locator(f"#{figure} input[name='{name}']")


def title(page: Page, figure: str) -> Locator:
    return page.locator(f"#{figure} .d2l-figure-title")


def test_arrow_key_on_the_slider_changes_title_value_and_curve(
    page: Page,
) -> None:
    gamma = slider(page, "slope", "gamma")
    chart = page.locator("#slope .d2l-chart")
    expect(title(page, "slope")).to_have_text("slope 1")
    assert chart.evaluate(DATA_OF_FIRST_TRACE) == [0, 1]
    gamma.focus()
    page.keyboard.press("ArrowRight")
    expect(title(page, "slope")).to_have_text("slope 2")
    expect(page.locator("#slope output").first).to_have_text("2")
    expect(gamma).to_have_attribute("aria-valuetext", "2")
    assert chart.evaluate(DATA_OF_FIRST_TRACE) == [0, 2]


def test_sliders_combine_and_a_single_value_gets_none(page: Page) -> None:
    assert page.locator("#slope input").count() == 2
    page.get_by_label("β").focus()
    page.keyboard.press("ArrowRight")
    expect(title(page, "slope")).to_have_text("shifted, slope 1")


def test_a_missing_combination_says_so(page: Page) -> None:
    for name in ("gamma", "beta"):
        slider(page, "slope", name).focus()
        page.keyboard.press("ArrowRight")
    expect(title(page, "slope")).to_contain_text("No result")


def test_the_chart_replaces_the_image_on_screen_only(page: Page) -> None:
    image, chart = (page.locator(f"#slope {s}") for s in ("img", ".d2l-chart"))
    expect(image).to_be_hidden()
    page.emulate_media(media="print")
    expect(image).to_be_visible()
    expect(chart).to_be_hidden()
    expect(slider(page, "slope", "gamma")).to_be_hidden()


def test_the_chart_takes_the_colors_of_the_theme(page: Page) -> None:
    label = page.locator("#slope .xtick text").first
    expect(label).to_have_css("fill", "rgb(20, 20, 20)")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    expect(label).to_have_css("fill", "rgb(230, 230, 230)")


@pytest.mark.parametrize("width", [360, 390])
def test_the_chart_fits_a_phone_that_is_turned(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_function(
        "document.querySelector('#slope .main-svg').clientWidth"
        " <= window.innerWidth"
    )
    overflow = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(overflow) == 0


def test_damaged_data_leaves_the_image_and_the_other_figures(
    visit: Visit, page: Page
) -> None:
    expect(page.locator("#broken img")).to_be_visible()
    expect(page.locator("#race .main-svg").first).to_be_visible()
    assert len(visit.errors) == 1
    assert "a figure's data cannot be used" in visit.errors[0]


def test_play_steps_through_the_frames_and_stops_at_the_last(
    visit: Visit,
) -> None:
    visit.page.clock.install()
    page = visit.open(FIGURES)
    play = page.locator("#race .d2l-control button").first
    play.click()
    expect(play).to_have_text("Pause")
    page.clock.run_for(600)
    expect(title(page, "race")).to_have_text("on the way")
    page.clock.run_for(6000)
    expect(title(page, "race")).to_have_text("there")
    expect(play).to_have_text("Play")


def test_step_buttons_move_one_frame(page: Page) -> None:
    page.get_by_role("button", name="Next: step").click()
    expect(title(page, "race")).to_have_text("on the way")
    page.get_by_role("button", name="Previous: step").click()
    expect(title(page, "race")).to_have_text("start")


def test_a_title_of_two_lines_does_not_move_the_chart(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    chart, heading = page.locator("#race .d2l-chart"), title(page, "race")
    expect(heading).to_have_text("start")
    one_line = title(page, "slope").bounding_box()
    place = "chart => [chart.offsetTop, chart.offsetHeight]"
    before = chart.evaluate(place)
    assert heading.bounding_box()["height"] > one_line["height"]
    page.locator("#race input").focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(heading).to_contain_text("does not fit")
    assert chart.evaluate(place) == before


class TestReducedMotion:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"reduced_motion": "reduce"}

    def test_there_is_no_play_button(self, page: Page) -> None:
        expect(page.locator("#race .d2l-control button").first).to_be_hidden()
        expect(page.get_by_role("button", name="Next: step")).to_be_visible()


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self) -> dict[str, Any]:
        return {"java_script_enabled": False}

    def test_the_images_stay(self, visit: Visit) -> None:
        page = visit.open(FIGURES)
        assert page.locator(".d2l-figure img:visible").count() == 4
        assert page.locator(".d2l-chart").count() == 0


DRAWN = """chart => chart.data
    .filter(trace => trace.visible !== false)
    .map(trace => [trace.name || "", trace.y])"""


def test_shared_traces_are_drawn_as_far_as_the_frame_says(page: Page) -> None:
    chart = page.locator("#choice .d2l-chart")
    assert chart.evaluate(DRAWN) == [["", [5, 6]], ["up", [0]], ["down", [0]]]
    slider(page, "choice", "step").focus()
    page.keyboard.press("ArrowRight")
    assert chart.evaluate(DRAWN) == [
        *(["", [5, 6]], ["up", [0, 1, 4]], ["down", [0, -1, -4]]),
    ]


def test_the_reader_chooses_traces_by_name_with_the_keyboard(
    page: Page,
) -> None:
    chart = page.locator("#choice .d2l-chart")
    boxes = page.locator("#choice").get_by_role("checkbox")
    assert boxes.count() == 2
    up = page.get_by_label("up", exact=True)
    up.focus()
    page.keyboard.press("Space")
    expect(up).not_to_be_checked()
    assert chart.evaluate(DRAWN) == [["", [5, 6]], ["down", [0]]]
    # What is chosen stays chosen in the next frame.
    slider(page, "choice", "step").focus()
    page.keyboard.press("ArrowRight")
    assert [name for name, _ in chart.evaluate(DRAWN)] == ["", "down"]
    up.focus()
    page.keyboard.press("Space")
    assert [name for name, _ in chart.evaluate(DRAWN)] == ["", "up", "down"]


def test_the_legend_of_choices_is_the_only_one(page: Page) -> None:
    expect(page.locator("#choice .main-svg").first).to_be_visible()
    assert page.locator("#choice .legend").count() == 0


def test_a_black_trace_takes_the_color_of_the_text(page: Page) -> None:
    color = "chart => chart.data[1].line.color"
    chart = page.locator("#choice .d2l-chart")
    assert chart.evaluate(color) == "rgb(20, 20, 20)"
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(
        "document.querySelector('#choice .d2l-chart').data[1].line.color"
        " === 'rgb(230, 230, 230)'"
    )


def test_plotly_is_loaded_once_from_this_site(
    visit: Visit, page: Page
) -> None:
    loaded = [url for url in visit.requests if "plotly" in url]
    assert loaded == [f"{visit.address}_static/vendor/plotly.min.js"]
    assert visit.elsewhere == []


def test_plotly_is_loaded_on_pages_with_a_figure_only(
    visit: Visit, document: str
) -> None:
    page = visit.open(f"{document}.html")
    page.wait_for_load_state("networkidle")
    loaded = any("plotly" in url for url in visit.requests)
    assert loaded == (page.locator(".d2l-figure").count() > 0)
