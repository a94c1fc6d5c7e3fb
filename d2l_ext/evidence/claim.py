"""Shows how a claim's measurement came out, beside its recorded verdict.

A claim is a sentence that people repeat about a technique;
:mod:`d2l_ext.evidence.declarations` has them all. A chapter measures one and
calls :func:`claim`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from d2l_ext.config import settings
from d2l_ext.engine.device import context
from d2l_ext.evidence.declarations import (
    CONDITIONAL,
    EFFECT,
    EQUAL,
    EXACT,
    FAILS,
    HOLDS,
    MACHINE,
    Declaration,
    declarations,
)
from d2l_ext.evidence.machine import describe
from d2l_ext.evidence.measurement import Measurement
from d2l_ext.evidence.recording import Record, is_recording, record

import numpy as onp

#: The execution of a cell in which each claim was measured last.
_measured_in: dict[str, int] = {}


class ClaimContradicted(AssertionError):
    """Says that a measurement contradicts the recorded verdict."""


def claim(claim_id: str, values: Any, **measurements: Any) -> None:
    """Shows a claim's verdict, and what this measurement says of it.

    A measurement that contradicts the verdict stops nobody who reads, builds
    or tries something out: the box says so. Where the gate is on
    (``D2L_EXT_GATE``), as in the tests of the chapters, it fails.

    Parameters
    ----------
    claim_id : str
        The claim's id in ``claims.yml``.
    values : number, truth value or sequence of them; or mapping of str to such
        What this run measured. Of an ``effect`` the difference, in the
        metric's unit and positive where it supports the statement, one for
        each seed; of a ``share`` whether it happened, for each seed; of an
        ``exact`` claim whether it holds. Where the claim has arms, a mapping
        of each arm to its values.
    measurements
        What else is shown, by name: numbers, truth values or short texts.

    Raises
    ------
    ClaimContradicted
        If the gate is on and the measured verdict is not the recorded one: of
        a claim of the kind ``exact`` always, of the kinds ``effect`` and
        ``share`` in the surroundings that verdicts are recorded for (quick
        scale, seed 0, a CPU), of the kind ``machine`` never. *Undecided* is
        never contradicted.
    KeyError
        If ``claims.yml`` has no such claim.
    ValueError
        If there is no measurement, or one that is no number or text; if the
        arms are not those of ``claims.yml``; or if the claim was measured
        before, in this run of the cell or, with the gate on, in this process.
    """
    if is_recording():
        record(_record(claim_id, values, measurements))
        return
    # Imported here: a script without a notebook needs no IPython to fail.
    from IPython.display import display

    measurement = measure(claim_id, values, **measurements)
    _refuse_twice(claim_id)
    display(measurement)
    if _gates(measurement.kind) and not measurement.agrees:
        raise ClaimContradicted(
            f"the measurement contradicts the verdict in claims.yml\n"
            f"{measurement}"
        )


def _record(
    claim_id: str, values: Any, measurements: Mapping[str, Any]
) -> Record:
    return Record(
        claim_id,
        _by_arm(claim_id, _declared(claim_id), values),
        {name: _plain(name, value) for name, value in measurements.items()},
    )


def _by_arm(
    claim_id: str, declaration: Declaration, values: Any
) -> dict[str, list[float]]:
    """Returns the values of each arm as a list.

    Raises
    ------
    ValueError
        If the arms are not those that are declared, an arm has no value, or
        one is no number.
    """
    given = values if isinstance(values, Mapping) else {"": values}
    if set(given) != set(declaration.arms or [""]):
        arms = ", ".join(map(repr, declaration.arms)) or "none"
        raise ValueError(
            f"the arms of the claim {claim_id!r} in claims.yml are {arms}; "
            f"measured: {', '.join(map(repr, given))}"
        )
    found = {}
    for arm, value in given.items():
        try:
            numbers = onp.asarray(value, dtype=float).ravel().tolist()
        except (TypeError, ValueError):
            numbers = []
        if not numbers:
            raise ValueError(
                f"the claim {claim_id!r} takes one number a seed, not "
                f"{value!r}"
            )
        found[arm] = numbers
    return found


def _supports(declaration: Declaration, values: list[float]) -> bool:
    """Whether what one run measured of an arm supports the statement."""
    mean = sum(values) / len(values)
    if declaration.margin is None:
        return bool(mean)
    if declaration.kind == EFFECT and declaration.metric.direction == EQUAL:
        return abs(mean) < declaration.margin
    return mean > declaration.margin


def _gates(kind: str) -> bool:
    now = settings()
    if kind == EXACT:
        return now.gate
    on_cpu = context().device_type == "cpu"
    return now.gate and now.recorded and on_cpu and kind != MACHINE


def _refuse_twice(claim_id: str) -> None:
    """Refuses a second measurement, but not a cell that is run again."""
    # Imported here, as in `claim`.
    from IPython import get_ipython

    shell = get_ipython()
    now = 0 if shell is None else shell.execution_count
    before = _measured_in.get(claim_id)
    if before is not None and (before == now or settings().gate):
        raise ValueError(
            f"the claim {claim_id!r} was measured before; a claim is measured "
            "once in its chapter, with one call of claim()"
        )
    _measured_in[claim_id] = now


def measure(claim_id: str, values: Any, **measurements: Any) -> Measurement:
    """Returns the measurement that :func:`claim` shows; see there."""
    declaration = _declared(claim_id)
    if not measurements:
        raise ValueError(f"the claim {claim_id!r} needs a measurement")
    if declaration.verdict is None and declaration.kind != MACHINE:
        by_arm = _by_arm(claim_id, declaration, values)
        values = {arm: _supports(declaration, v) for arm, v in by_arm.items()}
    measured, condition = _measured_verdict(values)
    return Measurement(
        id=claim_id,
        chapter=declaration.chapter,
        kind=declaration.kind,
        statement=declaration.statement,
        recorded=declaration.verdict,
        measured=measured,
        condition=declaration.condition,
        measured_condition=condition,
        numbers={name: _plain(name, v) for name, v in measurements.items()},
        scale=settings().scale,
        seed=settings().seed,
        context=str(context()),
        machine=describe() if declaration.kind == MACHINE else None,
    )


def _declared(claim_id: str) -> Declaration:
    declared = declarations()
    if claim_id not in declared:
        raise KeyError(
            f"claims.yml has no claim {claim_id!r}; it has: "
            + ", ".join(sorted(declared))
        )
    return declared[claim_id]


def _measured_verdict(
    holds: bool | Mapping[str, bool],
) -> tuple[str, str | None]:
    if not isinstance(holds, Mapping):
        return (HOLDS if bool(holds) else FAILS), None
    if not holds:
        raise ValueError("a claim needs at least one condition")
    true = [condition for condition, value in holds.items() if bool(value)]
    if len(true) == len(holds):
        return HOLDS, None
    if not true:
        return FAILS, None
    return CONDITIONAL, ", ".join(true)


def _plain(name: str, value: Any) -> float | int | bool | str | None:
    """Returns a value as JSON takes it."""
    try:
        # NumPy's and MXNet's scalars know what Python calls them.
        value = value.item() if hasattr(value, "item") else value
        if value is None or isinstance(value, (bool, int, str)):
            return value
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(
            f"the measurement {name}={value!r} is neither a number nor a text"
        ) from None
    return number if math.isfinite(number) else str(number)
