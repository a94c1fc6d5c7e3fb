"""Batch normalization of feature maps: over which axes?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Batch Normalization"
FUNCTION = "conv_batch_norm"
POINTS = 2
MAY_BE = {
    "X": "numbers of (m, c, p, q)",
    "gamma": "numbers of (c)",
    "beta": "numbers of (c)",
    "epsilon": "a number >= 0",
}

#: The smallest first. In some, all axes have the same length: a wrong axis
#: then gives a wrong result instead of an exception.
SHAPES = [(2, 1, 2, 2), (2, 2, 2, 2), (3, 2, 2, 1), (2, 3, 3, 3), (2, 3, 2, 4)]


def cases(rng):
    for shape in SHAPES:
        yield (
            rng.normal(3, 2, size=shape).round(1),
            rng.uniform(0.5, 2, size=shape[1]).round(1),
            rng.normal(0, 2, size=shape[1]).round(1),
            # Large, so that it shows where it is added.
            round(rng.uniform(0.1, 1), 2),
        )
    X = np.full((2, 2, 2, 2), 3.0)
    X[:, 0] = rng.normal(0, 2, size=(2, 2, 2)).round(1)
    yield X, np.array([1.5, 2.0]), np.array([-1.0, 1.0]), 1e-5
    # Whole numbers, a negative and a zero scale, and no epsilon: with the
    # small deviations here, one of 1e-5 would show.
    X = rng.permuted(np.resize([0, 0, 0, 1], (2, 2, 2, 2)).T, axis=0).T
    yield X, np.array([round(rng.uniform(-2, -1), 1), 0.0]), np.ones(2), 0
    # One example, one row.
    X = rng.permutation([-1, 0, 1, 2, 3, 5]).reshape(1, 2, 1, 3)
    yield X, rng.permutation([-2, 3]), rng.permutation([0, -1]), 1


def channels(parameter):
    return parameter.reshape(1, -1, 1, 1)


def normalized(X, gamma, beta, epsilon, axes=(0, 2, 3), ddof=0):
    mean = X.mean(axis=axes, keepdims=True)
    var = X.var(axis=axes, keepdims=True, ddof=ddof)
    return channels(gamma) * (X - mean) / np.sqrt(var + epsilon) + channels(
        beta
    )


def per_feature(X, gamma, beta, epsilon):
    return normalized(X, gamma, beta, epsilon, axes=0)


def over_everything(X, gamma, beta, epsilon):
    return normalized(X, gamma, beta, epsilon, axes=(0, 1, 2, 3))


def per_image(X, gamma, beta, epsilon):
    return normalized(X, gamma, beta, epsilon, axes=(2, 3))


def channels_last(X, gamma, beta, epsilon):
    mean, var = X.mean(axis=(0, 1, 2)), X.var(axis=(0, 1, 2))
    return gamma * (X - mean) / np.sqrt(var + epsilon) + beta


def without_gamma_and_beta(X, gamma, beta, epsilon):
    return normalized(X, np.ones_like(gamma), np.zeros_like(beta), epsilon)


def unbiased(X, gamma, beta, epsilon):
    return normalized(X, gamma, beta, epsilon, ddof=1)


def without_epsilon(X, gamma, beta, epsilon):
    return normalized(X, gamma, beta, 0)


def epsilon_outside(X, gamma, beta, epsilon):
    axes = (0, 2, 3)
    std = X.std(axis=axes, keepdims=True)
    X_hat = (X - X.mean(axis=axes, keepdims=True)) / (std + epsilon)
    return channels(gamma) * X_hat + channels(beta)


def without_root(X, gamma, beta, epsilon):
    axes = (0, 2, 3)
    var = X.var(axis=axes, keepdims=True)
    X_hat = (X - X.mean(axis=axes, keepdims=True)) / (var + epsilon)
    return channels(gamma) * X_hat + channels(beta)


def last_axis_parameters(X, gamma, beta, epsilon):
    ones, zeros = np.ones_like(gamma), np.zeros_like(beta)
    return gamma * normalized(X, ones, zeros, epsilon) + beta


WRONG = {
    "per-feature": Wrong(
        per_feature,
        "You averaged over the batch only, which gives every pixel a mean of "
        "its own. The filter is the same at all positions, so a channel is "
        "one feature: average over the axes 0, 2 and 3.",
        see="From scratch",
    ),
    "over-everything": Wrong(
        over_everything,
        "You averaged over all axes, which gives one mean to all channels "
        "together. Each channel is a feature and has its own: leave axis 1 "
        "out of the average.",
        see="From scratch",
    ),
    "per-image": Wrong(
        per_image,
        "You normalized each image by itself. That is instance "
        "normalization; batch normalization averages over the examples of "
        "the batch, too: over axis 0 besides 2 and 3.",
        see="From scratch",
    ),
    "channels-last": Wrong(
        channels_last,
        "You normalized along the last axis, as for channels-last images. "
        "These have the shape (m, c, p, q): the channels are axis 1.",
        see="From scratch",
    ),
    "unbiased-variance": Wrong(
        unbiased,
        "You divided by m − 1 in the variance. Training divides by the "
        "number of values: the variance is to make this batch's own scale 1 "
        "and not to estimate another's.",
        see="The transform",
    ),
    "no-epsilon": Wrong(
        without_epsilon,
        "You left out ε. Without it a channel that is constant over the "
        "batch is divided by 0.",
        see="The transform",
    ),
    "epsilon-outside": Wrong(
        epsilon_outside,
        "You added ε to the standard deviation. It belongs under the root, "
        "to the variance: √(σ² + ε).",
        see="The transform",
    ),
    "no-root": Wrong(
        without_root,
        "You divided by the variance. To have variance 1 afterwards, divide "
        "by its root, √(σ² + ε).",
        see="The transform",
    ),
    "no-gamma-and-beta": Wrong(
        without_gamma_and_beta,
        "You returned x̂ itself. The transform ends with each channel's own "
        "scale and shift: y = γ x̂ + β.",
        see="The transform",
    ),
    "parameters-on-last-axis": Wrong(
        last_axis_parameters,
        "You normalized the right way, and then γ and β met the last axis: "
        "an array of shape (c,) is aligned with the columns of the images. "
        "Give them the shape (1, c, 1, 1) first.",
        see="From scratch",
    ),
}

EQUIVALENT_MUTANTS = {
    "var = ((X - mean) ** 2).mean(axis=axes, keepdims=True) -> "
    "var = ((mean - X) ** 2).mean(axis=axes, keepdims=True)": "a square has "
    "no sign",
}
