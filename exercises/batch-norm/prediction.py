"""Batch normalization in prediction mode: whose statistics?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Batch Normalization"
FUNCTION = "predict_batch_norm"
POINTS = 2
MAY_BE = {
    "X": "numbers of (...)",
    "gamma": "numbers of (d)",
    "beta": "numbers of (d)",
    "mean": "numbers of (d)",
    "var": "numbers >= 0 of (d)",
    "axis": "a whole number",
    "epsilon": "a number >= 0",
}

#: Shapes and axes, the smallest first. Where other axes are as long as the
#: right one, a wrong axis gives a wrong result instead of an exception.
INPUTS = [
    ((1, 2), 1),
    ((2, 2), 1),
    ((3, 3), 0),
    ((2, 2, 2), -1),
    ((2, 2, 2, 2), 1),
    ((2, 1, 3, 2), -2),
    ((3, 3, 3, 3), 2),
]


def cases(rng):
    for shape, axis in INPUTS:
        d = shape[axis]
        yield (
            rng.normal(3, 2, size=shape).round(1),
            rng.uniform(0.5, 2, size=d).round(1),
            rng.normal(0, 2, size=d).round(1),
            rng.normal(2, 1, size=d).round(1),
            rng.uniform(0.5, 4, size=d).round(1),
            axis,
            # Large, so that it shows where it is added.
            round(rng.uniform(0.1, 1), 2),
        )
    # A negative and a zero scale, small variances, and no epsilon.
    yield (
        rng.integers(-3, 4, size=(3, 2)),
        np.array([round(rng.uniform(-2, -1), 1), 0.0]),
        rng.normal(0, 2, size=2).round(1),
        rng.normal(2, 1, size=2).round(1),
        rng.uniform(0.05, 0.1, size=2).round(3),
        -1,
        0,
    )
    # A single axis, whole numbers, and a variance of 0.
    order = rng.permutation(4)
    X, mean = np.array([0, -1, 2, 4])[order], np.array([-2, 0, 1, 3])[order]
    beta = rng.permutation([-2, 0, 1, 3])
    gamma = rng.permutation([-2, -1, 1, 3])
    yield X, gamma, beta, mean, rng.permutation([0, 1, 2, 5]), 0, 1
    # A single feature.
    X = rng.normal(3, 2, size=(3, 1)).round(1)
    yield X, *rng.uniform(1, 2, size=(4, 1)).round(1), -1, 0.5


def along(axis, X, *vectors):
    shape = [1] * X.ndim
    shape[axis] = -1
    return [vector.reshape(shape) for vector in vectors]


def predicted(X, gamma, beta, mean, var, axis, epsilon):
    gamma, beta, mean, var = along(axis, X, gamma, beta, mean, var)
    return gamma * (X - mean) / np.sqrt(var + epsilon) + beta


def batch_statistics(X, gamma, beta, mean, var, axis, epsilon):
    others = tuple(i for i in range(X.ndim) if i != axis % X.ndim)
    mean, var = X.mean(axis=others), X.var(axis=others)
    return predicted(X, gamma, beta, mean, var, axis, epsilon)


def last_axis(X, gamma, beta, mean, var, axis, epsilon):
    return predicted(X, gamma, beta, mean, var, -1, epsilon)


def axis_one(X, gamma, beta, mean, var, axis, epsilon):
    return predicted(X, gamma, beta, mean, var, 1, epsilon)


def without_epsilon(X, gamma, beta, mean, var, axis, epsilon):
    return predicted(X, gamma, beta, mean, var, axis, 0)


def epsilon_outside(X, gamma, beta, mean, var, axis, epsilon):
    std = np.sqrt(var) + epsilon
    return predicted(X, gamma, beta, mean, std**2, axis, 0)


def variance_as_deviation(X, gamma, beta, mean, var, axis, epsilon):
    return predicted(X, gamma, beta, mean, (var + epsilon) ** 2, axis, 0)


def shift_before_scale(X, gamma, beta, mean, var, axis, epsilon):
    return predicted(X, gamma, gamma * beta, mean, var, axis, epsilon)


def without_gamma_and_beta(X, gamma, beta, mean, var, axis, epsilon):
    ones, zeros = np.ones_like(gamma), np.zeros_like(beta)
    return predicted(X, ones, zeros, mean, var, axis, epsilon)


WRONG = {
    "batch-statistics": Wrong(
        batch_statistics,
        "You used the statistics of the batch that is predicted, so that the "
        "answer for one example depends on the others. In prediction mode "
        "the layer uses the fixed `mean` and `var` that it is given.",
        see="Training and prediction",
    ),
    "last-axis": Wrong(
        last_axis,
        "You normalized along the last axis whatever `axis` is: NumPy aligns "
        "an array of shape (d,) with the last one. Reshape the vectors so "
        "that their entries lie along `axis`.",
        see="From scratch",
    ),
    "axis-one": Wrong(
        axis_one,
        "You normalized along axis 1 whatever `axis` is. It is the usual "
        "place of the channels and not the only one.",
        see="From scratch",
    ),
    "no-epsilon": Wrong(
        without_epsilon,
        "You left out ε. The layer was trained with it, and in prediction it "
        "divides by √(var + ε), too.",
        see="The transform",
    ),
    "epsilon-outside": Wrong(
        epsilon_outside,
        "You added ε to the standard deviation. It belongs under the root, "
        "to the variance: √(var + ε).",
        see="The transform",
    ),
    "no-root": Wrong(
        variance_as_deviation,
        "You divided by the variance; the transform divides by its root, "
        "√(var + ε).",
        see="The transform",
    ),
    "beta-before-gamma": Wrong(
        shift_before_scale,
        "You added β before multiplying by γ, which scales the shift, too. "
        "The order is y = γ x̂ + β.",
        see="The transform",
    ),
    "no-gamma-and-beta": Wrong(
        without_gamma_and_beta,
        "You returned x̂ itself. The learned γ and β belong to the layer in "
        "prediction as in training: y = γ x̂ + β.",
        see="The freedom that γ and β give back",
    ),
}
