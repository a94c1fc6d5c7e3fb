"""AdaGrad for the rows that occur: which rows, which state?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Adaptive Learning Rates"
FUNCTION = "lazy_adagrad_step"
POINTS = 2
MAY_BE = {
    "W": "floats of (n, d)",
    "S": "floats >= 0 of (n, d)",
    "rows": "whole numbers >= 0 of (k >= 0)",
    "G": "numbers of (k >= 0, d)",
    "lr": "a number > 0",
    "epsilon": "a number > 0",
}

#: Numbers of rows, of columns and of rows that occur, the smallest first.
SIZES = [(2, 1, 1), (2, 2, 1), (3, 2, 2), (3, 3, 3), (4, 2, 0), (6, 3, 4)]


def cases(rng):
    for n, d, k in SIZES:
        # Never the first k rows in their order.
        rows = rng.permutation(n)[:k]
        while k and (rows == np.arange(k)).all():
            rows = rng.permutation(n)[:k]
        yield (
            rng.normal(0, 2, size=(n, d)).round(1),
            rng.uniform(0.2, 4, size=(n, d)).round(1),
            rows,
            rng.normal(0, 2, size=(k, d)).round(1) + 0.05,
            round(rng.uniform(0.1, 1), 2),
            # Large, so that it shows where it is added.
            round(rng.uniform(0.3, 1), 2),
        )
    # Whole numbers: gradients, the rate and epsilon; nothing has been yet.
    W, S = rng.permutation([0.0, -0.5])[None], np.zeros((1, 2))
    yield W, S, np.array([0]), rng.permutation([[0, -3]]), 1, 1


def stepped(W, S, rows, G, divisor, lr):
    """Returns W after a step of some rows; `divisor` is one number each."""
    W = W.copy()
    W[rows] -= lr * G / divisor
    return W


def added(S, rows, squares):
    S = S.copy()
    S[rows] += squares
    return S


def epsilon_outside(W, S, rows, G, lr, epsilon):
    S = added(S, rows, G**2)
    return stepped(W, S, rows, G, np.sqrt(S[rows]) + epsilon, lr), S


def without_root(W, S, rows, G, lr, epsilon):
    S = added(S, rows, G**2)
    return stepped(W, S, rows, G, S[rows] + epsilon, lr), S


def state_of_before(W, S, rows, G, lr, epsilon):
    divisor = np.sqrt(S[rows] + epsilon)
    return stepped(W, S, rows, G, divisor, lr), added(S, rows, G**2)


def old_state_returned(W, S, rows, G, lr, epsilon):
    divisor = np.sqrt(S[rows] + G**2 + epsilon)
    return stepped(W, S, rows, G, divisor, lr), S


def state_overwritten(W, S, rows, G, lr, epsilon):
    S = S.copy()
    S[rows] = G**2
    return stepped(W, S, rows, G, np.sqrt(S[rows] + epsilon), lr), S


def not_squared(W, S, rows, G, lr, epsilon):
    S = added(S, rows, G)
    return stepped(W, S, rows, G, np.sqrt(S[rows] + epsilon), lr), S


def first_rows(W, S, rows, G, lr, epsilon):
    rows = np.arange(len(rows))
    S = added(S, rows, G**2)
    return stepped(W, S, rows, G, np.sqrt(S[rows] + epsilon), lr), S


def one_state_a_row(W, S, rows, G, lr, epsilon):
    S = added(S, rows, (G**2).sum(axis=1, keepdims=True))
    return stepped(W, S, rows, G, np.sqrt(S[rows] + epsilon), lr), S


def only_the_rows(W, S, rows, G, lr, epsilon):
    state = S[rows] + G**2
    return W[rows] - lr * G / np.sqrt(state + epsilon), state


WRONG = {
    "epsilon-outside": Wrong(
        epsilon_outside,
        "You added ε to the root. AdaGrad has it inside, √(s + ε); it is "
        "Adam that has it outside.",
        see="AdaGrad: divide by what has been",
    ),
    "no-root": Wrong(
        without_root,
        "You divided by the sum of the squares. Divide by its root: then the "
        "scale of the gradients cancels.",
        see="AdaGrad: divide by what has been",
    ),
    "state-of-before": Wrong(
        state_of_before,
        "You divided by the state from before this step. The present "
        "gradient belongs into the sum first: in a first step s is 0, and "
        "nothing but ε would be left to divide by.",
        see="AdaGrad: divide by what has been",
    ),
    "old-state-returned": Wrong(
        old_state_returned,
        "You returned the state as it came in. The next step has to know of "
        "this gradient: return the sum with it.",
        see="AdaGrad: divide by what has been",
    ),
    "state-overwritten": Wrong(
        state_overwritten,
        "You put the squares of this gradient in the place of the sum and "
        "forgot all earlier ones. AdaGrad adds up and never forgets.",
        see="AdaGrad: divide by what has been",
    ),
    "not-squared": Wrong(
        not_squared,
        "You added up the gradients, and those of opposite sign cancel. "
        "AdaGrad adds up their squares.",
        see="AdaGrad: divide by what has been",
    ),
    "first-rows": Wrong(
        first_rows,
        "You changed the first k rows. Row i of G belongs to row rows[i] of "
        "W and S, in whatever order they come.",
        see="AdaGrad: divide by what has been",
    ),
    "one-state-a-row": Wrong(
        one_state_a_row,
        "You added a row's squares together, so that its weights share one "
        "state. Each weight has its own: all operations are entry by entry.",
        see="AdaGrad: divide by what has been",
    ),
    "only-the-rows": Wrong(
        only_the_rows,
        "You returned the rows that occur and no others. The new W and S "
        "have all n rows; those that do not occur are as they were.",
        see="AdaGrad: divide by what has been",
    ),
}
