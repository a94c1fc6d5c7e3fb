"""A measurement shows itself, in a notebook and to what reads it."""

from __future__ import annotations

import json

from d2l_ext.evidence import box
from d2l_ext.evidence.claim import measure
from d2l_ext.evidence.machine import describe
from d2l_ext.evidence.measurement import MIME_TYPE

import mxnet as mx
import numpy as np
import pytest


def test_the_machine_readable_form_is_json(declared, with_settings):
    with_settings(seed=3, ctx="cpu(1)")
    measurement = measure(
        "it-depends",
        {"small": np.bool_(True), "middle": 1, "large": True},
        loss=np.float32("nan"),
        accuracy=mx.np.array(0.5),
    )
    record = measurement._repr_mimebundle_()[MIME_TYPE]
    assert json.loads(json.dumps(record, allow_nan=False)) == {
        "id": "it-depends",
        "chapter": "a-chapter",
        "kind": "exact",
        "statement": "Water is wet.",
        "verdict": "holds only when small, large",
        "values": {"small": [1.0], "middle": [1.0], "large": [1.0]},
        "numbers": {"loss": "nan", "accuracy": 0.5},
        "scale": "quick",
        "seed": 3,
        "budget": "short",
        "context": "cpu(1)",
        "machine": None,
        "remarks": [
            "This run lies outside the evidence where middle: it comes out "
            "otherwise."
        ],
        "agrees": False,
    }


def test_a_value_that_is_no_number_is_a_text_in_it(declared):
    measurement = measure("it-differs", [float("inf"), 1], number=1)
    record = measurement._repr_mimebundle_()[MIME_TYPE]
    assert record["values"] == {"": ["inf", 1.0]}


@pytest.mark.parametrize(
    ("name", "values"),
    [("it-holds", True), ("it-differs", [-9.0]), ("it-is-new", False)],
)
def test_it_shows_the_box(declared, name, values):
    measurement = measure(name, values, some_number=0.5)
    shown = measurement._repr_mimebundle_()
    parts = (name, measurement.declaration, {"some_number": 0.5})
    more = {"evidence": measurement.evidence, "now": measurement.values}
    assert shown["text/html"] == box.to_html(*parts, **more)
    assert shown["text/plain"] == str(measurement)
    assert str(measurement) == box.to_text(*parts, **more)


def test_at_full_scale_the_evidence_is_shown_and_this_run_is_not_in_it(
    declared, with_settings
):
    with_settings(scale="full")
    measurement = measure("it-differs", [-9.0], number=1)
    assert measurement.remarks == []
    assert "◇" not in measurement._repr_mimebundle_()["text/html"]
    assert "Evidence: holds" in measurement._repr_mimebundle_()["text/html"]


def test_what_a_machine_decides_is_shown_with_the_machine(declared):
    measurement = measure("it-takes-time", True, seconds=0.5)
    assert measurement.machine == describe()
    assert f"Measured on {describe()}." in str(measurement)
    assert measurement.agrees
