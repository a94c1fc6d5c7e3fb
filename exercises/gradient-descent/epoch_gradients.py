"""The gradients of an epoch: which examples, divided by what?"""

from d2l_check.source import Wrong

import numpy as np

CHAPTER = "Gradient Descent and Its Variants"
FUNCTION = "epoch_gradients"
POINTS = 3
MAY_BE = {
    "X": "numbers of (n, d)",
    "t": "numbers of (n)",
    "w": "numbers of (d)",
    "order": "whole numbers >= 0 of (n)",
    "batch_size": "a whole number >= 1",
}

#: Examples, features and batch sizes, the smallest first: one example,
#: last batches that are full and others that are not, and a batch size that is
#: larger than the data.
SIZES = [
    *((1, 1, 1), (3, 1, 2), (2, 1, 3), (2, 2, 2), (4, 2, 3)),
    *((6, 2, 2), (7, 3, 3), (4, 4, 2)),
]


def cases(rng):
    for n, d, batch_size in SIZES:
        yield (
            rng.normal(1, 1, size=(n, d)).round(1),
            rng.normal(0, 2, size=n).round(1),
            rng.normal(1, 1, size=d).round(1),
            rng.permutation(n),
            batch_size,
        )
    # Whole numbers, whose means are none.
    X, w = np.array([[1, 0], [2, 1], [-1, 3]]), np.array([0, -1])
    t = np.array([1, 0, -2]) + 3 * rng.permutation(3) * [1, 0, 1]
    yield X, t, w, rng.permutation(3), 3


def each_gradient(X, t, w):
    return X * (X @ w - t)[:, np.newaxis]


def split(order, batch_size):
    starts = range(0, len(order), batch_size)
    return [order[i : i + batch_size] for i in starts]


def averages(each, batches):
    return np.stack([each[batch].mean(axis=0) for batch in batches])


def epoch(X, t, w, order, batch_size):
    return averages(each_gradient(X, t, w), split(order, batch_size))


def by_the_batch_size(X, t, w, order, batch_size):
    return summed(X, t, w, order, batch_size) / batch_size


def summed(X, t, w, order, batch_size):
    each = each_gradient(X, t, w)
    batches = split(order, batch_size)
    return np.stack([each[batch].sum(axis=0) for batch in batches])


def by_all_examples(X, t, w, order, batch_size):
    return summed(X, t, w, order, batch_size) / len(X)


def without_the_last(X, t, w, order, batch_size):
    full = order[: len(order) // batch_size * batch_size]
    return epoch(X, t, w, full, batch_size)


def evenly_split(X, t, w, order, batch_size):
    num_batches = -(-len(order) // batch_size)
    batches = np.array_split(order, num_batches)
    return averages(each_gradient(X, t, w), batches)


def filled_up(X, t, w, order, batch_size):
    num_batches = -(-len(order) // batch_size)
    order = np.resize(order, num_batches * batch_size)
    return epoch(X, t, w, order, batch_size)


def unshuffled(X, t, w, order, batch_size):
    return epoch(X, t, w, np.arange(len(order)), batch_size)


def targets_unshuffled(X, t, w, order, batch_size):
    return unshuffled(X[order], t, w, order, batch_size)


def half_forgotten(X, t, w, order, batch_size):
    return 2 * epoch(X, t, w, order, batch_size)


def sign_of_the_error(X, t, w, order, batch_size):
    return -epoch(X, t, w, order, batch_size)


def means_multiplied(X, t, w, order, batch_size):
    error = X @ w - t
    batches = split(order, batch_size)
    return np.stack([X[i].mean(axis=0) * error[i].mean() for i in batches])


WRONG = {
    "divided-by-batch-size": Wrong(
        by_the_batch_size,
        "You divided the last batch's sum by the size of the others. It has "
        "fewer examples, and its gradient is the mean over those that it "
        "has.",
        see="Why a mini-batch will do",
    ),
    "summed": Wrong(
        summed,
        "You summed the gradients of a batch. Wanted is the gradient of the "
        "mean loss; with the sum, a learning rate would fit one batch size "
        "only.",
        see="Where people go wrong",
    ),
    "divided-by-all": Wrong(
        by_all_examples,
        "You divided by the number of all examples. The gradient of a batch "
        "is the mean over the batch, and only so does it have the size of "
        "the full gradient.",
        see="One rule, three variants",
    ),
    "last-batch-dropped": Wrong(
        without_the_last,
        "You dropped the last batch where it is smaller than the others. An "
        "epoch sees every example once.",
        see="Why a mini-batch will do",
    ),
    "evenly-split": Wrong(
        evenly_split,
        "You split the examples into batches of about equal size, as "
        "`array_split` does. All batches but the last have `batch_size` "
        "examples; the last one has the rest.",
        see="Why a mini-batch will do",
    ),
    "filled-up": Wrong(
        filled_up,
        "You filled the last batch up with examples from the beginning. "
        "These count twice in the epoch then; the last batch has the rest "
        "alone.",
        see="Why a mini-batch will do",
    ),
    "unshuffled": Wrong(
        unshuffled,
        "You took the examples as they lie in X. The batches are cut from "
        "`order`: its entries are the indices of the examples.",
        see="Why a mini-batch will do",
    ),
    "targets-unshuffled": Wrong(
        targets_unshuffled,
        "You shuffled X and left t as it is, so that the examples have each "
        "other's targets. Take both in the same order.",
        see="Why a mini-batch will do",
    ),
    "half-forgotten": Wrong(
        half_forgotten,
        "You have twice the gradient. The square gives a factor of 2, and "
        "the ½ in front of the loss takes it away.",
        see="How large may the learning rate be?",
    ),
    "sign-of-the-error": Wrong(
        sign_of_the_error,
        "You have the gradient with the opposite sign: the error is the "
        "prediction minus the target. The minus of the descent belongs to "
        "the step, not to the gradient.",
        see="One rule, three variants",
    ),
    "product-of-means": Wrong(
        means_multiplied,
        "You multiplied the mean of the features by the mean of the errors. "
        "The gradient is the mean of the products, one product an example; "
        "large errors of opposite sign would cancel before they are felt.",
        see="One rule, three variants",
    ),
}
