"""One measurement of a claim, which shows itself as a box."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from d2l_ext.evidence import box
from d2l_ext.evidence.declarations import Declaration
from d2l_ext.evidence.published import Published

MIME_TYPE = "application/vnd.d2l-ext.claim+json"


@dataclass(frozen=True)
class Measurement:
    """One measurement of a claim, which shows itself as a box.

    Attributes
    ----------
    id : str
        The claim's.
    declaration : Declaration
        What ``claims.yml`` says of it.
    values : dict of str to list of float
        What was measured, by arm, one value a seed.
    numbers : dict of str to (float, int, bool, str or None)
        What else is shown.
    evidence : Published or None
        What many seeds gave; None before it is measured.
    scale, budget : str
    seed : int
        The settings that it was measured with.
    context : str
        What it was computed on.
    machine : str or None
        Of the kind ``machine``: the one that measured it, in words.
    """

    id: str
    declaration: Declaration
    values: dict[str, list[float]]
    numbers: dict[str, Any]
    evidence: Published | None
    scale: str
    seed: int
    budget: str
    context: str
    machine: str | None

    @property
    def kind(self) -> str:
        """The kind of the claim."""
        return self.declaration.kind

    @property
    def remarks(self) -> list[str]:
        """A sentence for each arm that lies outside the evidence.

        The evidence is for quick scale: at another one nothing is compared.
        """
        if self.scale != "quick":
            return []
        return list(
            box.remarks(
                self.evidence, self.declaration, self.values, self.budget
            )
        )

    @property
    def agrees(self) -> bool:
        """Whether the measurement lies within the evidence."""
        return not self.remarks

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            "text/plain": str(self),
            "text/html": box.to_html(**self._parts()),
            MIME_TYPE: self._to_record(),
        }

    def __str__(self) -> str:
        return box.to_text(**self._parts())

    def _parts(self) -> dict[str, Any]:
        return {
            "claim_id": self.id,
            "declaration": self.declaration,
            "numbers": self.numbers,
            "evidence": self.evidence,
            "now": self.values if self.scale == "quick" else None,
            "budget": self.budget,
            "machine": self.machine,
        }

    def _to_record(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "chapter": self.declaration.chapter,
            "kind": self.kind,
            "statement": self.declaration.statement,
            "verdict": box.verdict_in_words(self.declaration, self.evidence),
            "values": {
                arm: [v if math.isfinite(v) else str(v) for v in values]
                for arm, values in self.values.items()
            },
            "numbers": self.numbers,
            "scale": self.scale,
            "seed": self.seed,
            "budget": self.budget,
            "context": self.context,
            "machine": self.machine,
            "remarks": self.remarks,
            "agrees": self.agrees,
        }
