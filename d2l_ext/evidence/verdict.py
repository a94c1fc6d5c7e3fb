"""The rule: what the evidence for a claim says, and how surely.

Everything here is arithmetic on numbers that were measured before. An effect
is a list of paired differences, one for each seed, in the direction that
supports the statement; a share is a number of runs in which something
happened. SciPy (1.15 or later) is imported where it is needed: who reads the
book or trains a network never comes here.

Source: Efron (1987) for the bootstrap interval, Hesterberg (2015) for its
width on few pairs, Holm (1979) for the correction.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from d2l_ext.evidence.declarations import (
    CONDITIONAL,
    FAILS,
    HOLDS,
    UNDECIDED,
)

import numpy as onp

#: Pairs that a verdict needs: with ten, the smallest p of an exact test does
#: not pass Holm's correction over the claims of the book.
MIN_PAIRS = 12
#: Runs that a verdict on the long budget needs: fewer, as they take long.
MIN_LONG_RUNS = 6
LEVEL = 0.95
ALPHA = 0.05
#: How many runs lie in the interval that the next one is expected in.
EXPECTED = 0.999
RESAMPLES = 9_999
#: Up to this many pairs all ways to flip their signs are counted.
MAX_EXACT_PAIRS = 16

#: What *does not hold* can mean.
NO_DIFFERENCE = "no difference that matters"
SMALLER = "smaller than said"
REVERSE = "the reverse"
#: And of what is said to be equal.
DIFFERENT = "a difference that matters"

#: What the budgets are as conditions.
SHORT_TRAINING = "training is short"
LONG_TRAINING = "training is long"


@dataclass(frozen=True)
class Effect:
    """What one arm of a claim measured.

    Attributes
    ----------
    count : int
        The number of pairs N.
    mean, low, high : float
        The mean difference and its interval, in the metric's unit; positive
        where it supports the statement.
    agree : float
        The share of the pairs with a positive difference.
    p : float
        Two-sided, of the sign-flip test; not corrected.
    spread : float
        How far the mean of another n pairs may lie from this mean, over
        sqrt(1/n + 1/N): outside are .1 % of them.
    """

    count: int
    mean: float
    low: float
    high: float
    agree: float
    p: float
    spread: float


@dataclass(frozen=True)
class Share:
    """In how many runs of one arm something happened.

    Attributes
    ----------
    happened, count : int
        k of N runs.
    low, high : float
        The exact interval of the share.
    """

    happened: int
    count: int
    low: float
    high: float


@dataclass(frozen=True)
class Verdict:
    """What the evidence says.

    Attributes
    ----------
    verdict : str
        One of ``d2l_ext.evidence.declarations.VERDICTS``.
    condition : str or None
        The arms that hold, of *holds only when*.
    manner : str or None
        How it does not hold: ``NO_DIFFERENCE``, ``SMALLER``, ``REVERSE`` or
        ``DIFFERENT``.
    """

    verdict: str
    condition: str | None = None
    manner: str | None = None


def effect(differences: Sequence[float]) -> Effect:
    """Summarizes paired differences by an interval and a test.

    Parameters
    ----------
    differences : sequence of float
        One a seed, shape (N,), in the direction that supports the statement.

    Raises
    ------
    ValueError
        If there are fewer than two, or one is no finite number: an arm in
        which runs collapse is a share, and no mean.
    """
    d = onp.asarray(differences, dtype=float)  # (N,)
    if d.ndim != 1 or len(d) < 2:
        raise ValueError(
            f"an effect needs two or more differences, not shape {d.shape}"
        )
    if not onp.isfinite(d).all():
        raise ValueError(
            f"{int((~onp.isfinite(d)).sum())} of {len(d)} differences are no "
            "finite numbers; make the claim a share of runs instead"
        )
    low, high = _interval(d)
    return Effect(
        len(d),
        float(d.mean()),
        low,
        high,
        float((d > 0).mean()),
        _sign_flip(d),
        _spread(d),
    )


def _interval(d: onp.ndarray) -> tuple[float, float]:
    """The bias-corrected accelerated bootstrap interval of the mean.

    On few pairs it is too narrow, as if the variance were divided by N and
    the normal distribution used in place of Student's. So its level is
    stretched to where a normal interval would have Student's width.
    """
    from scipy import stats

    if onp.ptp(d) == 0:
        return float(d[0]), float(d[0])
    count = len(d)
    t = stats.t.ppf((1 + LEVEL) / 2, count - 1)
    if count < MIN_LONG_RUNS:  # no verdict, and too few to draw from
        half = t * d.std(ddof=1) / math.sqrt(count)
        return float(d.mean() - half), float(d.mean() + half)
    level = 1 - 2 * stats.norm.sf(math.sqrt(count / (count - 1)) * t)
    found = stats.bootstrap(
        (d,),
        onp.mean,
        n_resamples=RESAMPLES,
        confidence_level=level,
        method="BCa",
        rng=onp.random.default_rng(0),
    ).confidence_interval
    return float(found.low), float(found.high)


def _spread(d: onp.ndarray) -> float:
    """Student's quantile times the standard deviation."""
    from scipy import stats

    t = stats.t.ppf((1 + EXPECTED) / 2, len(d) - 1)
    return float(t * d.std(ddof=1))


