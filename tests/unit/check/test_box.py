"""The box of a verdict, in HTML and as text."""

from __future__ import annotations

from html.parser import HTMLParser

from d2l_check.box import Feedback, show
from d2l_check.judge import Verdict
from d2l_check.outcome import VERDICTS

import numpy as np
import pytest
from doubling import ANSWERS, add, double, fresh_cases, verdict


def box(function):
    return Feedback(fresh_cases(), verdict(function, seconds=0.05))


class Reader(HTMLParser):
    """Collects text and attributes, and checks that tags are closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.texts, self.first = [], [], {}
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.first = self.first or dict(attrs)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.parametrize("kind", VERDICTS)
def test_each_kind_has_a_box_that_names_it(kind):
    shown = box(ANSWERS[kind][0])
    read = Reader(shown.to_html())
    assert read.first["data-verdict"] == kind
    assert read.first["role"] == "status"
    assert ANSWERS[kind][1] in "".join(read.texts)
    assert ANSWERS[kind][1] in str(shown)


def test_a_notebook_gets_html_and_text():
    bundle = box(double)._repr_mimebundle_()
    assert bundle.keys() == {"text/plain", "text/html"}


def test_a_misconception_leads_into_the_chapter():
    shown = box(add)
    pointer = "See “Products” in the chapter Numbers & <Sums>."
    assert shown.pointer == pointer
    assert pointer in str(shown)
    read = Reader(shown.to_html())
    assert pointer in read.texts
    assert read.first["data-misconception"] == "added"


def test_a_formula_in_a_heading_is_read_as_text():
    found = Verdict("misconception", "You …", "added", "The $2^n$ masks")
    shown = Feedback(fresh_cases(), found)
    assert shown.pointer.startswith("See “The 2^n masks” in")


def test_an_example_has_inputs_the_right_result_and_the_student_s():
    assert str(box(lambda X, times: X * 3)).splitlines()[1:] == [
        "  for X: [3.]",
        "  for times: 1",
        "  right result: [6.]",
        "  your result: [9.]",
    ]


@pytest.mark.parametrize("off", [1e-5, 2e-6])
def test_results_that_differ_in_late_digits_are_shown_with_these(off):
    shown = str(box(lambda X, times: double(X, times) * (1 + off)))
    right, yours = shown.splitlines()[-2:]
    assert right.split(": ")[1] != yours.split(": ")[1]


def test_what_is_quoted_in_a_message_is_code():
    read = box(lambda X, times: X.tolist()).to_html()
    assert "<code>np.array(…)</code>" in read


@pytest.mark.parametrize("kind", ["raised", "modified-input", "too-slow"])
def test_a_call_without_a_result_shows_the_input_only(kind):
    lines = str(box(ANSWERS[kind][0])).splitlines()[1:]
    assert lines == ["  for X: [3.]", "  for times: 1"]


@pytest.mark.parametrize("kind", ["right", "not-implemented"])
def test_where_an_example_says_nothing_there_is_none(kind):
    shown = box(ANSWERS[kind][0])
    assert len(str(shown).splitlines()) == 1
    assert "<table" not in shown.to_html()


def test_what_a_student_returns_is_text_and_not_html():
    shown = box(lambda X, times: "<script>")
    assert "<script>" not in shown.to_html()
    assert "&lt;script&gt;" in shown.to_html()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 / 3, "0.333333"),
        (3, "3"),
        (True, "True"),
        (None, "None"),
        ("text", "'text'"),
        ((), "()"),
        ((1, 2.0), "(1, 2)"),
        ([[1, 2], [3, 4]], "[[1, 2], [3, 4]]"),
        ((np.ones(2), np.zeros(1)), "([1., 1.], [0.])"),
        ((np.ones((2, 1)), 3), "([[1.],\n  [1.]],\n 3)"),
        (np.array([1 / 3, 2]), "[0.3333, 2.    ]"),
        (np.array([1e-200, 0]), "[1.e-200, 0.e+000]"),
        (np.array([True, False]), "[ True, False]"),
        (np.array(["a", "b"]), "['a', 'b']"),
        (np.array([None, {}]), "[None, {}]"),
        (np.ones((2, 1, 1)), "[[[1.]],\n [[1.]]]"),
        (object, "<class 'object'>"),
    ],
)
def test_values_are_short(value, text):
    assert show(value) == text


def test_a_large_array_and_a_long_text_are_cut():
    assert len(show(np.ones(1000))) < 100
    assert len(show("a" * 1000)) < 100


@pytest.mark.parametrize(
    ("got", "lines"),
    [
        ([[3.0, 4.0]], "  your result: [[3., 4.]]"),
        ([[3.0], [4.0]], "  your result:\n    [[3.],\n     [4.]]"),
    ],
)
def test_what_has_several_lines_stands_below_its_name(got, lines):
    assert str(box(lambda X, times: np.array(got))).endswith(lines)


@pytest.mark.parametrize(
    "value",
    [
        [[["x" * 100] * 10] * 100] * 100,
        [np.zeros((4,) * 6)] * 50,
        "x" * 100_000,
    ],
)
def test_of_a_long_value_the_beginning_is_shown(value):
    assert 50 < len(show(value)) <= 2001
    assert show(value).endswith("…")
