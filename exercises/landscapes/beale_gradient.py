"""Beale's gradient at many points: which terms, along which axis?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Optimizer Landscapes"
FUNCTION = "my_beale_gradient"
POINTS = 2
MAY_BE = {
    "w": "numbers of (n, xy >= 2)",
}

CONSTANTS = (1.5, 2.25, 2.625)
POWERS = (1, 2, 3)


def cases(rng):
    for n in (1, 1, 2, 3, 5, 2):
        yield (rng.uniform(-2, 2, size=(n, 2)).round(1) + 0.05,)
    # On the axes, and at the minimum.
    yield (np.array([[0.0, 0.5], [2.0, 0.0], [0.0, 0.0], [0.0, 1.0]]),)
    yield (np.array([[3.0, 0.5]]),)
    # Whole numbers.
    yield (rng.permuted([[0, -1], [2, 0], [-1, 3]], axis=1),)


def slopes(w, constants=CONSTANTS, powers=POWERS, outer=2):
    """Returns both derivatives, each of shape (n,)."""
    x, y, k = w[:, :1], w[:, 1:], np.array(powers)
    r = np.array(constants) - x + x * y**k
    dx = (outer * r * (y**k - 1)).sum(axis=1)
    dy = (outer * r * k * x * y ** (k - 1)).sum(axis=1)
    return dx, dy


def in_columns(dx, dy):
    return np.stack([dx, dy], axis=1)


def without_two(w):
    return in_columns(*slopes(w, outer=1))


def copied_constant(w):
    return in_columns(*slopes(w, constants=(1.5, 2.25, 2.25)))


def copied_power(w):
    return in_columns(*slopes(w, powers=(1, 2, 2)))


def downhill(w):
    return -in_columns(*slopes(w))


def exchanged(w):
    return in_columns(*slopes(w)[::-1])


def one_a_row(w):
    return np.stack(slopes(w))


def over_the_points(w):
    return in_columns(*slopes(w)).sum(axis=0)


def terms(w):
    x, y, k = w[:, :1], w[:, 1:], np.array(POWERS)
    return x, y, k, 2 * (np.array(CONSTANTS) - x + x * y**k)


def without_minus_one(w):
    _, y, k, outer = terms(w)
    return in_columns((outer * y**k).sum(axis=1), slopes(w)[1])


def without_factor_k(w):
    x, y, k, outer = terms(w)
    dy = (outer * x * y ** (k - 1)).sum(axis=1)
    return in_columns(slopes(w)[0], dy)


def without_factor_x(w):
    _, y, k, outer = terms(w)
    dy = (outer * k * y ** (k - 1)).sum(axis=1)
    return in_columns(slopes(w)[0], dy)


def power_not_lowered(w):
    x, y, k, outer = terms(w)
    return in_columns(slopes(w)[0], (outer * k * x * y**k).sum(axis=1))


WRONG = {
    "no-two": Wrong(
        without_two,
        "You left out the 2 of the outer derivative: that of r² is 2r times "
        "that of r.",
        see="Four landscapes",
    ),
    "no-minus-one": Wrong(
        without_minus_one,
        "You took yᵏ for the derivative of rₖ along x. There is an x by "
        "itself in rₖ as well, and it contributes −1.",
        see="Four landscapes",
    ),
    "no-factor-k": Wrong(
        without_factor_k,
        "You left out the k that comes down when yᵏ is derived along y.",
        see="Four landscapes",
    ),
    "no-factor-x": Wrong(
        without_factor_x,
        "You left out x along y: it multiplies yᵏ in rₖ and stays there when "
        "yᵏ is derived.",
        see="Four landscapes",
    ),
    "power-not-lowered": Wrong(
        power_not_lowered,
        "You kept yᵏ along y. Its derivative has the power k − 1.",
        see="Four landscapes",
    ),
    "copied-constant": Wrong(
        copied_constant,
        "You have 2.25 as the third constant. It is 2.625; with 2.25 the "
        "gradient at (3, 0.5) is not zero.",
        see="Where people go wrong",
    ),
    "copied-power": Wrong(
        copied_power,
        "You have y² in the third term. It is y³: term k has the power k. A "
        "test at (3, 0.5), where the gradient is zero, shows it.",
        see="Where people go wrong",
    ),
    "downhill": Wrong(
        downhill,
        "You returned the negative gradient. The gradient points uphill; it "
        "is the optimizer that subtracts it.",
        see="Four landscapes",
    ),
    "x-and-y-exchanged": Wrong(
        exchanged,
        "You exchanged the columns: the derivative along x is the first one.",
        see="Four landscapes",
    ),
    "one-row-a-derivative": Wrong(
        one_a_row,
        "You put each derivative in a row, in an array of shape (2, n). "
        "There is a row for each point: stack along the other axis.",
        see="Four landscapes",
    ),
    "summed-over-the-points": Wrong(
        over_the_points,
        "You summed over the points. The sum in Beale's function is over the "
        "three terms k; each point has its own gradient.",
        see="Four landscapes",
    ),
}
