"""The drift of a layer's inputs: how far, in whose units?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Batch Normalization in Practice"
FUNCTION = "input_drift"
POINTS = 2
MAY_BE = {
    "means": "numbers of (T + 1 >= 2, d)",
    "stds": "numbers > 0 of (T + 1 >= 2, d)",
}

SEE = "Does it work for the reason that was given?"

#: Statistics and inputs, the smallest first. In some there are as many of
#: the one as of the other: a wrong axis gives a result of the right shape.
SHAPES = [(2, 2), (3, 1), (3, 2), (4, 3), (3, 4), (6, 3)]


def cases(rng):
    for shape in SHAPES:
        means = rng.normal(0, 2, size=shape).round(1)
        yield means, rng.uniform(0.5, 3, size=shape).round(1)
    # One input goes up, the other down by the same distance.
    steps = rng.uniform(0.5, 2, size=(4, 1)).round(1)
    means = np.cumsum(steps * np.array([1.0, -1.0]), axis=0)
    yield means, rng.uniform(0.5, 3, size=(4, 2)).round(1)
    # Whole numbers.
    means = rng.permutation([-4, -1, 0, 2, 4, 5]).reshape(3, 2)
    yield means, rng.permutation([1, 3, 5, 7, 9, 11]).reshape(3, 2)


def moved(means):
    return np.abs(np.diff(means, axis=0))


def with_signs(means, stds):
    return (np.diff(means, axis=0) / stds[:-1]).mean(axis=1)


def absolute_at_the_end(means, stds):
    return np.abs(with_signs(means, stds))


def spread_after(means, stds):
    return (moved(means) / stds[1:]).mean(axis=1)


def spread_at_the_start(means, stds):
    return (moved(means) / stds[0]).mean(axis=1)


def from_the_start(means, stds):
    return (np.abs(means[1:] - means[0]) / stds[0]).mean(axis=1)


def not_in_units(means, stds):
    return moved(means).mean(axis=1)


def ratio_of_means(means, stds):
    return moved(means).mean(axis=1) / stds[:-1].mean(axis=1)


def of_each_input(means, stds):
    return (moved(means) / stds[:-1]).mean(axis=0)


def summed(means, stds):
    return (moved(means) / stds[:-1]).sum(axis=1)


def root_mean_square(means, stds):
    return np.sqrt(((moved(means) / stds[:-1]) ** 2).mean(axis=1))


def by_the_variance(means, stds):
    return (moved(means) / stds[:-1] ** 2).mean(axis=1)


def difference_of_ratios(means, stds):
    return moved(means / stds).mean(axis=1)


def zero_first(means, stds):
    return np.append(0, (moved(means) / stds[:-1]).mean(axis=1))


WRONG = {
    "with-signs": Wrong(
        with_signs,
        "You averaged the movements with their signs, so that one input "
        "going up and one going down make no drift. Take the absolute value "
        "of each.",
        see=SEE,
    ),
    "absolute-at-the-end": Wrong(
        absolute_at_the_end,
        "You took the absolute value after the average. By then movements "
        "in different directions have canceled.",
        see=SEE,
    ),
    "spread-after": Wrong(
        spread_after,
        "You divided by the standard deviations after the step. The unit is "
        "the spread that the next layer is used to: the one before the step.",
        see=SEE,
    ),
    "spread-at-the-start": Wrong(
        spread_at_the_start,
        "You divided every step by the standard deviations at the start of "
        "the training. Each step has its own unit, the spread just before "
        "it.",
        see=SEE,
    ),
    "from-the-start": Wrong(
        from_the_start,
        "You measured the distance from the start of the training. The drift "
        "is the movement in a single step, from the statistics before it.",
        see=SEE,
    ),
    "not-in-units": Wrong(
        not_in_units,
        "You did not divide by the standard deviations. Without a unit, "
        "layers whose inputs are large seem to drift more.",
        see=SEE,
    ),
    "ratio-of-means": Wrong(
        ratio_of_means,
        "You divided the mean movement by the mean spread. Each input has "
        "its own unit: divide first, then average.",
        see=SEE,
    ),
    "of-each-input": Wrong(
        of_each_input,
        "You averaged over the steps, which gives a number for each input. "
        "Average over the inputs: one number for each step.",
        see=SEE,
    ),
    "sum-over-inputs": Wrong(
        summed,
        "You summed over the inputs. A wide layer would then drift more than "
        "a narrow one: average.",
        see=SEE,
    ),
    "root-mean-square": Wrong(
        root_mean_square,
        "You took the root of the mean square, in which a single input that "
        "jumps counts most. The drift is the mean of the distances.",
        see=SEE,
    ),
    "by-the-variance": Wrong(
        by_the_variance,
        "You divided by the variances. `stds` has standard deviations, and "
        "these have the unit of the means.",
        see=SEE,
    ),
    "difference-of-ratios": Wrong(
        difference_of_ratios,
        "You divided the means by the standard deviations first, each by its "
        "own, and then took the differences. Then a change of the spread "
        "alone counts as drift.",
        see=SEE,
    ),
    "zero-first": Wrong(
        zero_first,
        "You put a drift of 0 in front, for the start. T steps have T drifts.",
        see=SEE,
    ),
}
