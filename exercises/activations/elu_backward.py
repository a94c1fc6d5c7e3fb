"""ELU's backward pass: which derivative, and which exponential?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Activation Functions"
FUNCTION = "elu_backward"
POINTS = 2
MAY_BE = {
    "dY": "numbers of (m, d)",
    "X": "numbers >= -1000 <= 1000 of (m, d)",
    "alpha": "a number > 0",
}


def cases(rng):
    # Both sides of 0, then the kink itself, then the largest inputs.
    for row in [[0.5, -0.4], [0.0, -1.0], [1000.0, -1000.0]]:
        X = np.array([row])
        X[0, 1] = (X[0, 1] * rng.uniform(0.8, 1)).round(2)
        yield upstream(rng, X.shape), X, round(rng.uniform(0.4, 0.8), 2)
    for shape in [(2, 2), (3, 2), (2, 4)]:
        X = rng.normal(0, 1.5, size=shape).round(1)
        yield upstream(rng, shape), X, round(rng.uniform(1.2, 2), 2)
    X = rng.uniform(-100, 100, size=(3, 3)).round()
    X[0] = [0, 800, -800]
    yield upstream(rng, (3, 3)), X, 0.5
    # Whole numbers, up to the limits, of one unit.
    X = np.array([-1000, -1, 0, 1, 1000])
    dY = np.append([2, rng.choice([-1, 3])], rng.permutation([-2, 0, 1]))
    yield dY[:, None], X[:, None], 2


def upstream(rng, shape):
    """Returns numbers of both signs that are not near 0."""
    signs = np.where(np.arange(np.prod(shape)) % 2, -1, 1).reshape(shape)
    return signs * rng.uniform(0.5, 3, size=shape).round(1)


def pieced(dY, X, right, left):
    return dY * np.where(X > 0, right, left)


def left_slope(X, alpha):
    return alpha * np.exp(np.minimum(X, 0))


def naive_exponential(dY, X, alpha):
    return dY * ((X > 0) + (X <= 0) * alpha * np.exp(X))


def value_for_derivative(dY, X, alpha):
    return pieced(dY, X, X, left_slope(X, alpha) - alpha)


def constant_kept(dY, X, alpha):
    return pieced(dY, X, 1, left_slope(X, alpha) - alpha)


def without_alpha(dY, X, alpha):
    return pieced(dY, X, 1, left_slope(X, 1))


def of_leaky_relu(dY, X, alpha):
    return pieced(dY, X, 1, alpha)


def of_relu(dY, X, alpha):
    return pieced(dY, X, 1, 0)


def without_upstream(dY, X, alpha):
    return pieced(1, X, 1, left_slope(X, alpha))


def input_for_output(dY, X, alpha):
    return pieced(dY, X, 1, X + alpha)


def sign_of_upstream(dY, X, alpha):
    return dY * np.where(dY > 0, 1, left_slope(X, alpha))


def kink_from_the_right(dY, X, alpha):
    return dY * np.where(X >= 0, 1, left_slope(X, alpha))


WRONG = {
    "naive-exponential": Wrong(
        naive_exponential,
        "You took the exponential of large positive inputs, too. It is "
        "infinite, and infinity times 0 is NaN: bound the argument of the "
        "exponential before you take it.",
        see="From scratch",
    ),
    "value-for-derivative": Wrong(
        value_for_derivative,
        "You multiplied by the value of ELU. By the chain rule the gradient "
        "is multiplied by its derivative at the input.",
        see="Why the sigmoid starves a deep network",
    ),
    "constant-kept": Wrong(
        constant_kept,
        "You kept the −1 of ELU in its derivative for negative inputs. The "
        "derivative of a constant is 0; only the exponential stays.",
        see="The functions",
    ),
    "no-alpha": Wrong(
        without_alpha,
        "You left out α. It multiplies the function for negative inputs, so "
        "it multiplies the derivative there.",
        see="The functions",
    ),
    "leaky-relu": Wrong(
        of_leaky_relu,
        "You used the slope α for all negative inputs, which is the "
        "derivative of Leaky ReLU. ELU levels off, and so its derivative "
        "falls to 0 far on the left.",
        see="The functions",
    ),
    "relu": Wrong(
        of_relu,
        "You used the derivative of ReLU. ELU has a gradient for negative "
        "inputs, too; it was made for that.",
        see="The functions",
    ),
    "no-upstream-gradient": Wrong(
        without_upstream,
        "You returned the derivative of ELU itself. The derivative of the "
        "loss is that times `dY`, which arrives from the layer above.",
        see="Why the sigmoid starves a deep network",
    ),
    "input-for-output": Wrong(
        input_for_output,
        "You used f′ = f + α with the input in the place of the output f. "
        "The rule is right for negative inputs, but `X` is what goes into "
        "the layer, not what comes out.",
        see="The functions",
    ),
    "sign-of-the-gradient": Wrong(
        sign_of_upstream,
        "You chose the side by the sign of `dY`. Which piece of ELU was in "
        "use is decided by the input, in the forward pass.",
        see="Why the sigmoid starves a deep network",
    ),
    "kink-from-the-right": Wrong(
        kink_from_the_right,
        "You gave inputs of exactly 0 the derivative from the right, 1. The "
        "chapter's convention is the one from the left, which is α.",
        see="The functions",
    ),
}

EQUIVALENT_MUTANTS = {
    "tail = alpha * np.exp(np.minimum(X, 0)) -> "
    "tail = alpha * np.exp(np.minimum(0, X))": "the minimum of two has no "
    "order",
    "tail = alpha * np.exp(np.minimum(X, 0)) -> "
    "tail = alpha * np.exp(np.minimum(X, 1))": "the tail is used where X is "
    "not positive, and any bound that is not far above 0 will do",
}
