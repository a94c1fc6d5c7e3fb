"""A claim's box: this run, the evidence, and where the two differ."""

from __future__ import annotations

import math

from d2l_ext.evidence import box
from d2l_ext.evidence import published as module
from d2l_ext.evidence.declarations import (
    EQUAL,
    Declaration,
    Metric,
)
from d2l_ext.evidence.published import LONG

import made_up_evidence
import pytest
from parsed_html import Parsed


def declared(kind="effect", margin=1.0, direction="higher", **more):
    metric = Metric("wetness", "points", direction)
    return Declaration(
        "a-chapter", "Water is wet.", kind, metric, margin, **more
    )


def evidence(record):
    return module._claim("x", record)


EFFECT = evidence(made_up_evidence.effect([2.0, 3.0, 4.0] * 4))
SHARE = evidence(made_up_evidence.share(11, 12))
ARMS = evidence(
    made_up_evidence.claim(
        "effect",
        [
            made_up_evidence.arm([2.0, 3.0, 4.0], arm="it rains"),
            made_up_evidence.arm(
                [0.0, 0.1, -0.1], arm="it shines", verdict="does not hold"
            ),
            made_up_evidence.arm(
                [2.0, 4.0], arm="it rains", budget="long", failed=1
            ),
        ],
        verdict="holds only when",
        condition="it rains",
    )
)


def html_of(*args, **options):
    return Parsed(box.to_html("wet", *args, **options))


def test_the_box_shows_this_run_and_the_evidence():
    page = html_of(
        declared(), {"test_acc": 0.91234, "ok": True}, evidence=EFFECT
    )
    assert "Claim. Water is wet." in page.text
    assert "This runtest acc0.912okyes" in page.text
    assert "Evidence: holds" in page.text
    assert (
        "+3 points (95\u00a0% interval +2.46 to +3.54); needed: more than +1; "
        "12 of 12 seeds agree" in page.text
    )
    tag, attributes = page.tags[0]
    assert (tag, attributes["id"]) == ("div", "claim-wet")
    assert attributes["data-verdict"] == "holds"
    assert attributes["data-outside"] == "false"


def test_the_bar_says_in_words_what_it_shows():
    page = html_of(declared(), {}, evidence=EFFECT)
    (bar,) = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert bar["role"] == "img"
    assert bar["aria-label"].startswith("+3 points (95\u00a0% interval")


def test_there_is_one_id_so_that_two_boxes_never_share_one():
    page = html_of(declared(), {}, evidence=ARMS)
    ids = [
        attributes["id"] for _, attributes in page.tags if "id" in attributes
    ]
    assert ids == ["claim-wet"]


def test_styles_stand_inside_the_elements_and_no_script():
    page = html_of(declared(), {"a": 1}, evidence=ARMS)
    assert {tag for tag, _ in page.tags} <= {
        *("div", "p", "strong", "table", "caption", "tr", "th", "td"),
        *("span", "a", "svg", "path", "circle", "rect"),
    }


def test_the_link_to_the_seeds_is_shown_by_the_site_alone():
    page = html_of(declared(), {}, evidence=EFFECT)
    (link,) = [attributes for tag, attributes in page.tags if tag == "a"]
    assert link["href"] == "../reference/evidence.html#evidence-wet"
    assert "display:none" in link["style"]


def test_each_arm_and_budget_has_its_bar():
    page = html_of(declared(), {}, evidence=ARMS)
    assert "Evidence: holds only when it rains" in page.text
    assert len([tag for tag, _ in page.tags if tag == "svg"]) == 3
    assert "it rains, the chapter's epochs: +3 points" in page.text
    assert "it shines, the chapter's epochs: 0 points" in page.text
    assert "it rains, ten times the epochs: +3 points" in page.text
    assert "1 run failed" in page.text


def test_a_run_is_drawn_on_the_bar_of_its_arm_and_budget():
    def diamonds(**options):
        source = box.to_html("wet", declared(), {}, evidence=ARMS, **options)
        return source.count("l6 7l-6 7l-6-7z"), "◇ this run" in source

    assert diamonds() == (0, False)
    assert diamonds(now={"it rains": [3.0]}) == (1, True)
    assert diamonds(now={"it rains": [3.0], "it shines": [0.0]}) == (2, True)
    assert diamonds(now={"it rains": [3.0]}, budget=LONG) == (1, True)
    assert diamonds(now={"it shines": [0.0]}, budget=LONG) == (0, False)
    assert diamonds(now={"it rains": [math.nan]}) == (0, False)


def test_a_run_inside_the_evidence_is_not_remarked_on():
    page = html_of(declared(), {}, evidence=EFFECT, now={"": [3.5]})
    assert "outside" not in page.text


@pytest.mark.parametrize(
    ("found", "kind", "margin", "values", "words"),
    [
        (EFFECT, "effect", 1.0, [-9.0], "−9 points, and 999 of 1,000 runs"),
        (EFFECT, "effect", 1.0, [math.nan], "+nan points"),
        (SHARE, "share", 0.8, [0.0] * 6, "0 of 6 seeds, and 11 of 12 there"),
        (
            evidence(made_up_evidence.exact(True)),
            *("exact", None, [0.0], "it comes out otherwise"),
        ),
    ],
)
def test_a_run_outside_the_evidence_is_said_with_its_numbers(
    found, kind, margin, values, words
):
    options = {"evidence": found, "now": {"": values}}
    page = html_of(declared(kind, margin), {}, **options)
    assert "This run lies outside the evidence: " in page.text
    assert words in page.text
    assert page.tags[0][1]["data-outside"] == "true"
    text = box.to_text("wet", declared(kind, margin), {}, **options)
    assert words in text.splitlines()[-1]


