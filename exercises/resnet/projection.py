"""The 1×1 convolution on a shortcut: which positions, which channels?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Residual Networks"
FUNCTION = "project"
POINTS = 2
MAY_BE = {
    "X": "numbers of (m, c, p, q)",
    "V": "numbers of (k, c)",
    "stride": "a whole number >= 1",
}

#: Shapes of X, numbers of filters and strides, the smallest first. With as
#: many filters as channels a transposed V gives a wrong result instead of an
#: exception.
INPUTS = [
    ((1, 1, 2, 2), 1, 2),
    ((1, 2, 2, 2), 2, 1),
    ((2, 2, 2, 2), 2, 2),
    ((1, 2, 3, 4), 3, 2),
    ((2, 1, 5, 3), 2, 2),
    ((1, 3, 5, 4), 2, 3),
]


def cases(rng):
    for shape, filters, stride in INPUTS:
        yield (
            rng.normal(1, 2, size=shape).round(1),
            rng.normal(0, 2, size=(filters, shape[1])).round(1),
            stride,
        )
    # Whole numbers: the input, then the weights. A single position.
    X = rng.permutation([-3, -1, 0, 1, 2, 4]).reshape(1, 2, 3, 1)
    V = rng.uniform(0.2, 0.8, size=(2, 2)).round(1)
    yield X, V, 1
    yield V.reshape(2, 2, 1, 1), rng.permuted([[0, -1], [2, 3]], axis=1), 3


def mixed(X, V):
    return np.einsum("kc,mcpq->mkpq", V, X)


def without_stride(X, V, stride):
    return mixed(X, V)


def rows_only(X, V, stride):
    return mixed(X[:, :, ::stride], V)


def starts_late(X, V, stride):
    first = stride - 1
    return mixed(X[:, :, first::stride, first::stride], V)


def incomplete_step_left_out(X, V, stride):
    p, q = (length // stride * stride for length in X.shape[2:])
    return mixed(X[:, :, :p:stride, :q:stride], V)


def corner(X, V, stride):
    p, q = (-(-length // stride) for length in X.shape[2:])
    return mixed(X[:, :, :p, :q], V)


def windows(X, stride):
    """Yields (row, column, window of X) for each position of the result."""
    for i in range(0, X.shape[2], stride):
        for j in range(0, X.shape[3], stride):
            window = X[:, :, i : i + stride, j : j + stride]
            yield i // stride, j // stride, window


def averaged(X, V, stride):
    means = np.empty_like(X[:, :, ::stride, ::stride])
    for i, j, window in windows(X, stride):
        means[:, :, i, j] = window.mean(axis=(2, 3))
    return mixed(means, V)


def transposed(X, V, stride):
    return mixed(X[:, :, ::stride, ::stride], V.T)


def channels_last(X, V, stride):
    return X[:, :, ::stride, ::stride].transpose(0, 2, 3, 1) @ V.T


def channels_first(X, V, stride):
    return np.tensordot(V, X[:, :, ::stride, ::stride], axes=(1, 1))


WRONG = {
    "no-stride": Wrong(
        without_stride,
        "You computed the result at every position. The branch takes steps "
        "of `stride` along rows and columns, so the shortcut must, too, or "
        "the two cannot be added.",
        see="In Gluon: the basic block",
    ),
    "stride-along-rows": Wrong(
        rows_only,
        "You took steps of `stride` from row to row and left the columns as "
        "they are. The stride is for both axes.",
        see="In Gluon: the basic block",
    ),
    "starts-late": Wrong(
        starts_late,
        "You started at the last position of each step. The first position "
        "of the result comes from the first of X, at index 0.",
        see="In Gluon: the basic block",
    ),
    "incomplete-step": Wrong(
        incomplete_step_left_out,
        "You left out the last position where the length is no multiple of "
        "the stride. It counts: the lengths are rounded up, 5 to 3 with a "
        "stride of 2.",
        see="In Gluon: the basic block",
    ),
    "corner": Wrong(
        corner,
        "You took a corner of the map, of the right size. The positions are "
        "to be spread over the whole map, `stride` apart.",
        see="In Gluon: the basic block",
    ),
    "average": Wrong(
        averaged,
        "You averaged over the positions between two steps. A 1×1 "
        "convolution looks at one of them and at no other; pooling would be "
        "another shortcut.",
        see="In Gluon: the basic block",
    ),
    "transposed": Wrong(
        transposed,
        "You summed over the wrong axis of V. Its rows are the filters and "
        "its columns the channels of X, and the sum is over these.",
        see="In Gluon: the basic block",
    ),
    "channels-last": Wrong(
        channels_last,
        "You have the right numbers with the channels on the last axis. The "
        "branch that they are added to has them on axis 1.",
        see="In Gluon: the basic block",
    ),
    "channels-first": Wrong(
        channels_first,
        "You have the right numbers with the channels before the examples. "
        "Axis 0 is the examples, as in X, and axis 1 the channels.",
        see="In Gluon: the basic block",
    ),
}