def _sign_flip(d: onp.ndarray) -> float:
    """How often flipped signs give a mean as far from zero; two-sided.

    All 2^N ways for few pairs, and as many at random as the bootstrap takes
    for more.
    """
    if not d.any():
        return 1.0
    observed = abs(d.sum())
    # Equal up to rounding is as far: a tie must not depend on the order.
    far = observed * (1 - 1e-12)
    if len(d) <= MAX_EXACT_PAIRS:
        sums = onp.zeros(1)
        for each in d:
            sums = onp.concatenate([sums - each, sums + each])  # (2^i,)
        return float((abs(sums) >= far).mean())
    rng = onp.random.default_rng(0)
    signs = rng.choice([-1.0, 1.0], size=(RESAMPLES, len(d)))  # (R, N)
    sums = signs @ d  # (R, N) (N,) -> (R,)
    return float((1 + (abs(sums) >= far).sum()) / (1 + RESAMPLES))


def share(happened: int, count: int) -> Share:
    """Returns k of N with its exact interval (Clopper and Pearson).

    Raises
    ------
    ValueError
        If ``happened`` is not from 0 to ``count``, or there is no run.
    """
    from scipy import stats

    if not 0 <= happened <= count or count < 1:
        raise ValueError(f"{happened} of {count} runs is no share")
    interval = stats.binomtest(happened, count).proportion_ci(LEVEL, "exact")
    return Share(happened, count, float(interval.low), float(interval.high))


def corrected(p_values: Mapping[str, float]) -> dict[str, float]:
    """Returns Holm's corrected p values over all claims of the book."""
    ordered = sorted(p_values, key=lambda name: p_values[name])
    result, largest = {}, 0.0
    for rank, name in enumerate(ordered):
        factor = len(ordered) - rank
        largest = max(largest, min(1.0, factor * p_values[name]))
        result[name] = largest
    return {name: result[name] for name in p_values}


def judge_effect(
    found: Effect, margin: float, p: float | None, needed: int = MIN_PAIRS
) -> Verdict:
    """Judges one arm.

    Parameters
    ----------
    found : Effect
    margin : float
        The smallest difference that matters, positive.
    p : float or None
        Of the test, corrected over all claims of the book; without it the
        interval alone decides, as on the long budget.
    needed : int
        The pairs that a verdict needs.
    """
    if found.count < needed:
        return Verdict(UNDECIDED)
    significant = p is None or p < ALPHA
    if found.low > margin and significant:
        return Verdict(HOLDS)
    if found.high < -margin and significant:
        return Verdict(FAILS, manner=REVERSE)
    if found.high < margin:
        inside = found.low > -margin
        return Verdict(FAILS, manner=NO_DIFFERENCE if inside else SMALLER)
    return Verdict(UNDECIDED)


def judge_equal(
    found: Effect, margin: float, needed: int = MIN_PAIRS
) -> Verdict:
    """Judges an arm of a claim that there is no difference that matters.

    Where the whole interval lies inside the margin on both sides, that is the
    test of equivalence; no p value says so.
    """
    if found.count < needed:
        return Verdict(UNDECIDED)
    if -margin < found.low and found.high < margin:
        return Verdict(HOLDS)
    if found.low > margin or found.high < -margin:
        return Verdict(FAILS, manner=DIFFERENT)
    return Verdict(UNDECIDED)


def judge_share(found: Share, needed: float, runs: int = MIN_PAIRS) -> Verdict:
    """Judges one arm by the part of its runs that the claim needs."""
    if found.count < runs:
        return Verdict(UNDECIDED)
    if found.low > needed:
        return Verdict(HOLDS)
    if found.high < needed:
        return Verdict(FAILS)
    return Verdict(UNDECIDED)


def judge_exact(found: Share | None) -> Verdict:
    """Judges what one run settles: mathematics, counts and shapes."""
    if found is None:
        return Verdict(UNDECIDED)
    return Verdict(HOLDS if found.happened == found.count else FAILS)


def unsettled(verdict: Verdict | None = None, failed: int = 0) -> Verdict:
    """Returns the verdict, or *undecided* if there is none.

    Or if runs failed: which ones do may depend on the sides compared, and
    those that are left are no fair sample.
    """
    if verdict is None or failed:
        return Verdict(UNDECIDED)
    return verdict


def over_budgets(
    arm: str, short: Verdict, long: Verdict | None = None
) -> dict[str, Verdict]:
    """Returns an arm's verdict, or one for each budget if they disagree.

    Parameters
    ----------
    arm : str
        The condition in words; empty if the claim has none.
    short, long : Verdict
        On both budgets. One that is undecided on the long one contradicts
        nothing.
    """
    if long is None or UNDECIDED in (short.verdict, long.verdict):
        return {arm: short}
    if short.verdict == long.verdict:
        return {arm: combine({"short": short, "long": long})}
    names = (SHORT_TRAINING, LONG_TRAINING)
    words = [f"{arm}, and {name}" if arm else name for name in names]
    return dict(zip(words, (short, long), strict=True))


def combine(arms: Mapping[str, Verdict]) -> Verdict:
    """Returns the verdict of a claim from those of its arms.

    *Holds* if all do, *does not hold* if none does, *holds only when* followed
    by the arms that hold if all others do not; with an arm that is undecided
    only what the others leave no doubt about is said.

    Raises
    ------
    ValueError
        If there is no arm.
    """
    if not arms:
        raise ValueError("a claim needs at least one arm")
    verdicts = {verdict.verdict for verdict in arms.values()}
    if len(verdicts) == 1:
        (verdict,) = verdicts
        manners = {arm.manner for arm in arms.values()}
        return Verdict(
            verdict, manner=manners.pop() if len(manners) == 1 else None
        )
    holding = [name for name, arm in arms.items() if arm.verdict == HOLDS]
    if holding and FAILS in verdicts:
        return Verdict(CONDITIONAL, "; or ".join(holding))
    return Verdict(UNDECIDED)
