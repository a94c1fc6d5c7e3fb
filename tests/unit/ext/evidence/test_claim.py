"""A claim's measurement: its verdict, its numbers, and when it fails."""

from __future__ import annotations

from d2l_ext.evidence import claim as module
from d2l_ext.evidence.claim import ClaimContradicted, claim, measure
from d2l_ext.evidence.declarations import CONDITIONAL, FAILS, HOLDS
from d2l_ext.evidence.machine import describe

import mxnet as mx
import numpy as np
import pytest

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


# The gate

#: Settings and contexts that no verdict is recorded for.
ELSEWHERE = [
    {"seed": 1},
    {"scale": "full"},
    {"seed": 2, "scale": "full"},
    {"on": mx.gpu()},
]


@pytest.fixture
def surrounded(with_settings, monkeypatch):
    """Returns a function that changes the settings and the context."""

    def change(on=None, **settings):
        with_settings(**settings)
        if on is not None:
            monkeypatch.setattr(module, "context", lambda: on)

    return change


@pytest.mark.parametrize(("name", "holds"), CONTRADICTIONS)
def test_a_contradiction_fails_after_its_box_was_shown(
    declared, shown, with_settings, name, holds
):
    with_settings(gate="on")
    with pytest.raises(ClaimContradicted, match=name) as failed:
        claim(name, holds, accuracy=0.5)
    (measurement,) = shown
    assert not measurement.agrees
    assert "accuracy: 0.5" in str(failed.value)
    assert "we measure otherwise" in str(failed.value)


@pytest.mark.parametrize(("name", "holds"), CONTRADICTIONS)
def test_without_the_gate_a_contradiction_is_shown_and_the_run_goes_on(
    declared, shown, name, holds
):
    claim(name, holds, accuracy=0.5)
    (measurement,) = shown
    assert not measurement.agrees


@pytest.mark.parametrize(
    ("name", "holds"), [(n, m) for n, m, agree in AGREEMENT if agree]
)
def test_an_agreement_passes_the_gate(
    declared, shown, with_settings, name, holds
):
    with_settings(gate="on")
    assert claim(name, holds, accuracy=0.5) is None
    (measurement,) = shown
    assert measurement.agrees


@pytest.mark.parametrize("name", ["it-holds", "it-differs", "it-happens"])
def test_what_is_recorded_gates_where_it_is_recorded(
    declared, shown, surrounded, name
):
    surrounded(gate="on", on=mx.cpu(1))
    with pytest.raises(ClaimContradicted):
        claim(name, False, accuracy=0.5)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
@pytest.mark.parametrize("name", ["it-differs", "it-happens"])
def test_an_effect_or_a_share_gates_nowhere_else(
    declared, shown, surrounded, name, elsewhere
):
    surrounded(gate="on", **elsewhere)
    claim(name, False, accuracy=0.5)
    assert not shown[0].agrees


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_what_is_exact_gates_everywhere(
    declared, shown, surrounded, elsewhere
):
    surrounded(gate="on", **elsewhere)
    with pytest.raises(ClaimContradicted):
        claim("it-holds", False, accuracy=0.5)


@pytest.mark.parametrize("holds", [True, False, {"a": True, "b": False}])
def test_what_a_machine_decides_never_gates(
    declared, shown, with_settings, holds
):
    with_settings(gate="on")
    claim("it-takes-time", holds, seconds=0.5)
    (measurement,) = shown
    assert measurement.recorded is None
    assert measurement.machine == describe()
    assert measurement.agrees


# Once


def test_a_claim_that_is_measured_twice_is_refused(declared, shown):
    claim("it-holds", True, number=1)
    with pytest.raises(ValueError, match="'it-holds' was measured before"):
        claim("it-holds", True, number=1)
    assert len(shown) == 1


def test_another_claim_is_no_second_measurement(declared, shown):
    claim("it-holds", True, number=1)
    claim("it-fails", False, number=1)
    assert len(shown) == 2


class Shell:
    """A notebook, as far as it counts the executions of its cells."""

    execution_count = 7


@pytest.fixture
def shell(monkeypatch):
    shell = Shell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    return shell


def test_a_cell_that_is_run_again_measures_again(declared, shown, shell):
    claim("it-holds", True, number=1)
    shell.execution_count += 1
    claim("it-holds", False, number=2)
    assert len(shown) == 2


def test_two_measurements_in_one_cell_are_refused(declared, shown, shell):
    claim("it-holds", True, number=1)
    with pytest.raises(ValueError, match="measured before"):
        claim("it-holds", True, number=1)


def test_with_the_gate_on_two_cells_are_refused(
    declared, shown, shell, with_settings
):
    with_settings(gate="on")
    claim("it-holds", True, number=1)
    shell.execution_count += 1
    with pytest.raises(ValueError, match="measured before"):
        claim("it-holds", True, number=1)


def test_what_was_refused_does_not_count_as_measured(declared, shown):
    with pytest.raises(ValueError, match="needs a measurement"):
        claim("it-holds", True)
    claim("it-holds", True, number=1)
    assert len(shown) == 1


# The numbers


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (3, 3),
        (12345, 12345),
        (0.123456, 0.123456),
        (True, True),
        (False, False),
        (None, None),
        ("1.0 ± 0.1", "1.0 ± 0.1"),
        (np.float32(0.5), 0.5),
        (np.int64(12345), 12345),
        (np.bool_(True), True),
        (np.array([0.25]), 0.25),
        (mx.np.array(0.5), 0.5),
        (mx.np.array([12345], dtype="int64"), 12345),
        (mx.np.array(1) > 0, True),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (np.float64("-inf"), "-inf"),
        (mx.np.array(float("nan")), "nan"),
    ],
)
def test_a_number_is_kept_as_json_takes_it(declared, value, kept):
    measurement = measure("it-holds", True, some_number=value)
    number = measurement.numbers["some_number"]
    assert number == kept
    assert type(number) is type(kept)


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
    assert ", ".join(sorted(module.declarations())) in str(refused.value)
    assert shown == []
