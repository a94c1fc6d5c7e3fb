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
    claim, chapter, kind, recorded : str
    verdicts : dict of str to str
        The measured verdict by condition.
    largest : float
        The largest relative difference of one of its numbers from that of
        the first condition; infinite if a text or a truth value differs.
    number : str
        Which of them that is.
    """

    claim: str
    chapter: str
    kind: str
    recorded: str
    verdicts: dict[str, str]
    largest: float
    number: str

    @property
    def changes(self) -> bool:
        """Whether the verdict depends on the machine."""
        return len(set(self.verdicts.values())) > 1


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
                (_difference(value, other["numbers"].get(key)), key)
                for key, value in first["numbers"].items()
                for other in others
            ),
            default=(0.0, ""),
        )
        compared.append(
            Comparison(
                name,
                first["chapter"],
                first.get("kind", ""),
                _words(first["recorded"], first["condition"]),
                {
                    condition: _words(c["measured"], c["measured_condition"])
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


def _words(verdict: str | None, condition: str | None) -> str:
    return " ".join(filter(None, (verdict, condition))) or "-"


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
        for condition, verdict in claim.verdicts.items():
            if claim.recorded not in (verdict, "undecided"):
                found.append(
                    f"{claim.claim}: {verdict!r} under {condition}, recorded "
                    f"as {claim.recorded!r}"
                )
    return found


def report(runs: Sequence[Run]) -> str:
    """Returns the report: a line for each claim, then the troubles."""
    row = "{:24} {:8} {:>10}  {}"
    lines = ["", row.format("claim", "kind", "numbers", "verdicts")]
    for claim in compare(runs):
        numbers = "equal"
        if claim.largest:
            numbers = f"± {claim.largest:.1e}"
        verdicts = f"{len(claim.verdicts)} × {claim.recorded}"
        if claim.changes or claim.recorded not in claim.verdicts.values():
            verdicts = "; ".join(
                f"{k}: {v}" for k, v in claim.verdicts.items()
            )
        lines.append(row.format(claim.claim, claim.kind, numbers, verdicts))
    found = troubles(runs)
    lines.append("")
    lines += found or ["No verdict that gates depends on the condition."]
    return "\n".join(lines)
