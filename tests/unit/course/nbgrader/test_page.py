"""A page of feedback shows the answer, the verdict and the points."""

from __future__ import annotations

import base64
import json
import re
from hashlib import sha256

import pytest

pytest.importorskip("nbgrader")

from d2l_course.nbgrader.page import Mark, Sheet, empty_page, page

from small_course import cell

BOX = '<div class="d2l-check"><p style="margin:0">Halved.</p></div>'
SHEET = Sheet(
    "half",
    *(1.5, 5, 0.5),
    {"graded": Mark(1, 1), "explain": Mark(0.5, 4, "*Why?*")},
)


@pytest.fixture
def path(tmp_path):
    grading = {"grade": True, "solution": True}
    graded = cell("# hidden", "graded", grade=True)
    graded["outputs"] = [{"data": {"text/html": BOX, "text/plain": "no"}}]
    cells = [
        cell("# Halve **it** <b>", "statement", "markdown"),
        cell("def half(X):\n    return '<b>'", "answer", solution=True),
        cell("Since $x$.", "explain", "markdown", **grading),
        graded,
    ]
    path = tmp_path / "half.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    return path


def test_all_that_counts_is_there(path):
    text = page(path, SHEET)
    for part in (
        "<h1>half: 1.5 of 5 points</h1>",
        "0.5 points are taken off",
        "<h1>Halve <strong>it</strong> &lt;b&gt;</h1>",
        '<span class="nf">half</span>',
        "&lt;b&gt;",
        "<span>0.5 of 4 points</span>",
        "<mi>x</mi>",
        "<em>Why?</em>",
        "<span>1 of 1 points</span>",
        "Halved.",
    ):
        assert part in text
    assert "hidden" not in text
    assert "<b>" not in text


def test_the_page_allows_itself_no_script_and_no_request(path):
    text = page(path, SHEET)
    head = text.partition("<title>")[0]
    (policy,) = re.findall('Content-Security-Policy" content="(.*?)"', head)
    (style,) = re.findall("<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        "img-src data:",
        f"style-src-elem 'sha256-{digest}'",
        "style-src-attr 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert "<script" not in text


def test_a_page_without_the_text_has_the_verdict_and_says_why(path):
    text = page(path, SHEET, "Too <long>.")
    assert "Too &lt;long&gt;." in text
    assert "Halved." in text
    assert "Halve " not in text


def test_an_empty_page_says_why_and_has_the_points():
    text = empty_page(SHEET, "Too <long>.")
    assert "Too &lt;long&gt;." in text
    assert "1.5 of 5 points" in text


def test_a_verdict_of_plain_text_is_text(path):
    notebook = json.loads(path.read_text())
    notebook["cells"][-1]["outputs"] = [{"data": {"text/plain": "<b>"}}, {}]
    path.write_text(json.dumps(notebook))
    assert "<pre>&lt;b&gt;</pre>" in page(path, SHEET)
