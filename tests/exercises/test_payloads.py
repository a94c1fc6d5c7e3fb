"""No page runs what a student wrote: a browser clicks everything in it."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from d2l_course.intake.notebooks import MARKDOWN, Cell

import pytest

pytest.importorskip("nbgrader")

from d2l_course.course import Course
from d2l_course.grading.autograded import autograded
from d2l_course.handout.new import _config
from d2l_course.nbgrader.page import Mark, Sheet, page

from browsing import started_browser
from payloads import PAYLOADS, SCRIPT
from small_course import source_cells

SITE = "http://course.test/"
SHEET = Sheet("double-it", 2, 2, marks={"graded": Mark(2, 2)})
#: nbgrader's page brings scripts of its own, which ask for their parts.
OWN = "formgrader/static"
#: Where links lead, and no picture or style is.
LINK = "request of https://example.org"

_ACT = """
() => {
  for (const element of document.querySelectorAll("body :not(nav *)")) {
    for (const kind of ["mouseover", "focus", "toggle"])
      element.dispatchEvent(new Event(kind));
    element.dispatchEvent(
      new MouseEvent("click", {bubbles: true, cancelable: true}));
  }
  return new Promise(done => setTimeout(() => done(!!window.found), 20));
}
"""


def notebook(tmp_path, *sources):
    """Writes the graded notebook of a student who wrote these cells."""
    release = tmp_path / "release.ipynb"
    cells = source_cells("double", "doubled", "X * 2", 2)
    release.write_text(
        json.dumps(
            {
                "cells": cells,
                "metadata": {},
                "nbformat": 4,
                "nbformat_minor": 5,
            }
        )
    )
    wrote = [Cell(MARKDOWN, source) for source in sources]
    path = tmp_path / "double-it.ipynb"
    box = '<div class="d2l-check">Right</div>'
    path.write_text(autograded(release, wrote, "double", box, "Right"))
    return path


@pytest.fixture(scope="module")
def formgrader(tmp_path_factory):
    """Returns a function that makes nbgrader's page, with our settings."""
    from nbconvert.exporters import HTMLExporter

    folder = tmp_path_factory.mktemp("course")
    (folder / "nbgrader_config.py").write_text(_config(folder, ""))
    config = Course(folder).config()
    (package,) = find_spec("nbgrader").submodule_search_locations
    templates = Path(package, "server_extensions", "formgrader", "templates")
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [str(templates)]
    exporter = HTMLExporter(config=config)
    resources = {"base_url": "", "submission_id": "1", "index": 0, "total": 1}
    return lambda path: exporter.from_filename(str(path), resources)[0]


@pytest.fixture
def feedback():
    """Returns a function that makes our own page."""
    return lambda path: page(path, SHEET)


@pytest.fixture(scope="module")
def context():
    with started_browser() as browser, browser.new_context() as context:
        yield context


@pytest.fixture
def ran(context):
    """Returns a function that says what a page's browser did."""
    seen, html = [], ""

    def answer(route):
        url = route.request.url
        if url == SITE:
            route.fulfill(content_type="text/html", body=html)
            return
        if OWN not in url and "mathjax" not in url.lower():
            seen.append(f"request of {url}")
        route.abort()

    def dismiss(dialog):
        seen.append("dialog")
        dialog.dismiss()

    context.route("**/*", answer)
    tab = context.new_page()
    tab.on("dialog", dismiss)

    def visit(text):
        nonlocal html
        html = text
        seen.clear()
        tab.goto(SITE, wait_until="domcontentloaded")
        if tab.evaluate(_ACT):
            seen.append("script")
        if tab.url.partition("#")[0] != SITE:
            seen.append(f"navigation to {tab.url}")
        for other in context.pages:
            if other is not tab:
                other.close()
        return list(seen)

    yield visit
    tab.close()
    context.unroute_all()


@pytest.mark.parametrize(
    "html",
    [
        f"<a href='javascript:{SCRIPT}'>x</a>",
        f"<img src=x onerror={SCRIPT}>",
        f"<p onclick={SCRIPT}>x</p>",
    ],
)
def test_the_browser_would_tell(html, ran):
    assert "script" in ran(html)


def test_there_are_many_payloads():
    assert len(set(PAYLOADS)) >= 60


@pytest.mark.parametrize("made_by", ["feedback", "formgrader"])
def test_no_page_runs_what_a_student_wrote(made_by, ran, request, tmp_path):
    make = request.getfixturevalue(made_by)
    found = {}
    for payload in PAYLOADS:
        seen = ran(make(notebook(tmp_path, payload)))
        if any(LINK not in what for what in seen):
            found[payload] = seen
    assert found == {}
