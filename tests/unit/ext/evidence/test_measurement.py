"""The box of a claim: its verdict, its numbers, and what contradicts it."""

from __future__ import annotations

import html
import json
from html.parser import HTMLParser

from d2l_ext.evidence import measurement as module
from d2l_ext.evidence.claim import measure
from d2l_ext.evidence.declarations import CONDITIONAL, MACHINE, VERDICTS
from d2l_ext.evidence.machine import describe
from d2l_ext.evidence.measurement import MIME_TYPE

import mxnet as mx
import numpy as np
import pytest


class Text(HTMLParser):
    """Collects the text and the elements of a piece of HTML."""

    def __init__(self, source):
        super().__init__()
        self.text, self.tags, self.open = "", [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def page(measurement):
    parsed = Text(measurement._repr_mimebundle_()["text/html"])
    assert not parsed.open
    return parsed


def test_the_machine_readable_form_is_json(declared, with_settings):
    with_settings(seed=3, ctx="cpu(1)")
    measurement = measure(
        "it-depends",
        {"small": np.bool_(True), "large": np.bool_(False)},
        loss=np.float32("nan"),
        accuracy=mx.np.array(0.5),
    )
    record = measurement._repr_mimebundle_()[MIME_TYPE]
    assert json.loads(json.dumps(record, allow_nan=False)) == {
        "id": "it-depends",
        "chapter": "a-chapter",
        "kind": "exact",
        "statement": "Water is wet.",
        "recorded": CONDITIONAL,
        "measured": CONDITIONAL,
        "condition": "small, large",
        "measured_condition": "small",
        "numbers": {"loss": "nan", "accuracy": 0.5},
        "scale": "quick",
        "seed": 3,
        "context": "cpu(1)",
        "machine": None,
        "agrees": False,
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345, "12345"),
        (0.123456, "0.123"),
        (True, "yes"),
        (False, "no"),
        (None, "never"),
        ("1.0 ± 0.1", "1.0 ± 0.1"),
        (float("nan"), "nan"),
    ],
)
def test_a_number_is_shown_rounded(declared, value, text):
    measurement = measure("it-holds", True, some_number=value)
    assert f"  some number: {text}" in str(measurement).splitlines()
    assert f"some number{text}" in page(measurement).text


@pytest.mark.parametrize(
    ("name", "holds", "verdict", "kind"),
    [
        ("it-holds", True, "holds", "holds"),
        ("it-fails", False, "does not hold", "does-not-hold"),
        (
            "it-depends",
            {"small": True, "middle": False, "large": True},
            "holds only when small, large",
            "holds-only-when",
        ),
        ("it-varies", True, "undecided", "undecided"),
        ("it-holds", False, "holds", "contradicted"),
    ],
)
def test_the_box_says_statement_numbers_and_verdict(
    declared, name, holds, verdict, kind
):
    parsed = page(measure(name, holds, test_accuracy=0.91234, steps=40))
    assert "Claim. Water is wet." in parsed.text
    assert "test accuracy0.912steps40" in parsed.text
    assert f"Verdict: {verdict}" in parsed.text
    tag, attributes = parsed.tags[0]
    assert (tag, attributes["id"]) == ("div", f"claim-{name}")
    assert attributes["data-verdict"] == kind


def test_the_plain_text_says_the_same(declared):
    measurement = measure("it-holds", True, test_accuracy=0.91234)
    assert measurement._repr_mimebundle_()["text/plain"] == (
        "[holds] it-holds: Water is wet.\n  test accuracy: 0.912"
    )


def test_each_verdict_has_a_mark_and_a_color_of_its_own():
    marks, colors = zip(*module._LOOKS.values(), strict=True)
    assert tuple(module._LOOKS) == (*VERDICTS, MACHINE)
    assert len(set(marks)) == len(set(colors)) == len(VERDICTS) + 1


def test_markup_in_a_claim_is_shown_and_does_nothing(declared):
    measurement = measure(
        "it-escapes",
        {"<u>a</u>": True, "b": False},
        **{"<em>name</em>": "<script>alert(1)</script>"},
    )
    parsed = page(measurement)
    assert {tag for tag, _ in parsed.tags} <= {
        *("div", "p", "strong", "table", "tr", "th", "td", "span")
    }
    for text in (
        'A "<b>bold</b>" claim & more.',
        "<em>name</em>",
        "<script>alert(1)</script>",
        "holds only when <i>n</i> > 1",
        "<u>a</u>",
    ):
        assert text in parsed.text
        assert html.escape(text) in measurement._to_html()


@pytest.mark.parametrize(
    "settings", [{}, {"seed": 7, "scale": "full", "ctx": "cpu(1)"}]
)
def test_a_contradiction_says_where_and_what_was_measured(
    declared, with_settings, settings
):
    with_settings(**settings)
    measurement = measure("it-holds", {"a": True, "b": False}, number=1)
    where = {"scale": "quick", "seed": 0, "ctx": "cpu(0)"} | settings
    remark = (
        "Here (scale {scale}, seed {seed}, {ctx}) we measure otherwise: "
        "holds only when a."
    ).format(**where)
    assert str(measurement).endswith(remark)
    assert remark in page(measurement).text


def test_an_agreement_is_not_remarked_on(declared):
    measurement = measure("it-varies", False, number=1)
    assert "otherwise" not in str(measurement)
    assert "otherwise" not in page(measurement).text


@pytest.mark.parametrize(
    ("holds", "words"),
    [
        (True, "holds"),
        ({"a": True, "b": False}, "holds only when a"),
    ],
)
def test_what_a_machine_decides_is_shown_with_the_machine(
    declared, holds, words
):
    measurement = measure("it-takes-time", holds, seconds=0.5)
    parsed = page(measurement)
    assert f"On this machine: {words}" in parsed.text
    assert "Verdict" not in parsed.text
    remark = f"Measured on {describe()}. Yours may differ."
    assert remark in parsed.text
    assert str(measurement).splitlines() == [
        f"[{words}] it-takes-time: Water is wet.",
        "  seconds: 0.5",
        remark,
    ]
    assert parsed.tags[0][1]["data-verdict"] == "machine"
