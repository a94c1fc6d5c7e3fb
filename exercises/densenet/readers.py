"""Who reads whom in a dense block: which channels are whose?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Densely Connected Networks"
FUNCTION = "read_from"
POINTS = 2
MAY_BE = {
    "W": "numbers of (k, c, p, q)",
    "widths": "whole numbers >= 1 of (n)",
}

#: The number of filters, their size, and the channels of each writer. The
#: smallest first; as many filters as channels in some, so that a wrong axis
#: gives a wrong result instead of an exception.
SHAPES = [
    (1, (1, 1), (1, 2)),
    (2, (1, 2), (1,)),
    (3, (1, 1), (2, 1)),
    (2, (1, 2), (1, 1, 2)),
    (4, (1, 1), (1, 3)),
    (5, (1, 1), (1, 2, 2)),
    (2, (2, 1), (3, 2, 2)),
    (2, (3, 3), (3, 1, 1)),
]


def cases(rng):
    for filters, size, widths in SHAPES:
        shape = (filters, sum(widths), *size)
        yield rng.normal(0, 2, size=shape).round(1), np.array(widths)
    # Whole numbers, whose means are not all whole.
    W = rng.permutation([-3, -2, 0, 1, 2, 5]).reshape(2, 3, 1, 1)
    yield W, np.array([1, 2])


def means(values, ends):
    """Returns the mean of each part along axis 1."""
    return np.array([part.mean() for part in np.split(values, ends, axis=1)])


def ends_of(widths):
    return np.cumsum(widths)[:-1]


def with_signs(W, widths):
    return means(W, ends_of(widths))


def absolute_at_the_end(W, widths):
    return np.abs(with_signs(W, widths))


def sums(W, widths):
    parts = np.split(np.abs(W), ends_of(widths), axis=1)
    return np.array([part.sum() for part in parts])


def share_of_all(W, widths):
    return sums(W, widths) / W.size


def filters_split(W, widths):
    return means(np.abs(W).swapaxes(0, 1), ends_of(widths))


def equal_parts(W, widths):
    parts = np.array_split(np.abs(W), len(widths), axis=1)
    return np.array([part.mean() for part in parts])


def widths_as_ends(W, widths):
    return means(np.abs(W), widths[:-1])


def each_channel(W, widths):
    return np.abs(W).mean(axis=(0, 2, 3))


def each_filter(W, widths):
    parts = np.split(np.abs(W), ends_of(widths), axis=1)
    return np.array([part.mean(axis=(1, 2, 3)) for part in parts])


def mean_square(W, widths):
    return means(W**2, ends_of(widths))


def root_mean_square(W, widths):
    return np.sqrt(mean_square(W, widths))


WRONG = {
    "with-signs": Wrong(
        with_signs,
        "You averaged the weights with their signs. Large weights of both "
        "signs then cancel, although the map is read a lot: average |W|.",
        see="Side by side",
    ),
    "absolute-at-the-end": Wrong(
        absolute_at_the_end,
        "You took the absolute value of the mean. By then weights of "
        "different signs have canceled: take it of each weight.",
        see="Side by side",
    ),
    "sums": Wrong(
        sums,
        "You summed. A writer of many channels then looks strongly read "
        "because it is wide: take the mean over its weights.",
        see="Side by side",
    ),
    "share-of-all": Wrong(
        share_of_all,
        "You divided each writer's sum by the number of all weights. Divide "
        "by the number of weights on its own channels.",
        see="Side by side",
    ),
    "filters-split": Wrong(
        filters_split,
        "You divided axis 0 among the writers. It has the filters, one for "
        "each channel that is written; those that are read are axis 1.",
        see="Side by side",
    ),
    "equal-parts": Wrong(
        equal_parts,
        "You gave every writer the same number of channels. The block's "
        "input is usually wider than what a convolution writes: `widths` "
        "says how many there are of each.",
        see="Growing, step by step",
    ),
    "widths-as-ends": Wrong(
        widths_as_ends,
        "You used the widths as positions. A writer's channels end where "
        "its width and the widths of all before it add up to.",
        see="Growing, step by step",
    ),
    "each-channel": Wrong(
        each_channel,
        "You returned a number for each channel. Average those of the same "
        "writer, too.",
        see="Side by side",
    ),
    "each-filter": Wrong(
        each_filter,
        "You returned a number for each filter. Average over the filters as "
        "over channels and positions.",
        see="Side by side",
    ),
    "mean-square": Wrong(
        mean_square,
        "You averaged squares. Asked is the mean of the absolute values.",
        see="Side by side",
    ),
    "root-mean-square": Wrong(
        root_mean_square,
        "You took the root of the mean square, in which the largest weights "
        "count most. Asked is the mean of the absolute values.",
        see="Side by side",
    ),
}
