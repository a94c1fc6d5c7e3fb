"""Maxout: the maximum of what, and over which axis?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Activation Functions"
FUNCTION = "maxout_forward"
POINTS = 2
MAY_BE = {
    "X": "numbers of (m, d)",
    "W": "numbers of (d, h, k)",
    "b": "numbers of (h, k)",
}

#: m, d, h, k; the smallest first. Where h = k, the wrong one of the two axes
#: gives a result of the right shape.
SIZES = [
    *((1, 1, 1, 2), (1, 1, 2, 2), (2, 2, 2, 2), (2, 3, 2, 3)),
    *((3, 1, 1, 3), (3, 2, 3, 1), (3, 3, 3, 3), (2, 2, 4, 3)),
]


def cases(rng):
    for m, d, h, k in SIZES:
        yield (
            rng.normal(0, 2, size=(m, d)).round(1),
            rng.normal(0, 1, size=(d, h, k)).round(1),
            rng.normal(-1, 1, size=(h, k)).round(1),
        )
    # All pieces of the first unit are negative, so that its output is.
    W = rng.uniform(-2, -0.5, size=(1, 2, 2)).round(1)
    yield np.array([[1.0], [2.0]]), W, np.array([[-0.5, -1.5], [2.0, -1.0]])
    # Whole numbers: first the inputs, then the parameters.
    X = rng.permutation([-2, -1, 0, 3]).reshape(2, 2)
    W = rng.normal(0, 1, size=(2, 1, 2)).round(1) + 0.05
    yield X, W, rng.normal(0, 1, size=(1, 2)).round(1)
    W = rng.permutation([-2, -1, 0, 3]).reshape(2, 2, 1)
    yield X + rng.choice([0.25, 0.75]), W, rng.permutation([[-1], [0]])


def pieces(X, W, b):
    return np.tensordot(X, W, axes=1) + b


def over_units(X, W, b):
    return pieces(X, W, b).max(axis=1)


def over_examples(X, W, b):
    return pieces(X, W, b).max(axis=0)


def bias_afterwards(X, W, b):
    return pieces(X, W, 0 * b).max(axis=-1) + b.max(axis=-1)


def weights_first(X, W, b):
    return X @ W.max(axis=-1) + b.max(axis=-1)


def without_bias(X, W, b):
    return pieces(X, W, 0 * b).max(axis=-1)


def rectified(X, W, b):
    return np.maximum(pieces(X, W, b).max(axis=-1), 0)


def summed(X, W, b):
    return pieces(X, W, b).sum(axis=-1)


def largest_magnitude(X, W, b):
    z = pieces(X, W, b)
    largest = abs(z).argmax(axis=-1)[..., np.newaxis]
    return np.take_along_axis(z, largest, axis=-1)[..., 0]


def pieces_apart(X, W, b):
    d, h, k = W.shape
    z = X @ W.reshape(d, h * k) + b.reshape(h * k)
    return z.reshape(len(X), k, h).max(axis=1)


def without_maximum(X, W, b):
    return pieces(X, W, b)


WRONG = {
    "over-units": Wrong(
        over_units,
        "You took the maximum over the units. Each unit has an output of its "
        "own, the largest of its k pieces: the maximum is over the last axis.",
        see="The functions",
    ),
    "over-examples": Wrong(
        over_examples,
        "You took the maximum over the examples of the batch. One example's "
        "output must not depend on the others: the maximum is over the "
        "pieces of a unit.",
        see="The functions",
    ),
    "bias-afterwards": Wrong(
        bias_afterwards,
        "You took the maximum before the biases were added, and then the "
        "largest bias. Each piece has its own bias, which helps to decide "
        "which piece is the largest.",
        see="The functions",
    ),
    "weights-first": Wrong(
        weights_first,
        "You took the maximum of the weights, which leaves one linear "
        "function a unit. The maximum is over the values of the pieces, and "
        "which one is largest depends on the example.",
        see="The functions",
    ),
    "no-bias": Wrong(
        without_bias,
        "You left out the biases. Without them all pieces meet at the origin.",
        see="The functions",
    ),
    "rectified": Wrong(
        rectified,
        "You put a ReLU behind the maximum. The maximum is the activation "
        "function; its outputs may be negative.",
        see="The functions",
    ),
    "summed": Wrong(
        summed,
        "You summed the pieces. A sum of linear functions is linear, and "
        "then two layers are one: take the largest piece.",
        see="The functions",
    ),
    "largest-magnitude": Wrong(
        largest_magnitude,
        "You took the piece that is farthest from 0. It is the largest one "
        "that counts: 1 is larger than −3.",
        see="The functions",
    ),
    "pieces-apart": Wrong(
        pieces_apart,
        "You reshaped as if the first h columns were the first piece of each "
        "unit. In `W`, of shape (d, h, k), the k pieces of one unit lie next "
        "to each other.",
        see="The functions",
    ),
    "no-maximum": Wrong(
        without_maximum,
        "You returned the values of all pieces, of shape (m, h, k). A unit "
        "has one output: the largest of its pieces.",
        see="The functions",
    ),
}
