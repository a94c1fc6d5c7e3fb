"""Layer-sequential unit variance: the scale of what, seen by which layer?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Weight Initialization"
FUNCTION = "my_lsuv"
POINTS = 3
MAY_BE = {
    "X": "numbers of (m, d)",
    "weights": "a tuple of numbers of (units, in units)",
}

#: Examples, then the widths from the features on; the smallest first. Where
#: all are equal, a wrong product gives a wrong result, not an exception.
SIZES = [
    *((2, (1, 2)), (2, (2, 2)), (2, (2, 2, 2)), (3, (2, 3, 1))),
    *((3, (3, 3, 3, 3)), (4, (3, 4, 2)), (4, (2, 3, 4, 2))),
]


def cases(rng):
    for m, widths in SIZES:
        X = rng.normal(0.5, 1, size=(m, widths[0])).round(1)
        shapes = zip(widths[1:], widths, strict=False)
        weights = tuple(rng.normal(0, 2, size=s).round(1) for s in shapes)
        # One unit of each layer is active on one example: none is silent.
        for array in (X, *weights):
            array[0] = rng.uniform(0.3, 2, size=array.shape[1]).round(1)
        yield X, weights
    # A single example, and whole numbers: the inputs, the weights.
    X = rng.permutation([[1, 2], [-1, 0]])
    W = rng.uniform(0.3, 2, size=(2, 2)).round(1)
    yield X[:1] + rng.uniform(1, 2), (W * [[1], [-1]],)
    yield X, (W, W + 1)
    yield X + 0.5, (np.array([[2, -1], [0, 3]]), np.array([[1, 2]]))


def relu(z):
    return np.maximum(z, 0)


def layer_by_layer(X, weights, spread, activation=relu, forward="scaled"):
    """Scales each weight by the `spread` of its pre-activations."""
    result = []
    for W in weights:
        result.append(W / spread(X @ W.T))
        X = activation(X @ (result[-1] if forward == "scaled" else W).T)
    return tuple(result)


def by_variance(X, weights):
    return layer_by_layer(X, weights, np.var)


def by_size(X, weights):
    return layer_by_layer(X, weights, lambda z: np.sqrt((z**2).mean()))


def unbiased(X, weights):
    return layer_by_layer(X, weights, lambda z: z.std(ddof=1))


def after_the_activation(X, weights):
    return layer_by_layer(X, weights, lambda z: relu(z).std())


def unscaled_forward(X, weights):
    return layer_by_layer(X, weights, np.std, forward="unscaled")


def without_relu(X, weights):
    return layer_by_layer(X, weights, np.std, activation=np.positive)


def per_unit(X, weights):
    return layer_by_layer(X, weights, lambda z: z.std(axis=0)[:, np.newaxis])


def all_from_the_batch(X, weights):
    return tuple(W / (X @ W.T).std() for W in weights)


def of_the_weights(X, weights):
    return tuple(W / W.std() for W in weights)


def multiplied(X, weights):
    return layer_by_layer(X, weights, lambda z: 1 / z.std())


WRONG = {
    "variance": Wrong(
        by_variance,
        "You divided by the variance. To have standard deviation 1 "
        "afterwards, divide by the standard deviation, its root.",
        see="Where people go wrong",
    ),
    "mean-square": Wrong(
        by_size,
        "You divided by the root of the mean square. After a ReLU the "
        "pre-activations do not have mean 0 on a batch, and the standard "
        "deviation is taken around the mean.",
        see="The variance, forward",
    ),
    "unbiased-deviation": Wrong(
        unbiased,
        "You divided by n − 1 in the standard deviation of n numbers. It is "
        "the spread of these pre-activations that is to be 1, not an "
        "estimate for others: divide by n.",
        see="Exercises",
    ),
    "after-the-activation": Wrong(
        after_the_activation,
        "You measured behind the ReLU. The pre-activations are to have "
        "standard deviation 1: measure before it.",
        see="The variance, forward",
    ),
    "unscaled-forward": Wrong(
        unscaled_forward,
        "You measured all layers in the unscaled network. When a layer's "
        "weight is scaled, the inputs of the next one change: go on with "
        "the scaled weight.",
        see="Exercises",
    ),
    "no-relu": Wrong(
        without_relu,
        "You passed the pre-activations on to the next layer. Its inputs are "
        "what the ReLU leaves of them.",
        see="The variance, forward",
    ),
    "per-unit": Wrong(
        per_unit,
        "You scaled each unit by itself. LSUV has one number for each "
        "layer, the standard deviation over all examples and units.",
        see="Exercises",
    ),
    "all-from-the-batch": Wrong(
        all_from_the_batch,
        "You fed the mini-batch to each layer. Only the first one sees it; "
        "the others see the activations of the layer before.",
        see="The variance, forward",
    ),
    "of-the-weights": Wrong(
        of_the_weights,
        "You divided by the standard deviation of the weights. It is their "
        "pre-activations, on this mini-batch, that are to have standard "
        "deviation 1.",
        see="The variance, forward",
    ),
    "multiplied": Wrong(
        multiplied,
        "You multiplied by the standard deviation. Pre-activations that are "
        "too large need smaller weights: divide.",
        see="The variance, forward",
    ),
}

EQUIVALENT_MUTANTS = {
    "X = np.maximum(X @ scaled[-1].T, 0) -> "
    "X = np.maximum(0, X @ scaled[-1].T)": "the maximum of two has no order",
}
