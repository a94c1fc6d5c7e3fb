"""Runs for the evidence: a claim's values are kept, and no box is shown.

The evidence for a claim comes from the same cells of its chapter that a reader
runs, once for each seed. ``python -m tools.evidence run`` runs them inside
:func:`recording`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_records: list[Record] | None = None


@dataclass(frozen=True)
class Record:
    """What one run measured of a claim.

    Attributes
    ----------
    claim : str
        The id in ``claims.yml``.
    values : dict of str to list of float
        By arm, one value a seed: of an effect the difference in the metric's
        unit, else 1 or 0. A claim without arms has one of the name ``""``.
    numbers : dict of str to (float, int, bool, str or None)
        The numbers of the claim's box.
    """

    claim: str
    values: dict[str, list[float]]
    numbers: dict[str, Any]


@contextmanager
def recording() -> Iterator[list[Record]]:
    """Keeps what is measured inside a ``with`` statement in its list.

    Each run has one seed, which ``D2L_EXT_SEED`` says: :func:`seeds` returns
    no others.

    Raises
    ------
    RuntimeError
        Inside another one.
    """
    global _records
    if _records is not None:
        raise RuntimeError("a run for the evidence is being recorded already")
    _records = []
    try:
        yield _records
    finally:
        _records = None


def is_recording() -> bool:
    """Returns whether this run is one for the evidence."""
    return _records is not None


def record(kept: Record) -> None:
    """Keeps what was measured of a claim; only inside :func:`recording`."""
    assert _records is not None
    _records.append(kept)
