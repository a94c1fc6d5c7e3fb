"""Formulas become MathML, and nothing else."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("latex2mathml")

from d2l_course.nbgrader.formulas import mathml


def test_a_formula_has_its_parts():
    written = mathml(r"\frac{a}{b_1} \le \sqrt{2}")
    for tag in ("<mfrac>", "<msub>", "<msqrt>", "<mo>≤</mo>"):
        assert tag in written
    assert written.startswith('<math display="inline">')
    assert mathml("x", block=True).startswith('<math display="block">')


@pytest.mark.parametrize(
    "tex", [r"\frac{", "x_", "{" * 900, "x" * 1001, r"\left( x"]
)
def test_what_is_no_formula_is_shown_as_it_is(tex):
    assert mathml(tex) == f"<code>${tex}$</code>"


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\class{a}{x}",
        r"\style{position:fixed}{x}",
        r"\color{red}{x}",
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;img src=x onerror=alert(1)&gt;}",
        r"\text{</math><img src=x>}",
        r"\hspace{-999em} x",
    ],
)
def test_no_formula_has_a_link_a_style_or_a_tag_of_html(tex):
    written = mathml(tex)
    tags = re.findall(r"<([^\s>/]+)([^>]*)>", written)
    assert {name for name, _ in tags} <= {
        *("math", "mi", "mn", "mo", "mrow", "mspace", "mstyle", "mtext"),
        "code",
    }
    for _, attributes in tags:
        assert not re.search("href|class|style=|999|color", attributes)
