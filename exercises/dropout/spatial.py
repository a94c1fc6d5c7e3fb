"""Spatial dropout: what is kept, how is it scaled, and when?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Dropout"
FUNCTION = "spatial_dropout"
POINTS = 2
MAY_BE = {
    "X": "numbers of (m, c, p, q)",
    "uniform": "floats >= 0 < 1 of (m, c)",
    "rate": "a number >= 0 < 1",
    "training": "a truth value",
}

#: Shapes and rates, the smallest first. In some, all axes have
#: the same length: a mask along wrong axes then gives a wrong result instead
#: of an exception.
INPUTS = [
    ((1, 2, 1, 1), 0.4),
    ((2, 2, 1, 2), 0.5),
    ((2, 2, 2, 2), 0.8),
    ((3, 2, 2, 3), 0.2),
]


def cases(rng):
    for shape, rate in INPUTS:
        yield (
            rng.normal(1, 2, size=shape).round(1),
            draws(rng, shape),
            rate,
            True,
        )
    # Two draws are as large as the rate; each example drops another channel.
    X = rng.normal(1, 2, size=(2, 2, 2, 2)).round(1)
    yield X, np.array([[0.3, 0.29], [0.0, 0.3]]), 0.3, True
    yield X, np.array([[0.0, 0.5], [0.1, 0.9]]), 0, True
    # Whole numbers, and a single channel.
    X = rng.permuted([[-3, 0], [0, 1], [2, 0]], axis=1).reshape(3, 1, 2, 1)
    yield X, draws(rng, X.shape), 0.3, True
    for shape, rate in INPUTS[:3]:
        X = rng.normal(1, 2, size=shape).round(1)
        yield X, draws(rng, shape), rate, False


def draws(rng, shape):
    """Returns numbers as evenly spread over [0, 1) as possible, shuffled."""
    number = shape[0] * shape[1]
    spread = (np.arange(number) + 0.5) / number
    return rng.permutation(spread).reshape(shape[:2]).round(2)


def along_channels(mask):
    return mask[:, :, None, None]


def keep_probability(X, uniform, rate, training):
    if not training:
        return X
    return X * along_channels(uniform < rate) / rate


def kept_and_dropped_exchanged(X, uniform, rate, training):
    if not training:
        return X
    return X * along_channels(uniform < rate) / (1 - rate)


def kept_above_rate_only(X, uniform, rate, training):
    if not training:
        return X
    return X * along_channels(uniform > rate) / (1 - rate)


def divided_by_rate(X, uniform, rate, training):
    if not training:
        return X
    return X * along_channels(uniform >= rate) / rate


def not_scaled(X, uniform, rate, training):
    return X * along_channels(uniform >= rate) if training else X


def vanilla(X, uniform, rate, training):
    if not training:
        return X * (1 - rate)
    return X * along_channels(uniform >= rate)


def both_conventions(X, uniform, rate, training):
    if not training:
        return X * (1 - rate)
    return X * along_channels(uniform >= rate) / (1 - rate)


def masks_in_prediction(X, uniform, rate, training):
    return X * along_channels(uniform >= rate) / (1 - rate)


def scaled_by_the_share_kept(X, uniform, rate, training):
    if not training:
        return X
    mask = uniform >= rate
    return X * along_channels(mask) / mask.mean()


def one_mask_for_all(X, uniform, rate, training):
    if not training:
        return X
    return X * (uniform[0] >= rate)[:, None, None] / (1 - rate)


def mask_on_pixels(X, uniform, rate, training):
    if not training:
        return X
    return X * (uniform >= rate) / (1 - rate)


WRONG = {
    "keep-probability": Wrong(
        keep_probability,
        "You took `rate` for the probability of keeping a channel. It is the "
        "probability of dropping it, so a share of 1 − rate stays, where the "
        "draws are `rate` or more, and is divided by that share.",
        see="A mask",
    ),
    "mask-exchanged": Wrong(
        kept_and_dropped_exchanged,
        "You dropped the channels that stay and kept those that go. A "
        "channel is kept where its draw is `rate` or more.",
        see="Convolutions: drop channels",
    ),
    "boundary-dropped": Wrong(
        kept_above_rate_only,
        "You dropped a channel whose draw is exactly `rate`. Draws may be 0, "
        "so with a rate of 0 yours drops one now and then: keep where the "
        "draw is `rate` or more.",
        see="A mask",
    ),
    "divided-by-rate": Wrong(
        divided_by_rate,
        "You dropped the right channels and divided by the drop rate. A "
        "share of 1 − rate is kept on average, so that is what brings the "
        "expectation back.",
        see="A mask",
    ),
    "no-scaling": Wrong(
        not_scaled,
        "You scaled in neither mode. Then the next layer gets only 1 − rate "
        "of what it gets in prediction, on average. Inverted dropout makes "
        "up for it in training.",
        see="A mask",
    ),
    "vanilla": Wrong(
        vanilla,
        "You wrote vanilla dropout, which scales in prediction. Inverted "
        "dropout enlarges what is kept in training, and leaves prediction "
        "alone.",
        see="A mask",
    ),
    "scaled-twice": Wrong(
        both_conventions,
        "You scaled in training and in prediction. With the division in "
        "training the expectation is right already: prediction returns X.",
        see="A mask",
    ),
    "masks-in-prediction": Wrong(
        masks_in_prediction,
        "You drop in prediction mode, too, so the same image gets another "
        "answer each time. Without `training` the layer passes X on.",
        see="Where people go wrong",
    ),
    "share-that-was-kept": Wrong(
        scaled_by_the_share_kept,
        "You divided by the share of channels that this mask happens to "
        "keep. Divide by the probability of keeping one: the factor belongs "
        "to the rate and does not depend on the other channels.",
        see="A mask",
    ),
    "one-mask-for-all": Wrong(
        one_mask_for_all,
        "You used the first example's draws for all of them. Each example "
        "has a row of its own in `uniform`; with one mask for the whole "
        "batch the noise no longer averages over the examples.",
        see="Where people go wrong",
    ),
    "mask-on-pixels": Wrong(
        mask_on_pixels,
        "You multiplied by a mask of shape (m, c), which NumPy aligns with "
        "the last two axes: it drops pixels, if it fits at all. Give it two "
        "more axes of length 1 behind its own.",
        see="Convolutions: drop channels",
    ),
}
