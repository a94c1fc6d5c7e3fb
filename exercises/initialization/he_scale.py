"""He's scale: which numbers are counted, and what is scaled?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Weight Initialization"
FUNCTION = "my_he"
POINTS = 2
MAY_BE = {
    "normals": "floats of (units, in units, ...)",
    "slope": "a number >= 0",
}

#: Shapes of weights, the smallest first, each with whether its slope is 0.
#: Where the last axis has as many entries as the kernel's shape has numbers,
#: a shape taken for a number gives a wrong result instead of an exception.
WEIGHTS = [
    *(((1, 3), True), ((3, 2), False), ((2, 5), True), ((4, 3), False)),
    *(((1, 1, 1, 3), True), ((2, 2, 2, 3), False), ((3, 2, 2, 3), False)),
    *(((2, 3, 3, 3), True), ((3, 1, 2, 2), False)),
]


def cases(rng):
    for shape, is_relu in WEIGHTS:
        slope = 0.0 if is_relu else round(rng.uniform(0.2, 0.9), 2)
        yield rng.normal(0, 1, size=shape).round(2), slope
    # A linear layer: the slope is the same on both sides.
    yield rng.permutation([-1.5, 0.0, 0.7])[None], 1


def scaled(normals, slope, fan):
    return normals * np.sqrt(2 / ((1 + slope**2) * fan))


def fans(normals):
    kernel = np.prod(normals.shape[2:])
    return normals.shape[1] * kernel, normals.shape[0] * kernel


def by_fan_out(normals, slope):
    return scaled(normals, slope, fans(normals)[1])


def by_average(normals, slope):
    return scaled(normals, slope, sum(fans(normals)) / 2)


def xavier(normals, slope):
    return normals * np.sqrt(2 / sum(fans(normals)))


def lecun(normals, slope):
    return normals * np.sqrt(1 / fans(normals)[0])


def channels_only(normals, slope):
    return scaled(normals, slope, normals.shape[1])


def shape_for_product(normals, slope):
    return scaled(normals, slope, np.array(normals.shape[1:]))


def sum_for_product(normals, slope):
    return scaled(normals, slope, sum(normals.shape[1:]))


def variance_for_deviation(normals, slope):
    return normals * 2 / ((1 + slope**2) * fans(normals)[0])


def without_slope(normals, slope):
    return scaled(normals, 0, fans(normals)[0])


def slope_not_squared(normals, slope):
    return scaled(normals, np.sqrt(slope), fans(normals)[0])


def of_this_draw(normals, slope):
    return scaled(normals / normals.std(), slope, fans(normals)[0])


WRONG = {
    "fan-out": Wrong(
        by_fan_out,
        "You used the fan-out. It keeps the gradient level on its way back; "
        "for the signal on its way forward count the inputs of one output, "
        "the fan-in.",
        see="The variance, forward",
    ),
    "average-of-fans": Wrong(
        by_average,
        "You used the average of fan-in and fan-out. It keeps neither the "
        "signal nor the gradient level where the two differ; the signal "
        "needs the fan-in.",
        see="When fan-in and fan-out differ",
    ),
    "xavier": Wrong(
        xavier,
        "You returned Xavier's weights. They are derived for an activation "
        "that is linear near 0, such as tanh; a ReLU drops half of the "
        "squares, and that needs He's factor.",
        see="The variance, backward",
    ),
    "lecun": Wrong(
        lecun,
        "You returned LeCun's weights, which are right for a linear layer. "
        "A ReLU drops half of the squares, a leaky one keeps a part of that "
        "half: the variance has to make up for it.",
        see="The variance, forward",
    ),
    "channels-only": Wrong(
        channels_only,
        "You counted the input channels only. An output of a convolution "
        "sums over all positions of its kernel, too, so the fan-in is the "
        "product of all axes but the first.",
        see="From scratch",
    ),
    "shape-for-product": Wrong(
        shape_for_product,
        "You divided by the entries of the shape, one by one. The fan-in is "
        "a number, their product; for a dense layer, with one entry, it "
        "makes no difference, for a convolution it does.",
        see="Where people go wrong",
    ),
    "sum-for-product": Wrong(
        sum_for_product,
        "You added the axes of the weight. One output has an input for each "
        "channel and each row and each column of the kernel: multiply.",
        see="From scratch",
    ),
    "variance-for-deviation": Wrong(
        variance_for_deviation,
        "You multiplied by the variance. Numbers of variance 1 get the "
        "variance s² when they are multiplied by s, so multiply by the "
        "root.",
        see="Where people go wrong",
    ),
    "no-slope": Wrong(
        without_slope,
        "You left out the slope. A leaky ReLU keeps a part of the negative "
        "half, and needs smaller weights than a ReLU: how much does that "
        "half add to the mean square?",
        see="Exercises",
    ),
    "slope-not-squared": Wrong(
        slope_not_squared,
        "You added the slope and not its square. The negative half is "
        "multiplied by the slope, so its squares are multiplied by the "
        "square of the slope.",
        see="Exercises",
    ),
    "scale-of-this-draw": Wrong(
        of_this_draw,
        "You divided by the standard deviation of this very draw. The "
        "numbers come from a distribution of variance 1; a draw, and above "
        "all a small one, may lie above or below it.",
        see="The variance, forward",
    ),
}
