"""A claim's box: its verdict, its numbers, and what contradicts it."""

from __future__ import annotations

import functools
import html
import json
from html.parser import HTMLParser

from d2l_ext import claims
from d2l_ext.claims import (
    CONDITIONAL,
    FAILS,
    HOLDS,
    MIME_TYPE,
    UNDECIDED,
    VERDICTS,
    ClaimContradicted,
    claim,
    declarations,
    measure,
)

import mxnet as mx
import numpy as np
import pytest
import yaml

RECORDS = {
    "it-holds": {"verdict": HOLDS},
    "it-fails": {"verdict": FAILS},
    "it-depends": {"verdict": CONDITIONAL, "condition": "small, large"},
    "it-varies": {"verdict": UNDECIDED},
    "it-escapes": {
        "verdict": CONDITIONAL,
        "condition": "<i>n</i> > 1",
        "statement": 'A "<b>bold</b>" claim & more.',
    },
}
COMMON = {"chapter": "a-chapter", "statement": "Water is wet."}

#: What was measured of each recorded verdict, and whether the two agree.
AGREEMENT = [
    ("it-holds", True, True),
    ("it-holds", False, False),
    ("it-holds", {"a": True, "b": True}, True),
    ("it-holds", {"a": True, "b": False}, False),
    ("it-fails", False, True),
    ("it-fails", True, False),
    ("it-fails", {"a": False, "b": False}, True),
    ("it-fails", {"a": False, "b": True}, False),
    ("it-depends", {"small": 1, "middle": 0, "large": 1}, True),
    ("it-depends", {"small": 1, "middle": 0, "large": 0}, False),
    ("it-depends", {"small": 1, "middle": 1, "large": 1}, False),
    ("it-depends", {"small": 0, "middle": 0, "large": 0}, False),
    ("it-depends", True, False),
    ("it-varies", True, True),
    ("it-varies", False, True),
    ("it-varies", {"a": True, "b": False}, True),
]
CONTRADICTIONS = [(name, m) for name, m, agree in AGREEMENT if not agree]


@pytest.fixture
def write(tmp_path):
    """Returns a function that writes a file of claims."""

    def write_claims(records):
        path = tmp_path / "claims.yml"
        path.write_text(
            yaml.safe_dump(records, allow_unicode=True), encoding="utf-8"
        )
        return path

    return write_claims


@pytest.fixture
def declared(write, monkeypatch):
    """Puts the claims above in place of the book's."""
    path = write({name: COMMON | more for name, more in RECORDS.items()})
    monkeypatch.setattr(
        claims, "declarations", functools.partial(declarations, path)
    )


@pytest.fixture
def shown(monkeypatch):
    """Returns what was displayed."""
    displayed = []
    monkeypatch.setattr("IPython.display.display", displayed.append)
    return displayed


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


# The file


def test_the_books_claims_are_declared():
    declared = declarations()
    assert "bn-large-lr" in declared
    for declaration in declared.values():
        assert declaration.chapter
        assert declaration.statement.endswith(".")


def test_a_declaration_has_what_its_record_says(write):
    record = COMMON | {"verdict": CONDITIONAL, "condition": "γ > 0"}
    (declaration,) = declarations(write({"one": record})).values()
    assert vars(declaration) == record


def test_an_empty_file_declares_nothing(tmp_path):
    path = tmp_path / "claims.yml"
    path.write_text("# none yet\n")
    assert declarations(path) == {}


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"verdict": "is true"}, "'is true' is not known"),
        ({"verdict": HOLDS, "condition": "n > 1"}, "a condition belongs to"),
        ({"verdict": CONDITIONAL}, "a condition belongs to"),
        ({}, "verdict"),
        ({"verdict": HOLDS, "verdikt": FAILS}, "verdikt"),
    ],
)
def test_a_record_that_is_no_claim_is_refused_with_its_id(
    write, record, message
):
    records = {"good": COMMON | {"verdict": HOLDS}, "bad": COMMON | record}
    with pytest.raises(ValueError, match=r"^claims\.yml: bad: ") as refused:
        declarations(write(records))
    assert message in str(refused.value)


def test_an_unknown_verdict_is_refused_and_the_right_ones_listed(write):
    records = {"bad": COMMON | {"verdict": "true"}}
    with pytest.raises(ValueError, match="not known") as refused:
        declarations(write(records))
    assert ", ".join(VERDICTS) in str(refused.value)


@pytest.mark.parametrize("records", [["a", "b"], "text", {"bad": None}])
def test_a_file_of_another_shape_is_refused(write, records):
    with pytest.raises(ValueError, match=r"^claims\.yml: "):
        declarations(write(records))


# The verdict


@pytest.mark.parametrize(("name", "holds", "agree"), AGREEMENT)
def test_a_measurement_agrees_with_the_same_verdict_alone(
    declared, name, holds, agree
):
    assert measure(name, holds, number=1).agrees is agree


@pytest.mark.parametrize(
    ("holds", "verdict", "condition"),
    [
        (True, HOLDS, None),
        (False, FAILS, None),
        (np.bool_(True), HOLDS, None),
        (np.bool_(False), FAILS, None),
        (mx.np.array(2) > 1, HOLDS, None),
        ({"a": np.bool_(True), "b": np.bool_(False)}, CONDITIONAL, "a"),
        ({"b": True, "x": False, "a": True}, CONDITIONAL, "b, a"),
        ({"a": True}, HOLDS, None),
        ({"a": False}, FAILS, None),
    ],
)
def test_what_holds_makes_the_measured_verdict(
    declared, holds, verdict, condition
):
    measurement = measure("it-holds", holds, number=1)
    assert measurement.measured == verdict
    assert measurement.measured_condition == condition