def test_the_arm_that_lies_outside_is_named():
    now = {"it rains": [3.0], "it shines": [50.0]}
    (said,) = box.remarks(ARMS, declared(), now)
    assert said.startswith(
        "This run lies outside the evidence where it shines"
    )


def test_before_there_is_evidence_the_box_says_so():
    page = html_of(declared(), {"a": 1}, now={"": [1.0]})
    assert "Evidence: not measured yet" in page.text
    assert page.tags[0][1]["data-verdict"] == "not-measured-yet"
    assert "svg" not in {tag for tag, _ in page.tags}


def test_what_is_exact_has_a_verdict_and_no_bar():
    exact = evidence(made_up_evidence.exact(False))
    page = html_of(declared("exact", None), {"a": 1}, evidence=exact)
    assert "Evidence: does not hold" in page.text
    assert "svg" not in {tag for tag, _ in page.tags}


def test_a_machine_has_its_name_and_no_evidence():
    options = {"machine": "a <fast> one"}
    page = html_of(declared("machine", None), {"seconds": 0.5}, **options)
    assert "On this machineseconds0.5" in page.text
    assert "Measured on a <fast> one. Yours may differ." in page.text
    assert "Evidence" not in page.text
    assert page.tags[0][1]["data-verdict"] == "machine"
    text = box.to_text("wet", declared("machine", None), {"s": 1}, **options)
    assert text == (
        "[machine] wet: Water is wet.\n  s: 1\n"
        "Measured on a <fast> one. Yours may differ."
    )


def test_the_plain_text_says_the_same():
    text = box.to_text("wet", declared(), {"test_acc": 0.5}, evidence=ARMS)
    assert text.splitlines()[:3] == [
        "[holds only when it rains] wet: Water is wet.",
        "  test acc: 0.5",
        "  evidence: it rains, the chapter's epochs: +3 points "
        "(95\u00a0% interval +1.73 to +4.27); needed: more than +1; "
        "3 of 3 seeds agree",
    ]


def test_the_manner_of_a_verdict_is_said():
    record = made_up_evidence.effect([0.0, 1.0])
    record |= {"verdict": "does not hold", "manner": "smaller than said"}
    found = evidence(record)
    assert box.verdict_in_words(declared(), found) == (
        "does not hold: smaller than said"
    )


def test_a_share_is_told_as_a_count():
    said = box.describe(SHARE.arm(), declared("share", 0.8))
    assert said.startswith("11 of 12 seeds (95\u00a0% interval ")
    assert said.endswith("needed: more than 80\u00a0%")


def test_what_must_be_equal_lies_between():
    said = box.describe(EFFECT.arm(), declared(direction=EQUAL))
    assert "needed: between −1 and +1" in said


def test_too_few_seeds_say_so():
    record = made_up_evidence.effect([1.0])
    record["arms"][0] |= {"low": None, "high": None, "failed": 2}
    arm = evidence(record).arm()
    assert box.describe(arm, declared()) == (
        "1 seed, too few for an interval; 2 runs failed"
    )


def test_a_budget_without_a_run_is_a_line_and_no_bars():
    record = made_up_evidence.claim(
        "effect",
        [
            made_up_evidence.arm([2.0, 3.0] * 6, arm="it rains"),
            made_up_evidence.arm([2.0, 3.0] * 6, arm="it shines"),
        ],
    )
    nothing = {"budget": LONG, "count": 0, "mean": None, "low": None}
    record["arms"] += [arm | nothing for arm in record["arms"]]
    record["budgets"] = ["short", "long"]
    half_done = evidence(record)
    assert half_done.left == (LONG,)
    both = declared(arms=("it rains", "it shines"))
    page = Parsed(box.to_html("x", both, {}, evidence=half_done))
    assert len([tag for tag, _ in page.tags if tag == "svg"]) == 2
    assert page.text.count("ten times the epochs: not measured yet") == 1
    text = box.to_text("x", both, {}, evidence=half_done)
    assert text.count("not measured yet") == 1
    assert text.count("the chapter's epochs") == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((0.0, "0"), (1e-30, "+1e−30"), (-0.0, "0"), (12.345, "+12.3")),
        (-0.5, "−0.5"),
    ],
)
def test_a_difference_has_a_sign(value, text):
    assert box.signed(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((12345, "12345"), (0.123456, "0.123"), (True, "yes")),
        *((False, "no"), (None, "never"), ("1 ± 2", "1 ± 2")),
        (float("nan"), "nan"),
    ],
)
def test_a_number_is_shown_rounded(value, text):
    assert box.show(value) == text


def test_markup_is_shown_and_does_nothing():
    metric = Metric("<b>m</b>", "<i>unit</i>", "higher")
    declaration = Declaration(
        "c", 'A "<b>bold</b>" claim & more.', "effect", metric, 1.0
    )
    page = html_of(
        declaration,
        {"<em>name</em>": "<script>alert(1)</script>"},
        evidence=EFFECT,
        now={"": [99.0]},
    )
    for text in ("<b>bold</b>", "<em>name</em>", "<script>", "<i>unit</i>"):
        assert text in page.text
    assert {"b", "em", "script", "i"}.isdisjoint({t for t, _ in page.tags})
