"""The claims of the book, as ``claims.yml`` declares them.

A claim is a sentence that people repeat about a technique. The file holds
each one with the verdict that its measurement gave, at quick scale and with
seed 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

HOLDS = "holds"
CONDITIONAL = "holds only when"
FAILS = "does not hold"
UNDECIDED = "undecided"
VERDICTS = (HOLDS, CONDITIONAL, FAILS, UNDECIDED)

#: The claims of the book, inside the package.
CLAIMS_FILE = Path(__file__).parents[1] / "_files" / "claims.yml"


@dataclass(frozen=True)
class Declaration:
    """A claim as ``claims.yml`` records it.

    Attributes
    ----------
    chapter : str
        The chapter that measures it.
    statement : str
        The sentence that people repeat.
    verdict : str
        One of ``VERDICTS``.
    condition : str, optional
        What ``holds only when`` is followed by.
    """

    chapter: str
    statement: str
    verdict: str
    condition: str | None = None

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(
                f"verdict {self.verdict!r} is not known; use one of: "
                + ", ".join(VERDICTS)
            )
        if (self.verdict == CONDITIONAL) != (self.condition is not None):
            raise ValueError(
                f"a condition belongs to the verdict {CONDITIONAL!r}, and "
                "only to it"
            )


@cache
def declarations(path: Path = CLAIMS_FILE) -> dict[str, Declaration]:
    """Returns the claims of ``claims.yml`` by their ids.

    Raises
    ------
    ValueError
        If the file is no mapping, or a claim lacks a field, has an unknown
        one or an unknown verdict; the message names the claim.
    """
    records = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if not isinstance(records, dict):
        raise ValueError("claims.yml: needs claims by their ids")
    declared = {}
    for claim_id, record in records.items():
        try:
            declared[claim_id] = Declaration(**record)
        except (TypeError, ValueError) as error:
            raise ValueError(f"claims.yml: {claim_id}: {error}") from error
    return declared