def test_a_measurement_without_conditions_is_refused(declared):
    with pytest.raises(ValueError, match="at least one condition"):
        measure("it-holds", {}, number=1)


@pytest.mark.parametrize(("name", "holds"), CONTRADICTIONS)
def test_a_contradiction_fails_after_its_box_was_shown(
    declared, shown, name, holds
):
    with pytest.raises(ClaimContradicted, match=name) as failed:
        claim(name, holds, accuracy=0.5)
    (measurement,) = shown
    assert not measurement.agrees
    assert "accuracy: 0.5" in str(failed.value)
    assert "we measure otherwise" in str(failed.value)


@pytest.mark.parametrize(("name", "holds"), CONTRADICTIONS)
@pytest.mark.parametrize(
    "elsewhere", [{"seed": 1}, {"scale": "full"}, {"seed": 2, "scale": "full"}]
)
def test_elsewhere_a_contradiction_is_shown_and_the_run_goes_on(
    declared, shown, with_settings, name, holds, elsewhere
):
    with_settings(**elsewhere)
    claim(name, holds, accuracy=0.5)
    (measurement,) = shown
    settings = {"seed": 0, "scale": "quick"} | elsewhere
    remark = "Here (scale {scale}, seed {seed}) we measure otherwise"
    assert remark.format(**settings) in str(measurement)
    assert remark.format(**settings) in page(measurement).text


@pytest.mark.parametrize(
    ("name", "holds"), [(n, m) for n, m, agree in AGREEMENT if agree]
)
def test_an_agreement_shows_one_box_and_nothing_else(
    declared, shown, name, holds
):
    assert claim(name, holds, accuracy=0.5) is None
    (measurement,) = shown
    assert "otherwise" not in str(measurement)
    assert "otherwise" not in page(measurement).text


def test_a_remark_names_the_conditions_that_were_measured(declared):
    measurement = measure("it-holds", {"a": True, "b": False}, number=1)
    assert str(measurement).endswith("otherwise: holds only when a.")


# The numbers


@pytest.mark.parametrize(
    ("value", "kept", "text"),
    [
        (3, 3, "3"),
        (12345, 12345, "12345"),
        (0.123456, 0.123456, "0.123"),
        (True, True, "yes"),
        (False, False, "no"),
        (None, None, "never"),
        ("1.0 ± 0.1", "1.0 ± 0.1", "1.0 ± 0.1"),
        (np.float32(0.5), 0.5, "0.5"),
        (np.int64(12345), 12345, "12345"),
        (np.bool_(True), True, "yes"),
        (np.array([0.25]), 0.25, "0.25"),
        (mx.np.array(0.5), 0.5, "0.5"),
        (mx.np.array([12345], dtype="int64"), 12345, "12345"),
        (mx.np.array(1) > 0, True, "yes"),
        (float("nan"), "nan", "nan"),
        (float("inf"), "inf", "inf"),
        (np.float64("-inf"), "-inf", "-inf"),
        (mx.np.array(float("nan")), "nan", "nan"),
    ],
)
def test_a_number_is_kept_as_json_takes_it_and_shown_rounded(
    declared, value, kept, text
):
    measurement = measure("it-holds", True, some_number=value)
    number = measurement.numbers["some_number"]
    assert number == kept
    assert type(number) is type(kept)
    assert f"  some number: {text}" in str(measurement).splitlines()
    assert f"some number{text}" in page(measurement).text


@pytest.mark.parametrize(
    "value", [[1, 2], {}, 1j, np.ones(2), mx.np.ones((2, 2)), object]
)
def test_what_is_neither_number_nor_text_is_refused_by_name(declared, value):
    with pytest.raises(ValueError, match="measurement losses="):
        measure("it-holds", True, losses=value)


def test_a_claim_without_a_measurement_is_refused(declared, shown):
    with pytest.raises(ValueError, match="'it-holds' needs a measurement"):
        claim("it-holds", True)
    assert shown == []


def test_an_unknown_claim_is_refused_and_the_known_ones_listed(
    declared, shown
):
    with pytest.raises(KeyError, match="no claim 'it-hold'") as refused:
        claim("it-hold", True, number=1)
    assert ", ".join(sorted(RECORDS)) in str(refused.value)
    assert shown == []


# The box


def test_the_machine_readable_form_is_json(declared, with_settings):
    with_settings(seed=3)
    measurement = measure(
        "it-depends",
        {"small": np.bool_(True), "large": np.bool_(False)},
        loss=np.float32("nan"),
        accuracy=mx.np.array(0.5),
    )
    record = measurement._repr_mimebundle_()[MIME_TYPE]
    assert json.loads(json.dumps(record, allow_nan=False)) == {
        "id": "it-depends",
        "statement": COMMON["statement"],
        "recorded": CONDITIONAL,
        "measured": CONDITIONAL,
        "condition": "small, large",
        "measured_condition": "small",
        "numbers": {"loss": "nan", "accuracy": 0.5},
        "scale": "quick",
        "seed": 3,
        "agrees": False,
    }


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
    marks, colors = zip(*claims._LOOKS.values(), strict=True)
    assert tuple(claims._LOOKS) == VERDICTS
    assert len(set(marks)) == len(set(colors)) == len(VERDICTS)


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
