"""The rule, on made-up numbers whose verdict is known."""

import itertools
import math

from d2l_ext.evidence.declarations import (
    CONDITIONAL,
    FAILS,
    HOLDS,
    UNDECIDED,
)
from d2l_ext.evidence.verdict import (
    MAX_EXACT_PAIRS,
    MIN_PAIRS,
    NO_DIFFERENCE,
    REVERSE,
    SMALLER,
    Share,
    Verdict,
    combine,
    corrected,
    effect,
    judge_effect,
    judge_share,
    share,
)

import numpy as onp
import pytest

#: The rule is for who publishes, with the project's own environment.
pytest.importorskip("scipy", "1.15")
stats = pytest.importorskip("scipy.stats")


def drawn(mean, std=1.0, count=12, seed=0):
    """Returns differences of exactly this mean and standard deviation."""
    noise = onp.random.default_rng(seed).normal(size=count)
    return mean + std * (noise - noise.mean()) / noise.std(ddof=1)


# An effect


def test_an_effect_is_described_by_its_mean_interval_and_sign():
    found = effect([1.0, 2.0, 3.0, -2.0])
    assert (found.count, found.mean, found.agree) == (4, 1.0, 0.75)
    assert found.low < 1 < found.high


@pytest.mark.parametrize("count", [12, 30])
@pytest.mark.parametrize("seed", range(4))
def test_the_interval_is_about_students(count, seed):
    d = drawn(5, count=count, seed=seed)
    found = effect(d)
    half = stats.t.ppf(0.975, count - 1) / math.sqrt(count)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.15)


def test_the_interval_leans_to_the_long_tail():
    d = onp.array([0.0] * 11 + [12.0])
    found = effect(d)
    assert found.high - found.mean > 1.3 * (found.mean - found.low)


def test_equal_differences_have_an_interval_without_width():
    found = effect([0.25] * 12)
    assert (found.low, found.high) == (0.25, 0.25)
    assert found.p == pytest.approx(2 / 2**12)


def test_no_difference_at_all_is_no_evidence():
    assert effect([0.0] * 12).p == 1


def test_the_interval_is_the_same_each_time():
    d = drawn(1, count=20)
    assert effect(d) == effect(list(d))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_collapsed_run_asks_for_a_share(bad):
    with pytest.raises(ValueError, match=r"1 of 12 differences .* a share"):
        effect([*drawn(1)[1:], bad])


@pytest.mark.parametrize("d", [[], [1.0], [[1.0, 2.0]]])
def test_too_few_differences_are_refused(d):
    with pytest.raises(ValueError, match="two or more"):
        effect(d)


def test_the_intervals_cover_the_mean():
    """Of normal differences; deterministic, so the bound is no gamble."""
    rng = onp.random.default_rng(1)
    covered = [
        found.low <= 0 <= found.high
        for found in (effect(rng.normal(size=12)) for _ in range(400))
    ]
    assert onp.mean(covered) >= 0.92


# The test


@pytest.mark.parametrize("count", [3, 5, 9])
def test_p_is_the_share_of_flips_that_are_as_far(count):
    d = drawn(0.7, count=count).round(1)
    far = [
        abs(onp.dot(signs, d)) >= abs(d.sum()) - 1e-9
        for signs in itertools.product([-1, 1], repeat=count)
    ]
    assert effect(d).p == pytest.approx(onp.mean(far))


def test_p_agrees_with_scipys_permutation_test():
    d = drawn(0.6, count=10)
    expected = stats.permutation_test(
        (d,), onp.mean, permutation_type="samples", n_resamples=onp.inf
    ).pvalue
    assert effect(d).p == pytest.approx(expected)


def test_many_pairs_are_flipped_at_random():
    d = drawn(0.5, count=MAX_EXACT_PAIRS + 1)
    exact = effect(drawn(0.5, count=MAX_EXACT_PAIRS)).p
    assert 0.3 * exact < effect(d).p < 3 * exact
    # Never 0: the observed signs are one of the ways.
    assert effect(drawn(100, count=30)).p == pytest.approx(1e-4)


