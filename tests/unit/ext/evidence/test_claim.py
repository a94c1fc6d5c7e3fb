"""A claim's measurement: its verdict, its numbers, and when it fails."""

from __future__ import annotations

from d2l_ext.evidence import claim as module
from d2l_ext.evidence.claim import ClaimContradicted, claim, measure
from d2l_ext.evidence.machine import describe

import mxnet as mx
import numpy as np
import pytest

DEPENDS = {"small": True, "middle": False, "large": True}
#: What a run measured, and whether that is within the evidence.
AGREEMENT = [
    ("it-holds", True, True),
    ("it-holds", np.bool_(True), True),
    ("it-holds", mx.np.array(2) > 1, True),
    ("it-holds", False, False),
    ("it-fails", False, True),
    ("it-fails", True, False),
    ("it-depends", DEPENDS, True),
    ("it-depends", DEPENDS | {"middle": True}, False),
    ("it-depends", DEPENDS | {"small": False}, False),
    ("it-is-new", False, True),
    ("it-differs", [3.1], True),
    ("it-differs", np.array([3.5, 2.2]), True),
    ("it-differs", [-3.0], False),
    ("it-differs", [float("nan")], False),
    ("it-happens", [True], True),
    ("it-happens", [False], False),
]
CONTRADICTIONS = [(name, v) for name, v, agree in AGREEMENT if not agree]


# The values


@pytest.mark.parametrize(("name", "values", "agree"), AGREEMENT)
def test_a_measurement_agrees_where_it_is_within_the_evidence(
    declared, name, values, agree
):
    assert measure(name, values, number=1).agrees is agree


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        (True, [1.0]),
        (2.5, [2.5]),
        ([1, 2.5], [1.0, 2.5]),
        (np.array([0.5, 1.5]), [0.5, 1.5]),
        (mx.np.array([0.5, 1.5]), [0.5, 1.5]),
        ((v for v in ()), None),
    ],
)
def test_values_are_one_number_a_seed(declared, values, kept):
    if kept is None:
        with pytest.raises(ValueError, match="one number a seed"):
            measure("it-differs", values, number=1)
    else:
        found = measure("it-differs", values, number=1).values
        assert found == {"": kept}


@pytest.mark.parametrize("values", [[], "many", [None], {"": []}, object()])
def test_what_is_no_number_is_refused(declared, values):
    with pytest.raises(ValueError, match="takes one number a seed"):
        measure("it-differs", values, number=1)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("it-depends", True),
        ("it-depends", {}),
        ("it-depends", {"small": True, "large": True}),
        ("it-depends", DEPENDS | {"huge": True}),
        ("it-holds", {"small": True}),
    ],
)
def test_other_arms_than_those_declared_are_refused(declared, name, values):
    with pytest.raises(ValueError, match=f"the arms of the claim '{name}'"):
        measure(name, values, number=1)


def test_at_full_scale_nothing_is_compared(declared, with_settings):
    with_settings(scale="full")
    assert measure("it-holds", False, number=1).agrees


def test_a_long_run_is_compared_with_long_runs(declared, with_settings):
    with_settings(budget="long")
    assert measure("it-differs", [-3.0], number=1).agrees


# The gate

#: Settings and contexts that only what is exact gates in.
ELSEWHERE = [{"seed": 1}, {"on": mx.gpu()}]


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
    assert "This run lies outside the evidence" in str(failed.value)


@pytest.mark.parametrize(("name", "holds"), CONTRADICTIONS)
def test_without_the_gate_a_contradiction_is_shown_and_the_run_goes_on(
    declared, shown, name, holds
):
    claim(name, holds, accuracy=0.5)
    (measurement,) = shown
    assert not measurement.agrees


@pytest.mark.parametrize(
    ("name", "holds"), [(n, v) for n, v, agree in AGREEMENT if agree]
)
def test_an_agreement_passes_the_gate(
    declared, shown, with_settings, name, holds
):
    with_settings(gate="on")
    assert claim(name, holds, accuracy=0.5) is None
    (measurement,) = shown
    assert measurement.agrees


@pytest.mark.parametrize(("name", "holds"), CONTRADICTIONS)
def test_another_cpu_gates_as_well(declared, shown, surrounded, name, holds):
    surrounded(gate="on", on=mx.cpu(1))
    with pytest.raises(ClaimContradicted):
        claim(name, holds, accuracy=0.5)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
@pytest.mark.parametrize("name", ["it-differs", "it-happens"])
def test_an_effect_or_a_share_gates_nowhere_else(
    declared, shown, surrounded, name, elsewhere
):
    surrounded(gate="on", **elsewhere)
    claim(name, -100 if name == "it-differs" else False, accuracy=0.5)
    assert not shown[0].agrees


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_what_is_exact_gates_everywhere(
    declared, shown, surrounded, elsewhere
):
    surrounded(gate="on", **elsewhere)
    with pytest.raises(ClaimContradicted):
        claim("it-holds", False, accuracy=0.5)


@pytest.mark.parametrize("holds", [True, False])
def test_what_a_machine_decides_never_gates(
    declared, shown, with_settings, holds
):
    with_settings(gate="on")
    claim("it-takes-time", holds, seconds=0.5)
    (measurement,) = shown
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
