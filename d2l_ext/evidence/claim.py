"""Shows what a run measured of a claim, beside the evidence for it.

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
    EXACT,
    MACHINE,
    Declaration,
    declarations,
)
from d2l_ext.evidence.machine import describe
from d2l_ext.evidence.measurement import Measurement
from d2l_ext.evidence.published import published
from d2l_ext.evidence.recording import Record, is_recording, record

import numpy as onp

#: The execution of a cell in which each claim was measured last.
_measured_in: dict[str, int] = {}


class ClaimContradicted(AssertionError):
    """Says that a measurement lies outside the evidence."""


def claim(claim_id: str, values: Any, **measurements: Any) -> None:
    """Shows what this run measured of a claim, and the evidence for it.

    A measurement outside the evidence stops nobody who reads, builds or tries
    something out: the box says so. Where the gate is on (``D2L_EXT_GATE``),
    as in the tests of the chapters, it fails.

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
        If the gate is on and the measurement lies outside the evidence: of a
        claim of the kind ``exact`` always, of the kinds ``effect`` and
        ``share`` in the surroundings that the evidence is for (quick scale,
        the chapter's own budget, a CPU) with seed 0, of the kind ``machine``
        never.
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
            f"the measurement lies outside the evidence\n{measurement}"
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
            numbers = [float(v) for v in onp.ravel(onp.asarray(value))]
        except (TypeError, ValueError):
            numbers = []
        if not numbers:
            raise ValueError(
                f"the claim {claim_id!r} takes one number a seed, not "
                f"{value!r}"
            )
        found[arm] = numbers
    return found


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
    kept = _record(claim_id, values, measurements)
    now = settings()
    return Measurement(
        id=claim_id,
        declaration=declaration,
        values=kept.values,
        numbers=kept.numbers,
        evidence=published().get(claim_id),
        scale=now.scale,
        seed=now.seed,
        budget=now.budget,
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