def test_holms_correction():
    """The example of Holm's step-down: 0.01·3, 0.03·2 and 0.04, monotone."""
    p = {"b": 0.03, "a": 0.01, "c": 0.04}
    assert corrected(p) == pytest.approx({"b": 0.06, "a": 0.03, "c": 0.06})
    assert list(corrected(p)) == ["b", "a", "c"]
    assert corrected({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    assert corrected({}) == {}


def test_a_whole_book_of_nulls_seldom_has_a_small_p():
    """In at most one of twenty books any p is below .05, corrected."""
    rng = onp.random.default_rng(2)
    num_books, num_claims = 2000, 15
    # (2^12, 12): all ways to flip the signs of twelve pairs.
    signs = onp.array(list(itertools.product([-1.0, 1.0], repeat=12)))
    wrong = 0
    for _ in range(num_books):
        d = rng.normal(size=(12, num_claims))
        # (2^12, 12) (12, claims) -> (claims,)
        p = (abs(signs @ d) >= abs(d.sum(axis=0)) - 1e-9).mean(axis=0)
        wrong += min(corrected(dict(enumerate(p))).values()) < 0.05
    assert wrong / num_books <= 0.05


# The verdict of an arm


@pytest.mark.parametrize(
    ("mean", "std", "expected"),
    [
        (3, 1, Verdict(HOLDS)),
        (1.2, 1, Verdict(UNDECIDED)),
        (0, 1, Verdict(FAILS, manner=NO_DIFFERENCE)),
        (0, 5, Verdict(UNDECIDED)),
        (-1.2, 1.5, Verdict(FAILS, manner=SMALLER)),
        (-3, 1, Verdict(FAILS, manner=REVERSE)),
    ],
)
def test_an_effect_is_judged_against_its_margin(mean, std, expected):
    found = effect(drawn(mean, std))
    assert judge_effect(found, margin=1, p=found.p) == expected


def test_with_a_large_corrected_p_nothing_holds():
    found = effect(drawn(3))
    assert judge_effect(found, 1, p=0.05).verdict == UNDECIDED
    assert judge_effect(found, 1, p=0.049).verdict == HOLDS


def test_with_eleven_pairs_all_is_open():
    found = effect(drawn(9, count=MIN_PAIRS - 1))
    assert judge_effect(found, 1, found.p).verdict == UNDECIDED


def test_a_touched_margin_decides_nothing():
    """The interval has to lie beyond it, wholly."""
    found = effect([1.0] * 12)
    assert judge_effect(found, 1, found.p).verdict == UNDECIDED


# Shares


def test_the_interval_of_a_share_is_exact():
    """Twelve of twelve: the lower end is the twelfth root of .025."""
    found = share(12, 12)
    assert (found.low, found.high) == pytest.approx((0.025 ** (1 / 12), 1))
    assert share(0, 12).high == pytest.approx(1 - 0.025 ** (1 / 12))


@pytest.mark.parametrize(
    ("happened", "count", "expected"),
    [
        (17, 17, HOLDS),
        (16, 16, UNDECIDED),
        (29, 30, HOLDS),
        (24, 30, UNDECIDED),
        (17, 30, FAILS),
        (0, 11, UNDECIDED),
    ],
)
def test_a_share_is_judged_by_what_the_claim_needs(happened, count, expected):
    assert judge_share(share(happened, count), 0.8) == Verdict(expected)


@pytest.mark.parametrize(("happened", "count"), [(-1, 5), (6, 5), (0, 0)])
def test_what_is_no_share_is_refused(happened, count):
    with pytest.raises(ValueError, match="is no share"):
        share(happened, count)


def test_a_share_keeps_its_counts():
    assert isinstance(share(3, 4), Share)
    assert (share(3, 4).happened, share(3, 4).count) == (3, 4)


# The verdict of a claim

YES, NO, OPEN = (
    Verdict(HOLDS),
    Verdict(FAILS, None, SMALLER),
    Verdict(UNDECIDED),
)


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        ({"a": YES}, YES),
        ({"a": YES, "b": YES}, YES),
        ({"a": NO, "b": NO}, NO),
        ({"a": NO, "b": Verdict(FAILS, None, REVERSE)}, Verdict(FAILS)),
        ({"a": NO, "b": YES, "c": YES}, Verdict(CONDITIONAL, "b, c")),
        ({"a": NO, "b": YES, "c": OPEN}, Verdict(CONDITIONAL, "b")),
        ({"a": OPEN}, OPEN),
        ({"a": OPEN, "b": YES}, OPEN),
        ({"a": OPEN, "b": NO}, OPEN),
    ],
)
def test_arms_are_combined(arms, expected):
    assert combine(arms) == expected


def test_a_claim_has_an_arm():
    with pytest.raises(ValueError, match="at least one arm"):
        combine({})
