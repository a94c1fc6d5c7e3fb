"""The average over masks that one pass without masks comes close to."""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Dropout"
FUNCTION = "geometric_mean"
POINTS = 2
MAY_BE = {
    "P": "floats > 0 <= 1 of (K, m, c)",
}

#: The smallest first. Where examples and classes are as many, a wrong axis
#: gives a wrong result instead of an exception.
SHAPES = [
    *((2, 1, 2), (3, 2, 2), (2, 3, 2), (3, 3, 3), (4, 2, 3), (2, 4, 4)),
    # A single mask, and a single class.
    *((1, 2, 3), (2, 3, 1)),
]


def cases(rng):
    for shape in SHAPES:
        weights = rng.integers(1, 10, size=shape)
        yield (weights / weights.sum(axis=2, keepdims=True),)
    # Two masks are sure of the one class and two of the other. The product
    # over the four is smaller than any number in floating point.
    P = np.ones((4, 1, 2))
    P[[0, 1, 2, 3], 0, [0, 0, 1, 1]] = 1e-200 * rng.permutation(range(1, 5))
    yield (P,)


def normalized(values):
    return values / values.sum(axis=1, keepdims=True)


def unnormalized(P):
    return np.exp(np.log(P).mean(axis=0))


def arithmetic(P):
    return P.mean(axis=0)


def product(P):
    return normalized(P.prod(axis=0))


def root_of_the_product(P):
    return normalized(P.prod(axis=0) ** (1 / len(P)))


def normalized_over_all(P):
    G = unnormalized(P)
    return G / G.sum()


def normalized_over_examples(P):
    G = unnormalized(P)
    return G / G.sum(axis=0)


def over_classes(P):
    G = np.exp(np.log(P).mean(axis=2))
    return normalized(G)


def over_examples(P):
    G = np.exp(np.log(P).mean(axis=1))
    return normalized(G)


def logarithms(P):
    return np.log(normalized(unnormalized(P)))


WRONG = {
    "arithmetic": Wrong(
        arithmetic,
        "You took the arithmetic mean. One pass without masks comes close to "
        "the geometric one: the K-th root of the product over the masks, "
        "normalized.",
        see="An ensemble of $2^n$ networks",
    ),
    "not-normalized": Wrong(
        unnormalized,
        "You returned the geometric means themselves. Where masks disagree "
        "they add up to less than 1: divide them by their sum over the "
        "classes.",
        see="An ensemble of $2^n$ networks",
    ),
    "no-root": Wrong(
        product,
        "You normalized the product over the masks without taking its K-th "
        "root. Each further mask would then make the answer more confident. "
        "In the geometric mean a mask has the weight 1/K.",
        see="An ensemble of $2^n$ networks",
    ),
    "product-is-zero": Wrong(
        root_of_the_product,
        "You have the right formula, and multiplied all masks before you "
        "took the root: for many masks, or small probabilities, the product "
        "is 0 in floating point and so is its root. Is there a function that "
        "turns a product into a sum?",
        see="An ensemble of $2^n$ networks",
    ),
    "sum-over-all": Wrong(
        normalized_over_all,
        "You divided by the sum over classes and examples together. The "
        "probabilities of each example add up to 1.",
        see="An ensemble of $2^n$ networks",
    ),
    "sum-over-examples": Wrong(
        normalized_over_examples,
        "You divided by the sum over the examples. It is the classes of one "
        "example that add up to 1: sum over the last axis, and keep that "
        "axis for the division.",
        see="An ensemble of $2^n$ networks",
    ),
    "mean-over-classes": Wrong(
        over_classes,
        "You averaged over the classes, the last axis. The masks are the "
        "first axis, and the result has the shape (m, c).",
        see="An ensemble of $2^n$ networks",
    ),
    "mean-over-examples": Wrong(
        over_examples,
        "You averaged over the examples, axis 1. The masks are the first "
        "axis, and the result has the shape (m, c).",
        see="An ensemble of $2^n$ networks",
    ),
    "logarithms": Wrong(
        logarithms,
        "You returned logarithms. They are the way around the product that "
        "is too small; the result is to be probabilities again.",
        see="An ensemble of $2^n$ networks",
    ),
}
