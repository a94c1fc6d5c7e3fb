"""What Formgrader shows of a submission does nothing."""

from __future__ import annotations

import pytest

pytest.importorskip("nbgrader")

from d2l_check.box import Feedback
from d2l_check.cases import Case, Cases
from d2l_check.judge import Verdict
from d2l_check.outcome import Kind
from d2l_course.nbgrader.sanitize import (
    safe_code,
    safe_html,
    safe_markdown2html,
    unchanged,
)

from payloads import PAYLOADS

PNG = "iVBORw0KGgo="


def rendered(source, **cell):
    return safe_markdown2html({"cell": cell}, source)


def test_markdown_is_rendered_with_the_pictures_of_its_cell():
    page = rendered(
        "*x* ![y](attachment:z)", attachments={"z": {"image/png": PNG}}
    )
    assert "<em>x</em>" in page
    assert f'src="data:image/png;base64,{PNG}"' in page


def test_mathjax_leaves_it_alone():
    # A formula can be a link to a script.
    assert 'class="tex2jax_ignore ' in rendered("x")
    assert 'class="tex2jax_ignore ' in safe_html("x")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_address_is_changed_afterwards(payload):
    # nbconvert does so after all other filters, in a course that has the
    # settings of an earlier version.
    from nbconvert.filters import strip_files_prefix

    page = rendered(payload)
    addresses = [part.split('"')[0] for part in page.split('href="')[1:]]
    after = strip_files_prefix(page)
    assert addresses == [
        part.split('"')[0] for part in after.split('href="')[1:]
    ]
    assert unchanged(page) == page


def test_code_is_colored_and_escaped():
    assert '<span class="k">def</span>' in safe_code("def f(): pass")
    assert "<script" not in safe_code("<script>", metadata={})


def test_the_box_of_a_verdict_stays_as_it_is():
    case = Case((1,), "<b>")
    cases = Cases("a.b", "f", "C", ("x",), {}, (case,))
    verdict = Verdict(Kind.WRONG_TYPE, "`x` <is> wrong.")
    box = Feedback(cases, verdict).to_html()
    shown = safe_html(box)
    for part in ('class="d2l-check"', "border-left:.4em solid #d55e00"):
        assert part in shown
    assert "<code>x</code> &lt;is&gt; wrong." in shown


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<div onclick=alert(1)>x</div>",
        "<a href='https://example.org'>x</a>",
    ],
)
def test_what_no_box_has_is_text(text):
    assert "&lt;" in safe_html(text) or "onclick" not in safe_html(text)
    for tag in ("<script", "<img", "<a"):
        assert tag not in safe_html(text)


def test_no_box_lies_over_the_page():
    shown = safe_html(
        '<div class="modal" style="position:fixed;top:0">x</div>'
    )
    assert "fixed" not in shown
    assert "modal" not in shown
