"""The gradient in a dense block: along which paths does it come?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Densely Connected Networks"
FUNCTION = "dense_gradients"
POINTS = 2
MAY_BE = {
    "direct": "numbers of (L + 1)",
    "J": "numbers of (L + 1, L + 1)",
}

#: How many convolutions there are, the fewest first.
LENGTHS = [1, 2, 3, 4, 6]


def cases(rng):
    for length in LENGTHS:
        shape = (length + 1, length + 1)
        J = np.tril(rng.uniform(0.2, 2, size=shape).round(1), -1)
        yield rng.normal(0, 2, size=length + 1).round(1), J
    # Only the newest map leaves the block: all else comes through readers.
    signs = rng.choice([-1, 1], size=shape)
    yield np.eye(length + 1)[-1], J * signs
    # Nobody reads. Then whole numbers: gradients, and derivatives.
    yield rng.normal(0, 2, size=1).round(1), np.zeros((1, 1))
    # Halves of odd numbers are not whole.
    whole = rng.permutation([-3, 1, 5, 7])
    yield whole, np.tril(rng.choice([0.5, 1.5], size=(4, 4)), -1)
    J = np.tril(rng.choice([-1, 2, 3], size=(4, 4)), -1)
    yield rng.normal(0, 2, size=4).round(1), J


def through(gradient, J, readers):
    """Returns what the gradients become when readers pass theirs on."""
    gradient = gradient.astype(float)
    for reader in readers:
        gradient += gradient[reader] * J[reader]
    return gradient


def all_paths(direct, J):
    return through(direct, J, range(len(direct) - 1, 0, -1))


def direct_only(direct, J):
    return direct.copy()


def one_reader(direct, J):
    return direct + direct @ J


def newest_reader_only(direct, J):
    return all_paths(direct, np.diag(np.diag(J, -1), -1))


def output_only_at_the_end(direct, J):
    gradient = np.zeros(len(direct))
    gradient[-1] = direct[-1]
    return all_paths(gradient, J)


def without_the_direct_slice(direct, J):
    return all_paths(direct, J) - direct


def forward(direct, J):
    values = direct.astype(float)
    for i in range(len(values)):
        values[i] += J[i] @ values
    return values


def not_transposed(direct, J):
    return direct + J @ direct


def readers_only_once(direct, J):
    return direct + all_paths(direct, J)[-1] * J[-1]


def shortcut_added(direct, J):
    residual = J + np.tril(np.ones_like(J), -1)
    return all_paths(direct, residual)


def derivatives_summed(direct, J):
    return direct + J.sum(axis=0)


WRONG = {
    "direct-only": Wrong(
        direct_only,
        "You returned the slices of the output's gradient. They are the "
        "direct paths; every later convolution has read the map as well and "
        "sends back its part.",
        see="Short ways back",
    ),
    "one-reader": Wrong(
        one_reader,
        "You multiplied by the direct slices of the readers, which leaves "
        "out paths through two convolutions and more. A reader passes on its "
        "whole gradient, so the last map's must be finished first.",
        see="Short ways back",
    ),
    "newest-reader-only": Wrong(
        newest_reader_only,
        "You let each map be read by the next convolution alone, as in a "
        "plain chain. In a dense block all later ones read it.",
        see="Side by side",
    ),
    "output-is-the-last-map": Wrong(
        output_only_at_the_end,
        "You started from the last map's gradient alone. The block returns "
        "the whole stack: every map has a slice of its own in the gradient.",
        see="Short ways back",
    ),
    "no-direct-slice": Wrong(
        without_the_direct_slice,
        "You returned what comes through the readers, without the direct "
        "slice. Both reach the map.",
        see="Short ways back",
    ),
    "forward": Wrong(
        forward,
        "You went from the first map to the last. That is the direction of "
        "the forward pass; gradients go from the last map to the first, and "
        "by the columns of J instead of its rows.",
        see="Short ways back",
    ),
    "not-transposed": Wrong(
        not_transposed,
        "You multiplied by the rows of J. Row l is about what convolution l "
        "reads; those that read map i are in column i.",
        see="Short ways back",
    ),
    "last-reader-only": Wrong(
        readers_only_once,
        "You added the part of the last convolution alone. All convolutions "
        "after a map have read it.",
        see="Short ways back",
    ),
    "as-in-a-residual-network": Wrong(
        shortcut_added,
        "You added 1 to the derivatives, as for a block that adds its input. "
        "Here nothing is added: the input's own way to the output is the "
        "direct slice.",
        see="Short ways back",
    ),
    "derivatives-summed": Wrong(
        derivatives_summed,
        "You added the derivatives themselves. Each is multiplied by the "
        "gradient of the map that the reader has written.",
        see="Short ways back",
    ),
}

EQUIVALENT_MUTANTS = {
    "for reader in range(len(direct) - 1, 0, -1): -> "
    "for reader in range(len(direct) - 1, -1, -1):": "nobody wrote the input "
    "of the block, and row 0 of J is zero",
}
