"""The links from a chapter to the notebook of an exercise."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from sphinx.application import Sphinx

from tools import exercise_links
from tools.exercises.student import write_copies

CONF = """\
extensions = ["tools.exercise_links"]
html_theme = "basic"
html_theme_options = {"repository_url": "https://github.com/owner/course/"}
"""


# Sphinx reads its theme's templates with warnings of its own.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Returns a function that builds a page; it gives HTML and warnings."""
    sources = tmp_path / "exercises" / "dropout"
    sources.mkdir(parents=True)
    (sources / "mask.ipynb").write_text("{}")
    monkeypatch.setattr(exercise_links, "SOURCES", sources.parent)

    def build_page(text):
        book = tmp_path / "book"
        page = book / "part" / "chapter.rst"
        page.parent.mkdir(parents=True)
        (book / "conf.py").write_text(CONF)
        (book / "index.rst").write_text("Index\n=====\n")
        page.write_text(":orphan:\n\nChapter\n=======\n\n" + text + "\n")
        warnings, out = io.StringIO(), tmp_path / "out"
        Sphinx(
            *(book, book, out, tmp_path / "trees", "html"),
            status=None,
            warning=warnings,
        ).build()
        html = (out / "part" / "chapter.html").read_text(encoding="utf-8")
        return html, warnings.getvalue()

    return build_page


def test_an_exercise_becomes_two_links(build):
    html, _ = build("Try it: :notebook:`dropout.mask`")
    links = dict(
        reversed(pair)
        for pair in re.findall(r'href="([^"]*)">([^<]*)</a>', html)
    )
    assert links["Download the notebook"] == "../students/dropout/mask.ipynb"
    assert links["Open in Colab"] == (
        "https://colab.research.google.com/github/owner/course/blob/students/"
        "dropout/mask.ipynb"
    )


def test_an_unknown_exercise_is_reported(build):
    html, warnings = build("Try it: :notebook:`dropout.maks`")
    assert "there is no exercise 'dropout.maks'" in warnings
    assert "colab.research" not in html


def test_students_get_every_notebook_and_no_solution(tmp_path):
    sources = Path(exercise_links.SOURCES)
    write_copies(sources, tmp_path)
    written = {
        path.relative_to(tmp_path) for path in tmp_path.rglob("*.ipynb")
    }
    assert written == {
        p.relative_to(sources) for p in sources.glob("*/*.ipynb")
    }
    for path in written:
        text = (tmp_path / path).read_text(encoding="utf-8")
        assert "NotImplementedError" in text
        assert "BEGIN SOLUTION" not in text
