"""The evidence that is published with the book: many seeds for each claim.

``python -m tools.evidence verdicts`` writes it, and nobody else does. It is
read here by whoever shows it (a claim's box, the pages of the book) or
compares a run with it (the gate).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from d2l_ext.evidence.declarations import (
    CLAIMS_FILE,
    EFFECT,
    KINDS,
    SHARE,
    VERDICTS,
)

#: The verdicts of the book, inside the package.
VERDICTS_FILE = CLAIMS_FILE.with_name("verdicts.json")
#: How long training takes: as in the chapter, or ten times as long.
SHORT, LONG = "short", "long"
#: A share is outside the evidence if so little speaks for it.
UNLIKELY = 0.001


@dataclass(frozen=True)
class Arm:
    """One condition of a claim at one budget.

    Attributes
    ----------
    arm : str
        The condition in words that can follow *holds only when*; empty where
        a claim has none.
    budget : str
        ``SHORT`` or ``LONG``.
    count : int
        The number of seeds N whose run gave a value.
    mean, low, high : float or None
        The mean with its interval, in the metric's unit; of a share the part
        of the seeds in which it happened. ``None`` if there are too few.
    agree : float or None
        The share of the seeds that support the statement.
    p, p_corrected : float or None
        Of the test of an effect, and corrected over the claims of the book.
    spread : float or None
        Of an effect: how far the mean of n further seeds may lie from that
        of the N, divided by the square root of 1/n + 1/N.
    verdict : str
        One of ``declarations.VERDICTS``, of this arm alone.
    manner : str or None
        How it does not hold.
    failed : int
        The number of seeds whose run failed.
    values : mapping of str to float
        The value of each seed.
    """

    arm: str
    budget: str
    count: int
    mean: float | None
    low: float | None
    high: float | None
    agree: float | None
    p: float | None
    p_corrected: float | None
    spread: float | None
    verdict: str
    manner: str | None
    failed: int
    values: Mapping[str, float]

    def reach(self, runs: int) -> float | None:
        """How far from the mean that of so many further seeds may lie."""
        if self.spread is None:
            return None
        return self.spread * math.sqrt(1 / runs + 1 / self.count)


@dataclass(frozen=True)
class Published:
    """The evidence for one claim.

    Attributes
    ----------
    claim, kind, chapter : str
        The claim's id, one of ``declarations.KINDS``, and where it is
        measured.
    verdict : str
        One of ``declarations.VERDICTS``.
    condition : str or None
        What *holds only when* is followed by.
    manner : str or None
        How it does not hold.
    code : str or None
        A digest of what the measurement depended on; of a failed one none.
    budgets : tuple of str
        The budgets at which it is to be measured.
    arms : tuple of Arm
        What each condition gave at each budget that was measured.
    """

    claim: str
    kind: str
    chapter: str
    verdict: str
    condition: str | None
    manner: str | None
    code: str | None
    budgets: tuple[str, ...]
    arms: tuple[Arm, ...]

    @property
    def measured(self) -> bool:
        """Whether there is a run, if only one that failed."""
        return bool(self.arms)

    @property
    def left(self) -> tuple[str, ...]:
        """The budgets at which it is not measured yet."""
        done = {arm.budget for arm in self.arms}
        return tuple(b for b in self.budgets if b not in done)

    def arm(self, name: str = "", budget: str = SHORT) -> Arm | None:
        """Returns what a condition gave at a budget, if it was measured."""
        for arm in self.arms:
            if (arm.arm, arm.budget) == (name, budget):
                return arm
        return None

    def outside(
        self, name: str, values: Sequence[float], budget: str = SHORT
    ) -> bool:
        """Whether a run lies outside the evidence.

        Of an effect: outside the interval in which the mean of so many
        further seeds lies 999 times in 1,000, if differences are normal. Of
        a share: what happened, and all that is no likelier, has together a
        probability below .001. Of what is exact: another outcome.

        Parameters
        ----------
        name : str
            The arm.
        values : sequence of float
            One for each seed of the run, one or more.
        budget : str
            At which it ran.

        Returns
        -------
        bool
            False as well where the evidence has nothing to compare with.
        """
        arm = self.arm(name, budget)
        if arm is None or arm.mean is None or not len(values):
            return False
        if self.kind == SHARE:
            happened = round(arm.mean * arm.count)
            now = round(sum(values))
            chance = _as_unlikely(now, len(values), happened, arm.count)
            return chance < UNLIKELY
        mean = sum(values) / len(values)
        if self.kind != EFFECT:
            return mean != arm.mean
        reach = arm.reach(len(values))
        if reach is None:
            return False
        # Not "far > reach": a run that is no number lies outside.
        return not abs(mean - arm.mean) <= reach + 1e-12 * abs(arm.mean)


def _as_unlikely(now: int, runs: int, happened: int, count: int) -> float:
    """The probability of what happened now, and of all that is no likelier.

    Of ``runs`` runs, after ``happened`` of ``count``: beta-binomial, from
    shares that were all as likely before.
    """
    chances = [
        _beta_binomial(k, runs, happened + 1, count - happened + 1)
        for k in range(runs + 1)
    ]
    # Equal up to rounding is as likely.
    largest = chances[now] * (1 + 1e-9)
    return sum(chance for chance in chances if chance <= largest)


def _beta_binomial(k: int, n: int, a: float, b: float) -> float:
    """The probability of k of n where the share is Beta(a, b)."""
    return math.exp(
        math.lgamma(n + 1)
        - math.lgamma(k + 1)
        - math.lgamma(n - k + 1)
        + _log_beta(k + a, n - k + b)
        - _log_beta(a, b)
    )


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


@cache
def published(path: Path = VERDICTS_FILE) -> Mapping[str, Published]:
    """Returns the evidence by the ids of the claims.

    A claim without a run is not in it, and before there is evidence none is.

    Raises
    ------
    ValueError
        If the file is damaged; the message names it.
    """
    if not path.is_file():
        return MappingProxyType({})
    try:
        records = json.loads(path.read_text(encoding="utf-8"))["claims"]
        found = [_claim(name, record) for name, record in records.items()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{type(error).__name__}: {error}"
        raise ValueError(
            f"{path}: cannot be read as the evidence ({message}); write it "
            "anew with: python -m tools.evidence verdicts"
        ) from error
    return MappingProxyType({p.claim: p for p in found if p.measured})


def _claim(name: str, record: Mapping[str, Any]) -> Published:
    values = {
        field.name: record[field.name]
        for field in fields(Published)
        if field.name not in ("claim", "budgets", "arms")
    }
    _allowed(record["kind"], KINDS, name)
    _allowed(record["verdict"], VERDICTS, name)
    arms = [_arm(name, arm) for arm in record["arms"]]
    done = {arm.budget for arm in arms if arm.count or arm.failed}
    return Published(
        claim=name,
        budgets=tuple(record["budgets"]),
        arms=tuple(arm for arm in arms if arm.budget in done),
        **values,
    )


def _arm(name: str, record: Mapping[str, Any]) -> Arm:
    _allowed(record["verdict"], VERDICTS, name)
    _allowed(record["budget"], (SHORT, LONG), name)
    arm = Arm(**{field.name: record[field.name] for field in fields(Arm)})
    numbers = (arm.mean, arm.low, arm.high, arm.agree, arm.spread)
    for number in (*numbers, *arm.values.values()):
        if number is not None and not math.isfinite(number):
            raise ValueError(f"{name} has {number!r} for a number")
    return arm


def _allowed(value: str, allowed: Any, name: str) -> None:
    if value not in allowed:
        raise ValueError(
            f"{name} has {value!r}; use one of: {', '.join(allowed)}"
        )
