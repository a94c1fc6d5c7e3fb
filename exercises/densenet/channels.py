"""The channels of a DenseNet: what adds, what halves, and how often?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Densely Connected Networks"
FUNCTION = "densenet_channels"
POINTS = 2
MAY_BE = {
    "channels": "a whole number >= 1",
    "growth_rate": "a whole number >= 1",
    "num_convs": "whole numbers >= 1 of (B)",
}

#: Channels of the stem, growth rate, convolutions. In some an odd number
#: is halved, so that it shows how it is rounded.
KNOWN = [
    (1, 1, (1, 2)),
    (10, 4, (1,)),
    (6, 3, (2, 1)),
    (7, 2, (2, 3)),
    (8, 3, (1, 2, 3)),
    (64, 32, (4, 4, 4, 4)),
    (24, 12, (6, 6, 6)),
]


def cases(rng):
    for channels, growth_rate, num_convs in KNOWN:
        yield channels, growth_rate, np.array(num_convs)
    for blocks in (2, 3, 5):
        channels, growth_rate = rng.integers(10, 40, size=2)
        yield int(channels), int(growth_rate), rng.integers(2, 9, size=blocks)


def with_block(channels, written):
    return channels + written


def halved(channels):
    return channels // 2


def counted(channels, writes, grow=with_block, shrink=halved):
    """Returns the counts after stem, blocks and transitions, one too many.

    What each block writes is in ``writes``.
    """
    counts = [channels]
    for written in writes:
        grown = grow(counts[-1], written)
        counts += [grown, shrink(grown)]
    return np.array(counts)


def transition_too_many(channels, growth_rate, num_convs):
    return counted(channels, growth_rate * num_convs)


def input_forgotten(channels, growth_rate, num_convs):
    def grow(channels, written):
        return written

    return counted(channels, growth_rate * num_convs, grow=grow)[:-1]


def one_convolution(channels, growth_rate, num_convs):
    writes = np.full_like(num_convs, growth_rate)
    return counted(channels, writes)[:-1]


def read_by_the_last(channels, growth_rate, num_convs):
    counts = counted(channels, growth_rate * num_convs)[:-1]
    counts[1::2] -= growth_rate
    return counts


def rounded_up(channels, growth_rate, num_convs):
    def shrink(channels):
        return (channels + 1) // 2

    return counted(channels, growth_rate * num_convs, shrink=shrink)[:-1]


def with_fractions(channels, growth_rate, num_convs):
    def shrink(channels):
        return channels / 2

    return counted(channels, growth_rate * num_convs, shrink=shrink)[:-1]


def never_halved(channels, growth_rate, num_convs):
    def shrink(channels):
        return channels

    return counted(channels, growth_rate * num_convs, shrink=shrink)[:-1]


def transition_first(channels, growth_rate, num_convs):
    counts = [channels]
    for count in num_convs:
        before = counts[-1] // 2
        counts += [before, before + growth_rate * count]
    return np.array(counts)


def back_to_the_stem(channels, growth_rate, num_convs):
    grown = channels + growth_rate * num_convs
    counts = np.stack([grown, grown // 2], axis=1).reshape(-1)
    return np.append(channels, counts)[:-1]


def blocks_only(channels, growth_rate, num_convs):
    return counted(channels, growth_rate * num_convs)[1::2]


def stem_missing(channels, growth_rate, num_convs):
    return counted(channels, growth_rate * num_convs)[1:-1]


WRONG = {
    "transition-too-many": Wrong(
        transition_too_many,
        "You put a transition behind the last block, too. Transitions stand "
        "between blocks: four blocks have three of them.",
        see="Four blocks by hand",
    ),
    "input-forgotten": Wrong(
        input_forgotten,
        "You counted only what a block's convolutions write. The block "
        "returns the whole stack, its own input included: c + L k channels.",
        see="Growing, step by step",
    ),
    "one-convolution": Wrong(
        one_convolution,
        "You added the growth rate once for each block. Each convolution "
        "writes so many channels, and a block may have several.",
        see="Growing, step by step",
    ),
    "read-by-the-last": Wrong(
        read_by_the_last,
        "You listed, for each block, what its last convolution reads. What "
        "that one writes is part of the block's output as well.",
        see="Growing, step by step",
    ),
    "rounded-up": Wrong(
        rounded_up,
        "You rounded half a channel up. A transition halves and rounds down.",
        see="Growing, step by step",
    ),
    "with-fractions": Wrong(
        with_fractions,
        "You halved odd numbers to fractions. Channels are whole: a "
        "transition rounds down.",
        see="Growing, step by step",
    ),
    "never-halved": Wrong(
        never_halved,
        "You let the transitions keep all channels. They halve height and "
        "width by pooling, and the channels by their 1×1 convolution.",
        see="Growing, step by step",
    ),
    "transition-first": Wrong(
        transition_first,
        "You put a transition in front of each block, the first one "
        "included. The first block reads what the stem writes.",
        see="Four blocks by hand",
    ),
    "back-to-the-stem": Wrong(
        back_to_the_stem,
        "You let every block start with the channels of the stem. A block "
        "starts with what the transition before it writes.",
        see="Four blocks by hand",
    ),
    "blocks-only": Wrong(
        blocks_only,
        "You listed the blocks alone. The stem and the transitions belong in "
        "the list, too.",
        see="Four blocks by hand",
    ),
    "stem-missing": Wrong(
        stem_missing,
        "You left out the stem, whose channels come first.",
        see="Four blocks by hand",
    ),
}
