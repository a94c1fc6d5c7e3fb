"""What the runs say of each claim, and what a gate would stumble over."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tools.machines.run import Run


@dataclass(frozen=True)
class Comparison:
    """One claim under all conditions that it was measured in.

    Attributes
    ----------
    claim, chapter, kind : str
    outside : dict of str to str
        By condition, what the box says if the run lies outside the evidence;
        empty if it does not.
    largest : float
        The largest relative difference of one of its numbers or values from
        that of the first condition; infinite if a text or a truth value
        differs.
    number : str
        Which of them that is.
    """

    claim: str
    chapter: str
    kind: str
    outside: dict[str, str]
    largest: float
    number: str


def compare(runs: Iterable[Run]) -> list[Comparison]:
    """Returns each claim under all its conditions, in the order of runs."""
    measured: dict[str, dict[str, dict[str, Any]]] = {}
    for run in runs:
        for claim in run.claims:
            measured.setdefault(claim["id"], {})[run.condition] = claim
    compared = []
    for name, by_condition in measured.items():
        first, *others = by_condition.values()
        largest, number = max(
            (
                (_difference(value, _numbers(other).get(key)), key)
                for key, value in _numbers(first).items()
                for other in others
            ),
            default=(0.0, ""),
        )
        compared.append(
            Comparison(
                name,
                first["chapter"],
                first["kind"],
                {
                    condition: " ".join(c["remarks"])
                    for condition, c in by_condition.items()
                },
                largest,
                number,
            )
        )
    return compared


def _difference(value: Any, other: Any) -> float:
    if value == other:
        return 0.0
    numbers = all(
        isinstance(v, (int, float)) and not isinstance(v, bool)
        for v in (value, other)
    )
    if not numbers:
        return math.inf
    return abs(value - other) / max(abs(value), abs(other))


def _numbers(claim: dict[str, Any]) -> dict[str, Any]:
    """Returns what a claim's box shows and what it was judged by."""
    values = {
        f"{arm} {i}".strip(): value
        for arm, by_seed in claim["values"].items()
        for i, value in enumerate(by_seed)
    }
    return claim["numbers"] | values


def troubles(runs: Sequence[Run]) -> list[str]:
    """Returns what a gate would stumble over on another machine."""
    found = [f"{r.chapter}, {r.condition}: {r.error}" for r in runs if r.error]
    found += [
        f"{run.chapter}, {run.condition}: the output of {name!r} is another"
        for run in runs
        for name in run.changed
    ]
    for claim in compare(runs):
        if claim.kind == "machine":
            continue
        found += [
            f"{claim.claim}, {condition}: {remark}"
            for condition, remark in claim.outside.items()
            if remark
        ]
    return found


def report(runs: Sequence[Run]) -> str:
    """Returns the report: a line for each claim, then the troubles."""
    row = "{:24} {:8} {:>10}  {}"
    lines = ["", row.format("claim", "kind", "numbers", "outside")]
    for claim in compare(runs):
        numbers = "equal"
        if claim.largest:
            numbers = f"± {claim.largest:.1e}"
        where = ", ".join(k for k, v in claim.outside.items() if v)
        outside = where or f"none of {len(claim.outside)}"
        lines.append(row.format(claim.claim, claim.kind, numbers, outside))
    found = troubles(runs)
    lines.append("")
    lines += found or ["No gate depends on the condition."]
    return "\n".join(lines)
