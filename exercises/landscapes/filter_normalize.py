"""A filter-normalized direction: how many norms, of what?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Optimizer Landscapes"
FUNCTION = "my_filter_normalize"
POINTS = 2
MAY_BE = {
    "direction": "numbers of (units, ...)",
    "weight": "numbers of (units, ...)",
}

#: The smallest first; where all axes are equally long, a wrong one gives a
#: wrong result instead of an exception.
SHAPES = [
    (1, 2),
    (1, 2, 2),
    (2, 2),
    (3, 2),
    (2, 3),
    (2, 2, 2, 2),
    (3, 2, 1, 4),
]
HEADING = "A landscape with 2,410 dimensions"


def cases(rng):
    for shape in SHAPES:
        direction = rng.normal(size=shape).round(1) + 0.05
        yield direction, rng.normal(0, 2, size=shape).round(1)
    # A direction of zeros, and weights of zeros.
    direction = rng.normal(size=(3, 2)).round(1) + 0.05
    direction[1] = 0
    weight = rng.normal(0, 2, size=(3, 2)).round(1)
    weight[2] = 0
    yield direction, weight
    # Whole numbers: the direction, the weights.
    whole = rng.permuted([[0, -1, 3], [2, -2, 1]], axis=1)
    yield whole, direction.T
    yield direction.T + 1, whole


def norms(array, axes):
    return np.sqrt((array**2).sum(axis=axes, keepdims=True))


def units(array):
    """Returns the axes that belong to one unit."""
    return tuple(range(1, array.ndim))


def scaled(direction, have, want):
    return direction * want / np.where(have > 0, have, 1)


def along(direction, weight, axes):
    return scaled(direction, norms(direction, axes), norms(weight, axes))


def whole_layer(direction, weight):
    return along(direction, weight, None)


def by_inputs(direction, weight):
    return along(direction, weight, 0)


def last_axis(direction, weight):
    return along(direction, weight, -1)


def each_weight(direction, weight):
    return np.sign(direction) * abs(weight)


def unit_length(direction, weight):
    return scaled(direction, norms(direction, units(direction)), 1)


def not_normalized(direction, weight):
    return direction * norms(weight, units(weight))


def upside_down(direction, weight):
    axes = units(weight)
    return scaled(direction, norms(weight, axes), norms(direction, axes))


def without_roots(direction, weight):
    axes = units(weight)
    have, want = norms(direction, axes) ** 2, norms(weight, axes) ** 2
    return scaled(direction, have, want)


def divided_by_zero(direction, weight):
    axes = units(weight)
    return direction * norms(weight, axes) / norms(direction, axes)


WRONG = {
    "whole-layer": Wrong(
        whole_layer,
        "You used one norm for the whole layer. Units of very different "
        "scale would be moved by the same fraction of the layer's norm: each "
        "unit needs its own.",
        see=HEADING,
    ),
    "by-inputs": Wrong(
        by_inputs,
        "You took the norms over the first axis, the units, which gives one "
        "for each input. A unit's incoming weights are all the other axes.",
        see=HEADING,
    ),
    "last-axis": Wrong(
        last_axis,
        "You took the norms over the last axis alone. For a dense layer that "
        "is right; a unit of a convolution has three axes of weights.",
        see=HEADING,
    ),
    "each-weight": Wrong(
        each_weight,
        "You scaled each number by itself, so that only its sign is left of "
        "the direction. The norm goes over all the weights of a unit.",
        see=HEADING,
    ),
    "unit-length": Wrong(
        unit_length,
        "You gave each unit's direction the norm 1. A step of 1 is nothing "
        "to large weights and ruins small ones: multiply by the weights' "
        "norm.",
        see=HEADING,
    ),
    "not-normalized": Wrong(
        not_normalized,
        "You multiplied by the norm of the weights and did not divide by "
        "that of the direction.",
        see=HEADING,
    ),
    "upside-down": Wrong(
        upside_down,
        "You divided by the norm of the weights and multiplied by that of "
        "the direction. It is the other way around.",
        see=HEADING,
    ),
    "no-roots": Wrong(
        without_roots,
        "You used the sums of the squares. The norm is the root of that.",
        see=HEADING,
    ),
    "division-by-zero": Wrong(
        divided_by_zero,
        "You divided by the norm of a direction that is zero. 0 / 0 is not a "
        "number; such a unit is to stay zero.",
        see=HEADING,
    ),
}

EQUIVALENT_MUTANTS = {
    "return direction * want / np.where(have > 0, have, 1) -> "
    "return direction * want / np.where(have > 0, have, 2)": "the last number "
    "divides zeros only",
}
