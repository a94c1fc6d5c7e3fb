"""Until when bias correction matters: which side, and does it stay?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Adaptive Learning Rates"
FUNCTION = "steps_until"
POINTS = 2
MAY_BE = {
    "beta1": "a number >= 0 < 1",
    "beta2": "a number >= 0 < 1",
    "tolerance": "a number >= 0",
    "num_steps": "a whole number >= 1",
}


def cases(rng):
    # The very first step is within the tolerance, or on its edge, or not.
    yield 0.0, 0.75, 1.0, 3
    yield 0.9, 0.999, 0.1, 1
    yield 0, 0, 0, 4
    # In, out and in again: 0.913, 1.050, 1.079, 1.075, 1.062, 1.046, ...
    yield 0.5, 0.7, 0.06, 12
    # From above, from below, and through 1 from below.
    for beta1, beta2 in [(0.6, 0.95), (0.9, 0.9), (0.95, 0.6), (0.5, 0.7)]:
        yield (
            round(beta1 + rng.uniform(0, 0.03), 3),
            round(beta2 + rng.uniform(0, 0.03), 3),
            round(rng.uniform(0.005, 0.03), 3),
            int(rng.integers(150, 200)),
        )
    # Too short a training.
    yield 0.9, 0.999, round(rng.uniform(0.05, 0.2), 2), 200
    # Near for a hundred steps and more, in the middle of the training too;
    # then out again, for good or to come back.
    for beta1, beta2, num_steps in [
        (0.99, 0.995, 300),
        (0.99, 0.995, 250),
        (0.995, 0.997, 650),
    ]:
        peak = factors(beta1, beta2, num_steps).max() - 1
        share = rng.uniform(0.88, 0.96)
        yield beta1, beta2, round(share * peak, 4), num_steps
    # Near at the first step, then out, then in.
    yield 0.99, 0.999, round(rng.uniform(0.9, 1), 2), 300
    # On the edge from below.
    yield 0.5, 0.0, 0.5, 3
    # Never near enough.
    yield 0.5, 0.25, 0, 12


def factors(beta1, beta2, num_steps):
    t = np.arange(1, num_steps + 1)
    return (1 - beta1**t) / np.sqrt(1 - beta2**t)


def first_of_the_end(near):
    """Returns the number, from 1, from which on all are near."""
    outside = np.flatnonzero(~near)
    return int(outside[-1]) + 2 if len(outside) else 1


def near_one(values, tolerance):
    return abs(values - 1) <= tolerance


def first_within(beta1, beta2, tolerance, num_steps):
    near = near_one(factors(beta1, beta2, num_steps), tolerance)
    return int(np.argmax(near)) + 1 if near.any() else num_steps + 1


def counted_from_zero(beta1, beta2, tolerance, num_steps):
    near = near_one(factors(beta1, beta2, num_steps), tolerance)
    return first_of_the_end(near) - 1


def above_only(beta1, beta2, tolerance, num_steps):
    values = factors(beta1, beta2, num_steps)
    return first_of_the_end(values - 1 <= tolerance)


def below_only(beta1, beta2, tolerance, num_steps):
    values = factors(beta1, beta2, num_steps)
    return first_of_the_end(1 - values <= tolerance)


def upside_down(beta1, beta2, tolerance, num_steps):
    values = 1 / factors(beta1, beta2, num_steps)
    return first_of_the_end(near_one(values, tolerance))


def without_root(beta1, beta2, tolerance, num_steps):
    t = np.arange(1, num_steps + 1)
    values = (1 - beta1**t) / (1 - beta2**t)
    return first_of_the_end(near_one(values, tolerance))


def each_by_itself(beta1, beta2, tolerance, num_steps):
    t = np.arange(1, num_steps + 1)
    both = [near_one(1 - beta**t, tolerance) for beta in (beta1, beta2)]
    return first_of_the_end(np.logical_and(*both))


def betas_swapped(beta1, beta2, tolerance, num_steps):
    values = factors(beta2, beta1, num_steps)
    return first_of_the_end(near_one(values, tolerance))


WRONG = {
    "first-within": Wrong(
        first_within,
        "You returned the first step at which the factor is near 1. It may "
        "pass through 1 on its way and leave again: find the step from which "
        "on it stays.",
        see="Adam: momentum, and an honest start",
    ),
    "counted-from-zero": Wrong(
        counted_from_zero,
        "You counted the steps from 0, or returned the last step that is "
        "outside. The first step is t = 1, and the answer is the step after "
        "the last one outside.",
        see="Adam: momentum, and an honest start",
    ),
    "above-only": Wrong(
        above_only,
        "You asked only whether the factor is too large. Where β₁ is as "
        "large as β₂ it begins below 1: steps without the correction are too "
        "small there.",
        see="Where people go wrong",
    ),
    "below-only": Wrong(
        below_only,
        "You asked only whether the factor is too small. With the default "
        "β's it is above 1: steps without the correction are too large.",
        see="Where people go wrong",
    ),
    "upside-down": Wrong(
        upside_down,
        "You turned the fraction around. That is the factor of the "
        "correction itself; asked for is what leaving it out does.",
        see="Adam: momentum, and an honest start",
    ),
    "no-root": Wrong(
        without_root,
        "You left out the root. Adam divides by the root of the second "
        "average, so that its bias counts by its root, too.",
        see="Adam: momentum, and an honest start",
    ),
    "each-by-itself": Wrong(
        each_by_itself,
        "You waited until both biases are small by themselves. They are in "
        "numerator and denominator and partly cancel: what counts is their "
        "fraction.",
        see="Adam: momentum, and an honest start",
    ),
    "betas-swapped": Wrong(
        betas_swapped,
        "You exchanged the two β's: β₁ averages the gradient, above, and β₂ "
        "its square, below.",
        see="Adam: momentum, and an honest start",
    ),
}

EQUIVALENT_MUTANTS = {
    "outside = t[abs(factor - 1) > tolerance] -> "
    "outside = t[abs(1 - factor) > tolerance]": "a distance is the same in "
    "both directions",
    "t = np.arange(1, num_steps + 1) -> t = np.arange(0, num_steps + 1)": "at "
    "t = 0 the factor is 0 / 0, not a number, and not greater than anything",
}
