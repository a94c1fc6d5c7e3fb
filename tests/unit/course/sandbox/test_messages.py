"""What the worker says is of the schema, or it is refused at the door."""

from __future__ import annotations

import json

from d2l_check.box import Feedback
from d2l_check.cases import Case, Cases
from d2l_check.judge import judge
from d2l_check.outcome import Kind, Outcome
from d2l_check.source import Hint
from d2l_course.sandbox.inside import wire
from d2l_course.sandbox.inside.wire import Garbled
from d2l_course.sandbox.messages import (
    AFTER_CELLS,
    AFTER_START,
    after_call,
    read,
)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def said(schema, message):
    return read(schema, json.dumps(message).encode())


def raised(**fields):
    return {"kind": "raised", "error": "E", "message": "", "line": 1} | fields


def ran(**fields):
    return {"kind": "ran", "defined": True, "errors": []} | fields


def changed(argument):
    return {"kind": "modified-input", "argument": argument}


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"kind": "right"},
        {"kind": "value"},
        {"kind": "value", "value": 1, "points": 2},
        {"kind": "value", "value": {"pickle": "x"}},
        {"kind": "too-slow"},
        {"kind": "ran", "defined": True, "errors": []},
        {"kind": ["value"]},
        {"kind": None},
        changed(2),
        changed(-1),
        changed(1.0),
        changed(True),
        changed([]),
        raised(error=1),
        raised(error="E" * 41),
        raised(message="x" * 301),
        raised(message=None),
        raised(line=0),
        raised(line=-1),
        raised(line=10**30),
        raised(line=1.0),
        raised(line=True),
        raised(line="1"),
        raised(argument=1),
        {"kind": "raised", "error": "E", "message": ""},
    ],
)
def test_what_is_no_outcome_is_refused(message):
    with pytest.raises(Garbled):
        said(after_call(2), message)


@pytest.mark.parametrize(
    "message",
    [
        ran(defined=1),
        ran(defined="yes"),
        ran(errors=None),
        ran(errors="error"),
        ran(errors=[1]),
        ran(errors=["x" * 301]),
        ran(errors=[""] * 21),
        ran(value=1),
        {"defined": True, "errors": []},
    ],
)
def test_what_is_no_report_of_cells_is_refused(message):
    with pytest.raises(Garbled):
        said(AFTER_CELLS, message)


def test_what_fits_is_read():
    assert said(AFTER_START, {"kind": "confined"}) == {"kind": "confined"}
    report = ran(errors=["x" * 300] * 20)
    assert said(AFTER_CELLS, report) == report
    assert said(after_call(2), changed(1)) == changed(1)
    assert said(after_call(2), raised(line=None)) == raised(line=None)


def test_a_function_without_parameters_changes_none():
    with pytest.raises(Garbled):
        said(after_call(0), changed(0))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=10,
)
#: Values as they are encoded, well and badly.
SHAPES = st.lists(st.integers(-1, 3) | st.just(2**31 - 1), max_size=7)
NUMBERS = st.binary(max_size=64).map(
    lambda data: wire.base64.b64encode(data).decode()
)
ENCODED = st.recursive(
    JSON
    | st.fixed_dictionaries(
        {
            "array": NUMBERS,
            "dtype": st.sampled_from(wire._DTYPES),
            "shape": SHAPES,
        }
    )
    | st.fixed_dictionaries(
        {"kind": st.sampled_from("biufcOSUVMmT"), "shape": SHAPES}
    )
    | st.fixed_dictionaries({"large": st.sampled_from(list(wire._LARGE))})
    | st.fixed_dictionaries({"other": st.text(max_size=50)}),
    lambda inner: st.one_of(
        st.fixed_dictionaries({name: st.lists(inner, max_size=3)})
        for name in ("tuple", "list", "objects")
    ),
    max_leaves=8,
)
MESSAGES = (
    st.fixed_dictionaries({"kind": st.just("value"), "value": ENCODED})
    | st.builds(
        raised,
        kind=st.sampled_from(["raised", "not-implemented"]),
        error=st.text(),
        message=st.text(),
        line=st.none() | st.integers(),
    )
    | st.builds(changed, st.integers(0, 3) | st.floats())
    | JSON
)
EXPECTED = (
    *(np.arange(6.0).reshape(2, 3), np.arange(3), np.array([True, False])),
    *(1.5, 2, True, "text", (np.ones(2), "text", 1.0), ("a", "b")),
)


@settings(max_examples=200, deadline=None)
@given(message=MESSAGES, expected=st.sampled_from(EXPECTED))
def test_what_comes_through_the_door_can_be_judged_and_shown(
    message, expected
):
    try:
        found = said(after_call(2), message)
    except Garbled:
        return
    outcome = Outcome(Kind(found.pop("kind")), **found)
    case = Case((np.ones(2), "a"), expected, {"wrong": np.zeros(2)})
    cases = Cases(
        *("id", "f", "Chapter", ("X", "text"), {"wrong": Hint("", "")}),
        (case,),
    )
    box = Feedback(cases, judge(cases, lambda args: outcome))
    # Whatever it was, it fits on a page.
    assert len(str(box)) < 10_000
    assert len(box.to_html()) < 30_000
