"""A pre-activation unit: where are the activations, where is the fork?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Residual Networks"
FUNCTION = "pre_activation_unit"
POINTS = 2
MAY_BE = {
    "X": "numbers of (m, d)",
    "W1": "numbers of (h, d)",
    "b1": "numbers of (h)",
    "W2": "numbers of (d, h)",
    "b2": "numbers of (d)",
}

#: Examples, features and hidden units, the fewest first. Where features and
#: hidden units are as many, a matrix that is not transposed gives a wrong
#: result instead of an exception.
SIZES = [(2, 1, 1), (2, 2, 1), (2, 2, 2), (1, 2, 3), (3, 3, 3), (4, 3, 2)]


def cases(rng):
    for m, d, h in SIZES:
        yield (
            rng.normal(0, 2, size=(m, d)).round(1),
            rng.normal(0, 1, size=(h, d)).round(1),
            rng.normal(0, 1, size=h).round(1),
            rng.normal(0, 1, size=(d, h)).round(1),
            rng.normal(0, 1, size=d).round(1),
        )
    # Here each ReLU, left out or put in elsewhere, changes the result.
    X = rng.uniform(1, 2, size=(2, 2)).round(1) * [[1, -1], [-1, 1]]
    W = rng.uniform(1, 2, size=(2, 2, 2)).round(1) * [[1, -1], [-1, 1]]
    yield X, W[0], np.array([0.1, -0.1]), W[1], np.array([-0.5, 0.2])
    # Whole numbers: the input, then the parameters.
    whole = rng.permuted([[0, -1], [2, -3]], axis=1)
    yield whole, W[0], np.array([0.1, -0.1]), W[1], np.array([-0.5, 0.2])
    W1 = rng.permuted([[0, 2], [4, -1]], axis=1)
    b = rng.permutation([-1, 0])
    yield abs(X), W1, b, whole, b


def relu(Z):
    return np.maximum(Z, 0)


def dense(X, W, b):
    return X @ W.T + b


def branch(X, W1, b1, W2, b2):
    return dense(relu(dense(relu(X), W1, b1)), W2, b2)


def relu_after_the_sum(X, W1, b1, W2, b2):
    return relu(X + branch(X, W1, b1, W2, b2))


def basic_unit(X, W1, b1, W2, b2):
    return relu(X + dense(relu(dense(X, W1, b1)), W2, b2))


def added_after_the_last_activation(X, W1, b1, W2, b2):
    return X + relu(dense(relu(dense(X, W1, b1)), W2, b2))


def no_first_activation(X, W1, b1, W2, b2):
    return X + dense(relu(dense(X, W1, b1)), W2, b2)


def no_second_activation(X, W1, b1, W2, b2):
    return X + dense(dense(relu(X), W1, b1), W2, b2)


def activated_shortcut(X, W1, b1, W2, b2):
    return relu(X) + branch(X, W1, b1, W2, b2)


def no_shortcut(X, W1, b1, W2, b2):
    return branch(X, W1, b1, W2, b2)


def not_transposed(X, W1, b1, W2, b2):
    return X + branch(X, W1.T, b1, W2.T, b2)


WRONG = {
    "relu-after-the-sum": Wrong(
        relu_after_the_sum,
        "You have the branch of the pre-activation unit, and a ReLU after "
        "the sum. It cuts off what is negative in X, so the path from block "
        "to block is no longer clear: nothing follows the sum.",
        see="Three blocks, step by step",
    ),
    "basic-unit": Wrong(
        basic_unit,
        "You wrote the basic unit: its activations come behind the layers, "
        "and the last one behind the sum. In the pre-activation unit they "
        "come before the layers.",
        see="Three blocks, step by step",
    ),
    "added-after-the-last-activation": Wrong(
        added_after_the_last_activation,
        "You took the basic unit and added X after its last activation. The "
        "branch then ends with a ReLU: the unit can add to its input and "
        "never take away. The activations come before the layers.",
        see="Where people go wrong",
    ),
    "no-first-relu": Wrong(
        no_first_activation,
        "You gave X itself to the first layer. The branch starts with an "
        "activation, as the sum before it has none.",
        see="Three blocks, step by step",
    ),
    "no-second-relu": Wrong(
        no_second_activation,
        "You left out the activation between the two layers. Without it "
        "they are one linear layer.",
        see="Three blocks, step by step",
    ),
    "activated-shortcut": Wrong(
        activated_shortcut,
        "You added the activated X to the branch. Where shapes stay, the "
        "shortcut takes the raw input: it forks before the first ReLU.",
        see="Three blocks, step by step",
    ),
    "no-shortcut": Wrong(
        no_shortcut,
        "You returned the branch alone. A residual unit adds its input: with "
        "weights and biases of 0 it must return X.",
        see="Adding the input",
    ),
    "not-transposed": Wrong(
        not_transposed,
        "You summed over the rows of the weights. They have a row for each "
        "output and a column for each input, and the sum is over the inputs.",
        see="From scratch: a dense residual unit",
    ),
}
