"""The gradient of PReLU's slopes: what is summed, and over what?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Activation Functions"
FUNCTION = "prelu_slope_gradient"
POINTS = 2
MAY_BE = {
    "dY": "numbers of (m, c, p, q)",
    "X": "numbers of (m, c, p, q)",
}

#: The smallest first. In some, all axes have the same length, so that a
#: wrong axis gives a wrong result of the right shape.
SHAPES = [(1, 1, 1, 2), (2, 2, 1, 1), (2, 2, 2, 2), (1, 3, 2, 2), (3, 3, 3, 3)]


def cases(rng):
    for shape in [*SHAPES, (2, 3, 1, 4)]:
        X = rng.normal(0, 2, size=shape).round(1)
        # A positive and a negative number in each channel, where there are
        # two.
        X[0, :, 0, 0] = rng.uniform(0.2, 3, size=shape[1]).round(1)
        X[-1, :, -1, -1] = rng.uniform(-3, -0.2, size=shape[1]).round(1)
        yield rng.normal(1, 1, size=shape).round(1), X
    # Whole numbers: first the inputs, then the gradients.
    whole = rng.permutation([-3, -1, 0, 2]).reshape(2, 1, 1, 2)
    parts = 0.29 * np.array([1, 2, 4, 8]).reshape(whole.shape)
    yield parts, whole
    yield whole, -parts


def contributions(dY, X):
    return dY * np.minimum(X, 0)


def averaged(dY, X):
    return contributions(dY, X).mean(axis=(0, 2, 3))


def averaged_over_the_batch(dY, X):
    return contributions(dY, X).mean(axis=0).sum(axis=(1, 2))


def per_position(dY, X):
    return contributions(dY, X).sum(axis=0)


def per_example(dY, X):
    return contributions(dY, X).sum(axis=(2, 3))


def one_slope(dY, X):
    return contributions(dY, X).sum()


def channels_last(dY, X):
    return contributions(dY, X).sum(axis=(0, 1, 2))


def positive_side(dY, X):
    return (dY * np.maximum(X, 0)).sum(axis=(0, 2, 3))


def both_sides(dY, X):
    return (dY * X).sum(axis=(0, 2, 3))


def by_the_input(dY, X):
    return (dY * (X < 0)).sum(axis=(0, 2, 3))


def without_upstream(dY, X):
    return np.minimum(X, 0).sum(axis=(0, 2, 3))


WRONG = {
    "averaged": Wrong(
        averaged,
        "You averaged the contributions. Each output adds its own to the "
        "derivative by the slope, so they are summed; if the loss is a mean, "
        "`dY` is divided already.",
        see="The functions",
    ),
    "averaged-over-the-batch": Wrong(
        averaged_over_the_batch,
        "You averaged over the examples and summed over the positions. Both "
        "are summed: if the loss is a mean over the examples, `dY` is "
        "divided by m already.",
        see="The functions",
    ),
    "per-position": Wrong(
        per_position,
        "You summed over the batch only, which gives every position a slope "
        "of its own. All positions of a channel share one: sum over them, "
        "too.",
        see="The functions",
    ),
    "per-example": Wrong(
        per_example,
        "You summed over the positions only. The slope is the same for all "
        "examples of the batch: sum over them, too.",
        see="The functions",
    ),
    "one-slope": Wrong(
        one_slope,
        "You summed over all axes, as for a layer with a single slope. Here "
        "each channel has its own: leave the channels' axis out of the sum.",
        see="The functions",
    ),
    "channels-last": Wrong(
        channels_last,
        "You kept the last axis, as for channels-last images. These have the "
        "shape (m, c, p, q): the channels are axis 1.",
        see="The functions",
    ),
    "positive-side": Wrong(
        positive_side,
        "You summed over the positive inputs. There the output is the input, "
        "whatever the slope is: the slope counts on the negative side.",
        see="The functions",
    ),
    "both-sides": Wrong(
        both_sides,
        "You let the positive inputs contribute, too. Where the input is "
        "positive the output does not depend on the slope, so its derivative "
        "by the slope is 0.",
        see="The functions",
    ),
    "by-the-input": Wrong(
        by_the_input,
        "You summed `dY` over the negative inputs. On that side the output "
        "is the slope times the input: its derivative by the slope is the "
        "input, not 1.",
        see="The functions",
    ),
    "no-upstream-gradient": Wrong(
        without_upstream,
        "You summed the derivatives of the outputs. For that of the loss "
        "each is multiplied by its entry of `dY` first: the chain rule.",
        see="Why the sigmoid starves a deep network",
    ),
}

EQUIVALENT_MUTANTS = {
    "by_slope = dY * np.minimum(X, 0) -> by_slope = dY * np.minimum(0, X)": (
        "the minimum of two has no order"
    ),
}
