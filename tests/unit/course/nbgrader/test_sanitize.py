"""Students' text is rendered, and does nothing."""

from __future__ import annotations

from d2l_course.nbgrader.sanitize import safe_markdown2html

import pytest


def test_what_students_write_is_rendered():
    page = safe_markdown2html(
        "# Why\n\n*So* **and** `x[0]` [there](https://example.org)\n\n"
        "- one\n\n|a|b|\n|-|-|\n|1|2|\n\n```\ncode\n```\n"
    )
    for tag in ("<em>", "<strong>", "<li>", "<td>", "<pre>", "<h1"):
        assert tag in page
    assert '<a href="https://example.org">there</a>' in page


def test_formulas_stay_formulas():
    assert "$x_1 &lt; y[0]$" in safe_markdown2html("$x_1 < y[0]$")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<iframe src='https://example.org'></iframe>",
        "<a href='javascript:alert(1)'>x</a>",
        "<p onclick=alert(1)>x</p>",
        "[x](javascript:alert(1))",
        "[x][1]\n\n[1]: JavaScript:alert(1)",
        "<javascript:alert(1)>",
        "![x](https://example.org/who-reads-this.png)",
        "<style>@import url(https://example.org)</style>",
        "<form action=https://example.org><button>x</button></form>",
    ],
)
def test_nothing_runs_or_calls_home(text):
    page = safe_markdown2html(text).lower()
    for tag in ("script", "img", "svg", "iframe", "style", "form", "button"):
        assert f"<{tag}" not in page
    assert 'href="javascript' not in page
    assert "<p onclick" not in page
