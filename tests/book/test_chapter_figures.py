"""Every interactive figure of the chapters, operated by the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from visiting import Visit, start_visit

#: Chapters that teach the package, not a topic.
WITHOUT_FIGURE = {"chapters/reference/installation"}
SEEN = """chart => JSON.stringify(
    chart.data.filter(trace => trace.visible !== false))"""


@pytest.fixture(scope="module")
def visits(
    browser: Browser, address: str
) -> Iterator[dict[tuple[str, int], Visit]]:
    """The chapters that are open, by name and width: to load one takes time.

    None is made wider or narrower: what follows the window does so later.
    """
    with browser.new_context(color_scheme="light") as context:
        found = _Visits(lambda: start_visit(context, address))
        yield found


class _Visits(dict[tuple[str, int], Visit]):
    """Opens a chapter when it is asked for, once in each width."""

    def __init__(self, start: Callable[[], Visit]) -> None:
        super().__init__()
        self._start = start

    def __missing__(self, key: tuple[str, int]) -> Visit:
        notebook, width = key
        visit = self[key] = self._start()
        visit.page.set_viewport_size({"width": width, "height": 800})
        page = visit.open(f"{notebook}.html")
        for figure in page.locator(".d2l-figure").all():
            expect(figure.locator(".main-svg").first).to_be_attached()
        # The answer to a prediction is folded until the reader asks for it.
        page.locator("details:has(.d2l-figure)").evaluate_all(
            "all => all.forEach((one) => { one.open = true; })"
        )
        return visit


@pytest.fixture
def visit(visits: dict[tuple[str, int], Visit], notebook: str) -> Visit:
    """The chapter's page; each test finds it as the last one left it."""
    visit = visits[notebook, 1280]
    visit.page.bring_to_front()
    return visit


@pytest.fixture
def figures(visit: Visit) -> list[Locator]:
    """The figures of a chapter, all of them alive."""
    return visit.page.locator(".d2l-figure").all()


def seen(figure: Locator) -> str:
    """Returns what the figure shows, in words and as data."""
    title = figure.locator(".d2l-figure-title").inner_text()
    return title + figure.locator(".d2l-chart").evaluate(SEEN)


def test_each_chapter_has_a_figure_to_play_with(
    figures: list[Locator], notebook: str
) -> None:
    assert bool(figures) == (notebook not in WITHOUT_FIGURE)


def test_each_slider_moves_what_is_shown(
    visit: Visit, figures: list[Locator]
) -> None:
    for figure in figures:
        # An animation may have nothing to show yet in its first frame.
        for played in figure.locator(".d2l-control:has(button) input").all():
            played.focus()
            visit.page.keyboard.press("End")
        for slider in figure.locator("input[type=range]").all():
            before = seen(figure)
            slider.focus()
            at_end = slider.evaluate("input => input.value === input.max")
            visit.page.keyboard.press("Home" if at_end else "End")
            assert seen(figure) != before, slider.get_attribute("name")
    assert visit.errors == []


def test_every_combination_of_values_has_a_frame(
    figures: list[Locator],
) -> None:
    for figure in figures:
        missing = figure.evaluate(
            """figure => {
              const text = figure.querySelector("script").textContent;
              const data = JSON.parse(text);
              const sizes = data.controls.map((c) => c.values.length);
              const all = sizes.reduce((a, b) => a * b, 1);
              return all - Object.keys(data.frames).length;
            }"""
        )
        assert missing == 0


def test_each_animation_plays_and_pauses(
    visit: Visit, figures: list[Locator]
) -> None:
    for figure in figures:
        for row in figure.locator(".d2l-control:has(button)").all():
            _plays_and_pauses(visit.page, row)


def _plays_and_pauses(page: Page, row: Locator) -> None:
    slider, play = row.locator("input"), row.locator("button").first
    slider.focus()
    page.keyboard.press("Home")
    play.focus()
    page.keyboard.press("Enter")
    expect(play).to_have_text("Pause")
    expect(slider).not_to_have_value("0")
    page.keyboard.press("Enter")
    expect(play).to_have_text("Play")
    stopped = slider.input_value()
    row.get_by_role("button", name="Previous").press("Enter")
    assert int(slider.input_value()) == int(stopped) - 1


def test_each_choice_hides_its_traces_and_shows_them_again(
    visit: Visit, figures: list[Locator]
) -> None:
    for figure in figures:
        for box in figure.get_by_role("checkbox").all():
            before = seen(figure)
            box.focus()
            visit.page.keyboard.press("Space")
            assert seen(figure) != before, box.get_attribute("name")
            visit.page.keyboard.press("Space")
            assert seen(figure) == before


def test_each_figure_fits_a_phone(
    visits: dict[tuple[str, int], Visit], notebook: str
) -> None:
    page = visits[notebook, 390].page
    for figure in page.locator(".d2l-figure").all():
        box = figure.locator(".d2l-chart").bounding_box()
        # Folded away, it has no box.
        assert box is None or box["x"] + box["width"] <= 390


def test_each_figure_fills_its_place_when_it_is_unfolded(
    figures: list[Locator],
) -> None:
    for figure in figures:
        widths = figure.locator(".d2l-chart").evaluate(
            "chart => [chart, chart.querySelector('.main-svg')]"
            ".map((element) => element.getBoundingClientRect().width)"
        )
        assert widths[0] > 0
        assert widths[1] == pytest.approx(widths[0], abs=2)
