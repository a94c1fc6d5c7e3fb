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
    ALPHA,
    DIFFERENT,
    MAX_EXACT_PAIRS,
    MIN_LONG_RUNS,
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
    judge_equal,
    judge_exact,
    judge_share,
    over_budgets,
    share,
    unsettled,
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
    assert onp.mean(covered) >= 0.93


@pytest.mark.parametrize("count", [2, 3, MIN_LONG_RUNS - 1])
def test_few_pairs_have_students_interval(count):
    d = drawn(1, count=count)
    low, high = stats.t.interval(
        0.95, count - 1, d.mean(), d.std(ddof=1) / math.sqrt(count)
    )
    assert (effect(d).low, effect(d).high) == pytest.approx((low, high))


def test_the_spread_says_where_other_runs_lie():
    """One in a thousand lies outside: of 4,000 means of 3 pairs, about 4."""
    rng = onp.random.default_rng(3)
    outside = 0
    for _ in range(200):
        d = rng.normal(size=12)
        reach = effect(d).spread * math.sqrt(1 / 3 + 1 / 12)
        others = rng.normal(size=(20, 3)).mean(axis=1)
        outside += (abs(others - d.mean()) > reach).sum()
    assert 0 < outside < 14
    assert effect([0.25] * 12).spread == 0


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


#: Effects of the book at the short budget.
NUM_EFFECTS = 34


def test_a_whole_book_of_nulls_seldom_finds_anything():
    """In at most one of twenty books anything holds or is reversed.

    Nothing makes a difference, and the margins are as small as they can be.
    """
    rng = onp.random.default_rng(2)
    num_books = 2000
    # (2^11, 12): all ways to flip the signs of twelve pairs, up to all signs.
    signs = onp.array(list(itertools.product([-1.0, 1.0], repeat=11)))
    signs = onp.hstack([onp.ones((len(signs), 1)), signs])
    wrong = 0
    for _ in range(num_books):
        d = rng.normal(size=(12, NUM_EFFECTS))
        # (2^11, 12) (12, effects) -> (effects,)
        p = (abs(signs @ d) >= abs(d.sum(axis=0)) - 1e-9).mean(axis=0)
        after = corrected(dict(enumerate(p)))
        wrong += any(
            judge_effect(effect(d[:, i]), 1e-9, after[i])
            in (Verdict(HOLDS), Verdict(FAILS, manner=REVERSE))
            for i in after
            if after[i] < ALPHA
        )
    assert wrong / num_books <= 0.05


@pytest.mark.parametrize(("std", "power"), [(0.5, 0.99), (1.0, 0.8)])
def test_a_difference_of_twice_the_margin_is_found(std, power):
    """As ``evidence/README.md`` says, if nothing else in the book holds."""
    rng = onp.random.default_rng(4)
    others = {str(i): 1.0 for i in range(NUM_EFFECTS - 1)}
    found = [effect(rng.normal(2, std, size=12)) for _ in range(150)]
    held = [
        judge_effect(each, 1, corrected({"it": each.p, **others})["it"])
        == Verdict(HOLDS)
        for each in found
    ]
    assert onp.mean(held) >= power


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


def test_nothing_is_reversed_by_a_large_corrected_p():
    found = effect(drawn(-3))
    assert judge_effect(found, 1, p=0.05).manner == SMALLER


@pytest.mark.parametrize(
    ("mean", "expected"),
    [
        (3, Verdict(HOLDS)),
        (1.2, Verdict(UNDECIDED)),
        (-3, Verdict(FAILS, manner=REVERSE)),
    ],
)
def test_on_the_long_budget_the_interval_of_six_decides(mean, expected):
    found = effect(drawn(mean, std=0.5, count=MIN_LONG_RUNS))
    assert judge_effect(found, 1, None, MIN_LONG_RUNS) == expected
    assert judge_effect(found, 1, None) == Verdict(UNDECIDED)


@pytest.mark.parametrize(
    ("mean", "std", "expected"),
    [
        (0, 1, Verdict(HOLDS)),
        (0, 5, Verdict(UNDECIDED)),
        (1, 1, Verdict(UNDECIDED)),
        (3, 1, Verdict(FAILS, manner=DIFFERENT)),
        (-3, 1, Verdict(FAILS, manner=DIFFERENT)),
    ],
)
def test_what_is_said_to_be_equal_lies_inside_the_margin(mean, std, expected):
    assert judge_equal(effect(drawn(mean, std)), margin=1) == expected
    few = effect(drawn(mean, std, count=MIN_PAIRS - 1))
    assert judge_equal(few, margin=1) == Verdict(UNDECIDED)


def test_a_failed_run_leaves_an_arm_open():
    assert unsettled(Verdict(HOLDS), failed=1) == Verdict(UNDECIDED)
    assert unsettled(Verdict(HOLDS), failed=0) == Verdict(HOLDS)
    assert unsettled() == Verdict(UNDECIDED)


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


@pytest.mark.parametrize(
    ("found", "expected"),
    [(share(1, 1), HOLDS), (share(0, 1), FAILS), (None, UNDECIDED)],
)
def test_one_run_settles_what_is_exact(found, expected):
    assert judge_exact(found) == Verdict(expected)


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
        ({"a": NO, "b": YES, "c": YES}, Verdict(CONDITIONAL, "b; or c")),
        ({"a": NO, "b": YES, "c": OPEN}, Verdict(CONDITIONAL, "b")),
        ({"a": OPEN}, OPEN),
        ({"a": OPEN, "b": YES}, OPEN),
        ({"a": OPEN, "b": NO}, OPEN),
    ],
)
def test_arms_are_combined(arms, expected):
    assert combine(arms) == expected


@pytest.mark.parametrize(
    ("short", "long", "expected"),
    [
        (YES, None, {"a": YES}),
        (YES, YES, {"a": YES}),
        (YES, OPEN, {"a": YES}),
        (OPEN, YES, {"a": OPEN}),
        (NO, NO, {"a": NO}),
        (NO, Verdict(FAILS, None, REVERSE), {"a": Verdict(FAILS)}),
        (
            YES,
            NO,
            {
                "a, and training is short": YES,
                "a, and training is long": NO,
            },
        ),
    ],
)
def test_budgets_are_a_condition_where_they_disagree(short, long, expected):
    assert over_budgets("a", short, long) == expected


def test_a_claim_without_arms_may_depend_on_the_budget():
    found = combine(over_budgets("", NO, YES))
    assert found == Verdict(CONDITIONAL, "training is long")


def test_a_claim_has_an_arm():
    with pytest.raises(ValueError, match="at least one arm"):
        combine({})
