"""The pictures of evidence: what is where, and what is said of them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from d2l_ext.evidence import bars
from d2l_ext.evidence import published as module
from d2l_ext.evidence.declarations import (
    EQUAL,
    MACHINE,
    VERDICTS,
    Declaration,
    Metric,
)

import made_up_evidence
import pytest


def declared(kind="effect", margin=1.0, direction="higher"):
    metric = Metric("wetness", "points", direction)
    return Declaration("a-chapter", "Water is wet.", kind, metric, margin)


def evidence(record):
    return module._claim("x", record)


EFFECT = evidence(made_up_evidence.effect([2.0, 3.0, 4.0]))
SHARE = evidence(made_up_evidence.share(11, 12))


def parsed(svg):
    return ElementTree.fromstring(svg)


def test_the_axis_of_an_effect_holds_zero_the_margin_and_the_interval():
    axis = bars.axis_of(EFFECT, declared())
    arm = EFFECT.arm()
    for value in (-1.0, 0.0, 1.0, arm.low, arm.high):
        assert axis.low < value < axis.high
    assert axis.shaded == (-1.0, 1.0)
    assert axis.needed == (1.0,)
    assert axis.zero


def test_the_axis_is_as_long_as_the_seeds_and_the_run_need():
    short = bars.axis_of(EFFECT, declared())
    assert short.high < 7
    wide = bars.axis_of(EFFECT, declared(), {"": [6.0, 8.0]})
    assert wide.high > 7
    far = evidence(made_up_evidence.effect([0.0, 0.0, 0.0, 90.0] * 9))
    assert bars.axis_of(far, declared()).high < 90
    assert bars.axis_of(far, declared(), each_seed=True).high > 90


@pytest.mark.parametrize("values", [[], [float("nan")], [float("inf")]])
def test_a_run_without_a_number_leaves_the_axis_as_it_is(values):
    axis = bars.axis_of(EFFECT, declared(), {"": values})
    assert axis == bars.axis_of(EFFECT, declared())


def test_what_must_be_equal_lies_between_two_lines():
    axis = bars.axis_of(EFFECT, declared(direction=EQUAL))
    assert axis.needed == (-1.0, 1.0)


def test_the_axis_of_a_share_is_from_0_to_1():
    axis = bars.axis_of(SHARE, declared("share", 0.8))
    assert (axis.low, axis.high, axis.shaded) == (0, 1, (0, 0.8))
    assert not axis.zero


def test_what_is_exact_has_no_axis():
    exact = evidence(made_up_evidence.exact(True))
    assert bars.axis_of(exact, declared("exact", None)) is None


def test_larger_is_further_to_the_right_and_nothing_leaves_the_picture():
    axis = bars.Axis(-1, 3, (-1, 1), (1,), zero=True)
    places = [axis.at(v) for v in (-99, -1, 0, 3, 99)]
    assert places == sorted(places)
    assert places[0] == places[1] > 0
    assert places[-1] == places[-2] < bars.WIDTH


def test_the_interval_is_drawn_in_its_place_and_said_in_words():
    axis, arm = bars.axis_of(EFFECT, declared()), EFFECT.arm()
    svg = bars.interval(arm, axis, label='2 < 3 & "4"')
    root = parsed(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == '2 < 3 & "4"'
    (dot,) = root.findall("circle")
    assert float(dot.get("cx")) == pytest.approx(axis.at(3.0), abs=0.06)
    line = next(p for p in root.findall("path") if p.get("stroke-width"))
    start, end = re.match(r"M([\d.]+) 12H([\d.]+)M", line.get("d")).groups()
    assert float(start) == pytest.approx(axis.at(arm.low), abs=0.06)
    assert float(end) == pytest.approx(axis.at(arm.high), abs=0.06)
    # Two pictures in a page share no name.
    assert "id=" not in svg


def test_a_run_is_a_diamond_if_it_is_a_number():
    axis, arm = bars.axis_of(EFFECT, declared()), EFFECT.arm()
    plain = bars.interval(arm, axis, label="x")
    assert len(bars.interval(arm, axis, label="x", now=1.0)) > len(plain)
    assert bars.interval(arm, axis, label="x", now=float("nan")) == plain


def test_too_few_seeds_leave_the_ground():
    arm = evidence(
        made_up_evidence.effect([1.0, 2.0])
        | {"arms": [made_up_evidence.arm([1.0, 2.0], low=None, high=None)]}
    ).arm()
    axis = bars.Axis(-1, 3, (-1, 1), (1,), zero=True)
    assert "circle" not in bars.interval(arm, axis, label="x")


def dots(svg):
    """Returns the height of a picture and the places of its dots."""
    root = parsed(svg)
    height = float(root.get("height"))
    places = [
        (float(c.get("cx")), float(c.get("cy"))) for c in root.iter("circle")
    ]
    assert all(0 < x < bars.WIDTH and 0 < y < height for x, y in places)
    return height, places


@pytest.mark.parametrize(
    "values", [[2.0, 3.0, 4.0], [3.0] * 12, [1.0, *[5.0] * 30]]
)
def test_each_seed_is_a_dot_inside_the_picture_and_on_no_other(values):
    found = evidence(made_up_evidence.effect(values))
    axis = bars.axis_of(found, declared(), each_seed=True)
    height, places = dots(bars.seeds(found.arm(), axis, label="x"))
    assert len(set(places)) == len(values)
    assert height <= 84


@pytest.mark.parametrize(("happened", "count"), [(11, 12), (0, 30), (30, 30)])
def test_the_seeds_of_a_share_are_hollow_where_it_did_not_happen(
    happened, count
):
    found = evidence(made_up_evidence.share(happened, count))
    svg = bars.outcomes(found.arm(), label="x")
    _, places = dots(svg)
    assert len(set(places)) == count
    assert svg.count('fill-opacity="0"') == count - happened


def test_the_parts_of_a_stacked_bar_are_as_long_as_their_numbers():
    counts = {"holds": 3, "holds only when": 0, "does not hold": 1}
    root = parsed(bars.stacked(counts))
    assert root.get("aria-hidden") == "true"
    widths = [float(r.get("width")) + 2 for r in root.findall("rect")]
    assert widths == [0.75 * bars.WIDTH, 0.25 * bars.WIDTH]
    assert [t.text for t in root.findall("text")] == ["✓ 3", "✗ 1"]
    assert not parsed(bars.stacked(counts, labels=False)).findall("text")
    half = parsed(bars.stacked(counts, most=8)).findall("rect")
    assert [float(r.get("width")) + 2 for r in half] == [90, 30]
    assert not parsed(bars.stacked({})).findall("rect")


def test_each_verdict_has_a_mark_of_its_own():
    assert tuple(bars.LOOKS) == (*VERDICTS, MACHINE, bars.UNMEASURED)
    marks = [mark for mark, _ in bars.LOOKS.values()]
    assert len(set(marks)) == len(marks)


def brightness(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
        for v in parts
    ]
    return sum(
        w * v for w, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )


def test_the_black_marks_stand_out_on_their_colors():
    for verdict, (_, color) in bars.LOOKS.items():
        if verdict != MACHINE:
            assert (brightness(color) + 0.05) / 0.05 >= 4.5, verdict


@pytest.mark.parametrize("verdict", ["holds", "does not hold", "undecided"])
def test_the_lines_of_an_arm_stand_out_in_light_and_in_dark(verdict):
    color = brightness(bars.LOOKS[verdict][1])
    for ground in ("#ffffff", "#121212"):
        high, low = sorted((color, brightness(ground)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 3
