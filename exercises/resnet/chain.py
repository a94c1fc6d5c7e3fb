"""The derivative of a chain: where in it is the 1 added, and from where?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Residual Networks"
FUNCTION = "chain_gradients"
POINTS = 2
MAY_BE = {
    "slopes": "numbers of (L)",
    "residual": "a truth value",
}

#: How many blocks there are, the fewest first.
LENGTHS = [1, 2, 3, 6]


def cases(rng):
    for length in LENGTHS:
        for residual in (False, True):
            yield rng.uniform(0.1, 0.9, size=length).round(1), residual
    # A factor of zero: what lies before it gets nothing.
    slopes = rng.uniform(-0.9, -0.1, size=4).round(1)
    for dead, residual in [(0.0, False), (-1.0, True)]:
        slopes[2] = dead
        yield slopes.copy(), residual
    # Whole numbers.
    for residual in (False, True):
        yield rng.permutation([-3, 1, 2]), residual


def factors(slopes, residual):
    return slopes + 1 if residual else slopes


def behind(values):
    """Returns the products from each index to the end."""
    return np.cumprod(values[::-1])[::-1]


def from_the_input(slopes, residual):
    return np.cumprod(factors(slopes, residual))


def in_backward_order(slopes, residual):
    return np.cumprod(factors(slopes, residual)[::-1])


def by_the_output_of_each_block(slopes, residual):
    return np.append(behind(factors(slopes, residual))[1:], 1)


def without_shortcuts(slopes, residual):
    return behind(factors(slopes, False))


def always_shortcuts(slopes, residual):
    return behind(factors(slopes, True))


def one_added_at_the_end(slopes, residual):
    return behind(slopes) + 1 if residual else behind(slopes)


def summed(slopes, residual):
    sums = np.cumsum(slopes[::-1])[::-1]
    return 1 + sums if residual else behind(slopes)


def local(slopes, residual):
    return factors(slopes, residual)


def only_the_first(slopes, residual):
    return factors(slopes, residual).prod()


WRONG = {
    "from-the-input": Wrong(
        from_the_input,
        "You multiplied from the first block on, which gives the derivatives "
        "of each block's output by the chain's input. Asked is the other "
        "direction: from the chain's output back to each block.",
        see="Adding the input",
    ),
    "backward-order": Wrong(
        in_backward_order,
        "You have the right numbers in the order in which the gradient "
        "passes them, the last block first. Index 0 is the first block.",
        see="Adding the input",
    ),
    "own-factor-missing": Wrong(
        by_the_output_of_each_block,
        "You left out each block's own factor: these are the derivatives by "
        "the blocks' outputs. From its input on the block itself is on the "
        "way, too.",
        see="Adding the input",
    ),
    "no-shortcuts": Wrong(
        without_shortcuts,
        "You multiplied the slopes alone, with and without shortcuts. A "
        "block that adds its input has the derivative g′ + 1.",
        see="Adding the input",
    ),
    "always-shortcuts": Wrong(
        always_shortcuts,
        "You added the 1 to every slope, whatever `residual` is. It comes "
        "from the input that is added, and a plain block adds none.",
        see="Adding the input",
    ),
    "one-added-once": Wrong(
        one_added_at_the_end,
        "You added 1 to the product. That is one shortcut around all blocks; "
        "here each block has its own, and adds its 1 before the factors are "
        "multiplied.",
        see="Adding the input",
    ),
    "sum-of-slopes": Wrong(
        summed,
        "You added 1 and the slopes. These are the paths through no branch "
        "and through one; the product has the paths through two branches and "
        "more besides.",
        see="Adding the input",
    ),
    "one-block": Wrong(
        local,
        "You returned the derivative of each block by itself. The chain rule "
        "multiplies the derivatives of all blocks on the way to the output.",
        see="Adding the input",
    ),
    "only-the-first": Wrong(
        only_the_first,
        "You returned a single number, the derivative by the input of the "
        "first block. Return one for each block.",
        see="Adding the input",
    ),
}
