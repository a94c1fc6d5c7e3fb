"""Batch normalization folded into the convolution before it."""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Batch Normalization"
FUNCTION = "fold_batch_norm"
POINTS = 2
MAY_BE = {
    "W": "numbers of (k, c, p, q)",
    "b": "numbers of (k)",
    "gamma": "numbers of (k)",
    "beta": "numbers of (k)",
    "mean": "numbers of (k)",
    "var": "numbers >= 0 of (k)",
    "epsilon": "a number >= 0",
}

#: Shapes of the weights, the smallest first. Where all axes have the same
#: length, a scale along a wrong one gives a wrong result instead of an
#: exception.
SHAPES = [
    (1, 1, 1, 1),
    (2, 1, 1, 1),
    (2, 2, 1, 2),
    (2, 2, 2, 2),
    (3, 2, 2, 1),
    (3, 3, 3, 3),
]


def cases(rng):
    for shape in SHAPES:
        d = shape[0]
        yield (
            rng.normal(0, 2, size=shape).round(1),
            rng.normal(2, 1, size=d).round(1),
            rng.uniform(0.5, 2, size=d).round(1),
            rng.normal(0, 2, size=d).round(1),
            rng.normal(2, 1, size=d).round(1),
            rng.uniform(0.5, 4, size=d).round(1),
            # Large, so that it shows where it is added.
            round(rng.uniform(0.1, 1), 2),
        )
    # A negative and a zero scale, small variances, and no epsilon.
    yield (
        rng.permuted([[-1, 0], [1, 2]], axis=1).reshape(2, 2, 1, 1),
        rng.normal(2, 1, size=2).round(1),
        np.array([round(rng.uniform(-2, -1), 1), 0.0]),
        rng.normal(0, 2, size=2).round(1),
        rng.normal(2, 1, size=2).round(1),
        rng.uniform(0.05, 0.1, size=2).round(3),
        0,
    )
    # Whole numbers, and a variance of 0.
    beta, mean, b = (rng.permutation([-2, 0, 1, 3]) for _ in range(3))
    gamma = rng.permutation([-2, -1, 1, 3])
    W = rng.permutation([-1, 1, 2, 3]).reshape(4, 1, 1, 1)
    yield W, b, gamma, beta, mean, rng.permutation([0, 1, 2, 5]), 1


def along(axis, scale, W):
    shape = [1] * W.ndim
    shape[axis] = len(scale)
    return scale.reshape(shape) * W


def factor(gamma, var, epsilon):
    return gamma / np.sqrt(var + epsilon)


def folded(W, b, scale, beta, mean, axis=0):
    return along(axis, scale, W), beta + scale * (b - mean)


def input_channels(W, b, gamma, beta, mean, var, epsilon):
    return folded(W, b, factor(gamma, var, epsilon), beta, mean, axis=1)


def last_axis(W, b, gamma, beta, mean, var, epsilon):
    scale = factor(gamma, var, epsilon)
    return scale * W, beta + scale * (b - mean)


def bias_not_scaled(W, b, gamma, beta, mean, var, epsilon):
    scale = factor(gamma, var, epsilon)
    return along(0, scale, W), b + beta - scale * mean


def mean_not_scaled(W, b, gamma, beta, mean, var, epsilon):
    scale = factor(gamma, var, epsilon)
    return along(0, scale, W), beta + scale * b - mean


def bias_forgotten(W, b, gamma, beta, mean, var, epsilon):
    return folded(W, 0, factor(gamma, var, epsilon), beta, mean)


def beta_forgotten(W, b, gamma, beta, mean, var, epsilon):
    return folded(W, b, factor(gamma, var, epsilon), 0, mean)


def mean_forgotten(W, b, gamma, beta, mean, var, epsilon):
    return folded(W, b, factor(gamma, var, epsilon), beta, 0)


def beta_scaled(W, b, gamma, beta, mean, var, epsilon):
    scale = factor(gamma, var, epsilon)
    return folded(W, b, scale, scale * beta, mean)


def gamma_forgotten(W, b, gamma, beta, mean, var, epsilon):
    return folded(W, b, factor(1, var, epsilon), beta, mean)


def without_epsilon(W, b, gamma, beta, mean, var, epsilon):
    return folded(W, b, factor(gamma, var, 0), beta, mean)


def without_root(W, b, gamma, beta, mean, var, epsilon):
    return folded(W, b, gamma / (var + epsilon), beta, mean)


WRONG = {
    "input-channels": Wrong(
        input_channels,
        "You scaled along axis 1 of W, the channels of the input. What is "
        "normalized is the output, one channel a filter: the filters are "
        "axis 0.",
        see="From scratch",
    ),
    "last-axis": Wrong(
        last_axis,
        "You multiplied W by an array of shape (k,), which NumPy aligns with "
        "the last axis, the columns of the filters. Give the scale the shape "
        "(k, 1, 1, 1).",
        see="From scratch",
    ),
    "bias-not-scaled": Wrong(
        bias_not_scaled,
        "You added the convolution's bias as it is. It is part of what is "
        "normalized, and so it is scaled like the rest.",
        see="The transform",
    ),
    "mean-not-scaled": Wrong(
        mean_not_scaled,
        "You subtracted the mean as it is. It is subtracted before the "
        "division, so it is scaled like what it is subtracted from.",
        see="The transform",
    ),
    "no-bias": Wrong(
        bias_forgotten,
        "You left out the bias of the convolution. In training the "
        "normalization undoes a bias; here the running mean contains it, so "
        "it must be there to cancel.",
        see="Training and prediction",
    ),
    "no-beta": Wrong(
        beta_forgotten,
        "You left out β. The normalization ends with a shift, and the new "
        "bias is the only place for it.",
        see="The freedom that γ and β give back",
    ),
    "no-mean": Wrong(
        mean_forgotten,
        "You left out the running mean. It is a constant in prediction, and "
        "belongs in the new bias.",
        see="Training and prediction",
    ),
    "beta-scaled": Wrong(
        beta_scaled,
        "You scaled β, too. It is added last, when all is scaled: "
        "y = γ x̂ + β.",
        see="The transform",
    ),
    "no-gamma": Wrong(
        gamma_forgotten,
        "You left out γ. The scale of a filter is γ divided by the running "
        "standard deviation.",
        see="The freedom that γ and β give back",
    ),
    "no-epsilon": Wrong(
        without_epsilon,
        "You left out ε. The layer divides by √(var + ε), and the folded "
        "convolution is to do the same.",
        see="The transform",
    ),
    "no-root": Wrong(
        without_root,
        "You divided by the variance; the transform divides by its root, "
        "√(var + ε).",
        see="The transform",
    ),
}
